"""Where the keys of JSON lines stand, found in all of them at once by their quotes."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from milepost.types import Array

LF, QUOTE, COLON = b'\n":'
WORD = 8  # bytes that are hashed at once
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_WRITTEN = {b"\\": rb"\u005c", b'"': rb"\u0022"}
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(WORD)] + [(1 << 64) - 1], np.uint64)  # of the first n bytes


class Spans(NamedTuple):
    """The strings of whole lines, each of which has as many opening as closing quotes."""

    text: bytes  # in which every quote opens or closes a string, and a word of NULs
    byte_N: Array  # uint8
    newline_R: Array  # int64: where lines end
    open_Q: Array  # int64: the opening quotes
    close_Q: Array  # int64: the closing quotes
    key_Q: Array  # bool: a colon follows


def spans(lines: bytes) -> Spans | None:
    """Find the strings of lines, each ended by a newline; None where a quote is open at the end of one."""
    text = _without_escaped_quotes(lines) + bytes(WORD)
    byte_N = np.frombuffer(text, np.uint8)[:-WORD]
    quote = np.flatnonzero(byte_N == QUOTE)
    newline_R = np.flatnonzero(byte_N == LF)
    if (np.searchsorted(quote, newline_R) & 1).any():
        return None
    close_Q = quote[1::2]
    return Spans(text, byte_N, newline_R, quote[::2], close_Q, byte_N[close_Q + 1] == COLON)


def _without_escaped_quotes(lines: bytes) -> bytes:
    r"""Write \" and \\ as \u0022 and \u005c, which say the same."""
    if b"\\" not in lines:
        return lines
    if b"\\\\" not in lines:
        return lines.replace(b'\\"', _WRITTEN[b'"'])
    return _ESCAPE.sub(lambda m: _WRITTEN.get(m[1], m[0]), lines)


def prints(found: Spans) -> Array:
    """Return a number for every key, uint64 [M], that equal keys share."""
    start_M, end_M = found.open_Q[found.key_Q] + 1, found.close_Q[found.key_Q]
    word_N = np.ndarray(len(found.byte_N) + 1, np.uint64, found.text, strides=(1,))
    left_M = end_M - start_M
    out_M = _mixed(left_M.astype(np.uint64), word_N[start_M], left_M)
    long = np.flatnonzero(left_M > WORD)
    for at in range(WORD, int(left_M.max(initial=0)), WORD):
        long = long[left_M[long] > at]
        out_M[long] = _mixed(out_M[long], word_N[start_M[long] + at], left_M[long] - at)
    return out_M


def _mixed(print_M: Array, word_M: Array, left_M: Array) -> Array:
    """Mix the bytes of a word that are of the key into its number."""
    out_M = (print_M ^ (word_M & _MASKS[np.minimum(left_M, WORD)])) * _PRIME
    return out_M ^ (out_M >> np.uint64(29))
