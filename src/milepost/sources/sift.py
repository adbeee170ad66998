"""The rows of a stretch one by one: where each stands, how many cells it has, and whether it can be read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from milepost.sources.base import Bad
from milepost.sources.dialect import Header
from milepost.sources.encoding import BROKEN
from milepost.sources.rows import CR, LF, QUOTE, Stretch, raw
from milepost.types import Array


class Sifted(NamedTuple):
    """The rows that can be read, and those that cannot."""

    text: bytes  # rows, each ended by a newline
    line_N: Array  # int64 [N]
    short_N: Array  # bool [N]: it has fewer cells than the header
    bad: tuple[Bad, ...]
    whole: bool  # the text is what it was


def sift(stretch: Stretch, header: Header) -> Sifted:
    """Leave out blank lines and rows that cannot be read; quotes must be those of cells."""
    text = stretch.text
    byte = np.frombuffer(text, np.uint8)
    quote = np.flatnonzero(byte == QUOTE)
    newline = _newlines(byte)
    start_N, end_N = _rows(byte, _outside(newline, quote))
    cells_N = _count(_outside(np.flatnonzero(byte == header.grammar.delimiter), quote), start_N, end_N) + 1
    if stretch.line_N is None:
        line_N = stretch.line + np.searchsorted(newline, start_N)
        broken = np.array([n for n, encoding in stretch.marks.items() if encoding == BROKEN], np.int64)
    else:
        line_N, broken = stretch.line_N, np.empty(0, np.int64)
    reason_N = np.zeros(len(start_N), np.int8)  # the place of a reason in REASONS, the weightiest last
    reason_N[cells_N > len(header.names)] = 1
    if len(header.names) > 1:  # in a list of words, one may well be like the name above it
        reason_N[_repeated(text, header.row, start_N, end_N)] = 2
    reason_N[_holding(start_N, np.flatnonzero(byte == 0))] = 3
    reason_N[_holding(line_N, broken)] = 4
    reason_N[start_N == end_N] = 0
    kept_N = (reason_N == 0) & (start_N < end_N)
    bad = [
        Bad(int(line_N[i]), REASONS[reason_N[i]], raw(text[start_N[i] : end_N[i]])) for i in np.flatnonzero(reason_N)
    ]
    whole = bool(kept_N.all()) and not (byte[newline] == CR).any()
    rows = text if whole else b"".join(text[s:e] + b"\n" for s, e in zip(start_N[kept_N], end_N[kept_N], strict=True))
    bad = sorted([*stretch.bad, *bad], key=lambda b: b.line)
    return Sifted(rows, line_N[kept_N], cells_N[kept_N] < len(header.names), tuple(bad), whole)


REASONS = ("", "too_many_cells", "repeated_header", "nul_bytes", "broken_text")


def _newlines(byte: Array) -> Array:
    """Return where lines end: every LF, and every CR that no LF follows."""
    newline = byte == LF
    if (alone := byte == CR).any():
        alone[:-1] &= ~newline[1:]
        newline |= alone
    return np.flatnonzero(newline)


def _outside(place: Array, quote: Array) -> Array:
    """Keep the places that are not within quotes."""
    return place[np.searchsorted(quote, place) % 2 == 0] if len(quote) else place


def _rows(byte: Array, newline: Array) -> tuple[Array, Array]:
    """Return where rows start and end, int64 [N] each, without their newlines."""
    tail = [len(byte)] if len(byte) and (not len(newline) or newline[-1] != len(byte) - 1) else []
    end_N = np.concatenate([newline, np.array(tail, np.int64)])
    start_N = np.concatenate([[0], newline + 1])[: len(end_N)]
    pairs = (end_N > start_N) & (byte[end_N - 1] == CR) & (byte[np.minimum(end_N, len(byte) - 1)] == LF)
    return start_N, end_N - pairs


def _count(place: Array, start_N: Array, end_N: Array) -> Array:
    """Count the places within every row."""
    return np.searchsorted(place, end_N) - np.searchsorted(place, start_N)


def _holding(start_N: Array, place: Array) -> Array:
    """Return the rows that hold a place."""
    row = np.unique(np.searchsorted(start_N, place, "right") - 1)
    return row[row >= 0]


def _repeated(text: bytes, row: bytes, start_N: Array, end_N: Array) -> Array:
    """Return the rows that are `row`."""
    if row not in text:
        return np.empty(0, np.int64)
    alike = np.flatnonzero(end_N - start_N == len(row))
    return np.array([i for i in alike if text[start_N[i] : end_N[i]] == row], np.int64)
