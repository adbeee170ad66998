"""Put quotes around the numbers of JSON lines, so that a parser hands them on as they were written."""

from __future__ import annotations

import re

import numpy as np

from milepost.types import Array

QUOTE, BACKSLASH = ord('"'), ord("\\")
DIGIT, SIGN = 1, 2  # what a byte may be within a number
_CLASS = np.zeros(256, np.uint8)
_CLASS[list(b"0123456789")] = DIGIT
_CLASS[list(b"+-.eE")] = SIGN
_ENDS = np.zeros(256, bool)
_ENDS[list(b",}")] = True
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_HALF = re.compile(rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]", re.DOTALL)


def quoted(lines: bytes) -> bytes | None:
    """Return lines of flat objects with their numbers in quotes; None for what must be read slowly, to be sure.

    Slow are nested values, half surrogates, numbers that are none, and quotes that are open at the end of a line.
    """
    if b"\\u" in lines and _HALF.search(lines):
        return None
    byte_N = np.frombuffer(lines, np.uint8)
    mark_N = byte_N == QUOTE
    if b"\\" in lines:
        mark_N[_escaped(byte_N)] = False
    outside_N = (np.cumsum(mark_N, dtype=np.uint8) & 1) == 0
    if not outside_N[byte_N == 10].all() or not _flat(byte_N, outside_N):
        return None
    class_N = _CLASS[byte_N]
    class_N *= outside_N
    number_N = np.zeros(len(byte_N) + 2, bool)
    number_N[1:-1] = class_N != 0
    edge_M = np.flatnonzero(number_N[1:] != number_N[:-1])
    start_M, end_M = edge_M[::2], edge_M[1::2]
    keep_M = (class_N[start_M] == DIGIT) | (byte_N[start_M] == ord("-"))  # the e of true is no number
    start_M, end_M = start_M[keep_M], end_M[keep_M]
    if not _are_numbers(lines, byte_N, np.flatnonzero(class_N == SIGN), start_M, end_M):
        return None
    return np.insert(byte_N, np.stack([start_M, end_M], 1).ravel(), QUOTE).tobytes()


def _escaped(byte_N: Array) -> Array:
    """Return where the bytes stand that a backslash escapes."""
    at_M = np.flatnonzero(byte_N[:-1] == BACKSLASH)
    first_M = np.ones(len(at_M), bool)
    first_M[1:] = np.diff(at_M) != 1
    run_M = at_M - at_M[first_M][np.cumsum(first_M) - 1]  # place within a run of backslashes
    return at_M[run_M % 2 == 0] + 1


def _flat(byte_N: Array, outside_N: Array) -> bool:
    """Return whether there is one brace a line at most and no bracket."""
    if (outside_N & (byte_N == ord("["))).any():
        return False
    braces = np.flatnonzero(outside_N & (byte_N == ord("{")))
    line_M = np.searchsorted(np.flatnonzero(byte_N == 10), braces)
    return bool((np.diff(line_M) > 0).all())


def _are_numbers(lines: bytes, byte_N: Array, sign_S: Array, start_M: Array, end_M: Array) -> bool:
    """Return whether every stretch is a number of JSON that ends a value."""
    if not len(start_M):
        return True
    padded = np.concatenate([byte_N, np.zeros(2, np.uint8)])
    after_M = padded[end_M]
    spaced_M = (after_M == 32) & _ENDS[padded[end_M + 1]]
    if not (_ENDS[after_M] | spaced_M).all():
        return False
    whole_M = start_M + (byte_N[start_M] == ord("-"))
    zero_M = (padded[whole_M] == ord("0")) & (_CLASS[padded[whole_M + 1]] == DIGIT) & (whole_M + 1 < end_M)
    if zero_M.any() or (_CLASS[padded[whole_M]] != DIGIT).any():
        return False
    low_M, high_M = np.searchsorted(sign_S, whole_M), np.searchsorted(sign_S, end_M)
    signs_M = high_M - low_M
    point_M = sign_S[np.minimum(low_M, max(0, len(sign_S) - 1))] if len(sign_S) else whole_M
    plain_M = (signs_M == 1) & (padded[point_M] == ord(".")) & (point_M + 1 < end_M)
    odd = np.flatnonzero((signs_M > 0) & ~plain_M)
    return all(_NUMBER.match(lines[start_M[i] : end_M[i]]) for i in odd)
