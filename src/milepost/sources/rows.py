"""Text -> whole rows: a newline within quotes ends no row, and a quote that is never closed swallows none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from milepost.sources.base import Bad
from milepost.sources.encoding import BROKEN, LONG, RAW, Chunk, newlines
from milepost.types import Array

QUOTED = 1 << 20  # bytes from which a quoted cell is one that was never closed
LF, CR, QUOTE = b'\n\r"'
_END = re.compile(rb"\r\n|\r|\n")
_QUOTED = re.compile(rb'"(?:[^"]++|"")*+"')


class Stretch(NamedTuple):
    """Whole rows, every quote of which opens or closes a cell or is doubled."""

    text: bytes
    line: int  # of its first row, counted from 1
    marks: Mapping[int, str]  # lines that are not in the main encoding
    line_N: Array | None = None  # int64 [N]: the line of every row, where they are no longer as they stood
    bad: tuple[Bad, ...] = ()  # rows that were left out, in order


class Grammar:
    """How rows and cells are told apart, for one delimiter."""

    def __init__(self, delimiter: str) -> None:
        sep = re.escape(delimiter.encode())
        self.delimiter = delimiter.encode()[0]
        cell = rb"(?:\A|(?<=[" + sep + rb'\r\n]))"(?:[^"]++|"")*+"(?=[' + sep + rb"\r\n]|\Z)"
        within = rb"(?<!\A)(?<![" + sep + rb'\r\n])"'  # a quote that opens no cell
        after = rb'"(?:[^"\r\n]++|"")*+"(?!["' + sep + rb"\r\n]|\Z)"  # a cell that goes on after its quote
        self.proper = re.compile(rb'(?:[^"\r\n]++|' + cell + rb")*+(\r\n|\r|\n|\Z)")
        self.row = re.compile(rb'(?:[^"\r\n]++|' + within + rb"|" + cell + rb"|" + after + rb")*+(\r\n|\r|\n|\Z)?")
        self.cell = re.compile(  # groups: what is in quotes, what follows them, a cell without them, the delimiter
            rb'(?:"((?:[^"]++|"")*+)"([^' + sep + rb"]*+)|([^" + sep + rb"]*+))(" + sep + rb"|\Z)"
        )
        self.beside = np.zeros(256, np.bool_)  # what may stand beside the quotes of a cell
        self.beside[[self.delimiter, LF, CR]] = True

    def cells(self, row: bytes) -> list[str]:
        """Return the cells of one row, as the csv module would."""
        cells = (m[3] if m[1] is None else m[1].replace(b'""', b'"') + m[2] for m in self._cells(row))
        return [c.decode(errors="replace") for c in cells]

    def tidy(self, row: bytes) -> bytes:
        """Return a row, its cells that hold quotes in proper quotes."""
        return bytes([self.delimiter]).join(_tidy(*m.group(1, 2, 3)) for m in self._cells(row))

    def _cells(self, row: bytes) -> Iterator[re.Match[bytes]]:
        place = 0
        while found := self.cell.match(row, place):
            yield found
            if not found[4]:
                return
            place = found.end()


def _tidy(inner: bytes | None, after: bytes | None, bare: bytes | None) -> bytes:
    if inner is None:
        return b'"' + bare.replace(b'"', b'""') + b'"' if bare and b'"' in bare else bare or b""
    return b'"' + inner + (after or b"").replace(b'"', b'""') + b'"'


def cut(chunks: Iterable[Chunk], grammar: Grammar) -> Iterator[Stretch]:
    """Cut lines into rows: whatever the chunks, the rows and their lines are the same."""
    rest, marks = b"", dict[int, str]()
    for chunk in chunks:
        line, text = chunk.line - newlines(rest), rest + chunk.text
        marks.update(chunk.marks)
        final = chunk.last or chunk.long is not None
        end = _closed(text, grammar, final)
        stretch, end = (
            _walk(text, line, marks, grammar, final) if end is None else (Stretch(text[:end], line, marks), end)
        )
        rest = text[end:]
        if end:
            after = chunk.line + newlines(chunk.text) - newlines(rest) if marks and rest else None
            yield stretch._replace(marks={n: e for n, e in marks.items() if after is None or n < after})
            marks = {n: e for n, e in marks.items() if after is not None and n >= after}
        if chunk.long is not None:
            yield Stretch(b"", chunk.line, {}, bad=(Bad(chunk.line, "long_line", chunk.long),))


def _closed(text: bytes, grammar: Grammar, final: bool) -> int | None:
    """Return where the last whole row ends; None where a quote neither opens nor closes a cell, or may never close."""
    if b'"' not in text:
        return len(text) if len(text) <= LONG else None
    if len(text) > LONG:
        return None
    byte = np.frombuffer(text, np.uint8)
    place = np.flatnonzero(byte == QUOTE)
    if not _proper(byte, place, grammar):
        return None
    if len(place) % 2 == 0:
        return len(text)
    opened = int(place[-1])
    if final or len(text) - opened > QUOTED:
        return None
    ends = np.flatnonzero((byte[:opened] == LF) | (byte[:opened] == CR))
    ends = ends[np.searchsorted(place, ends) % 2 == 0]
    return int(ends[-1]) + 1 if len(ends) else 0


def _proper(byte: Array, place: Array, grammar: Grammar) -> bool:
    """Tell whether quotes at `place` open and close cells in turn, none of which is too long."""
    doubled = np.diff(place) == 1
    left = grammar.beside[byte[place[::2] - 1]]
    left[0] |= place[0] == 0
    left[1:] |= doubled[1::2]
    closing = place[1::2]
    right = grammar.beside[byte[np.minimum(closing + 1, len(byte) - 1)]] | (closing + 1 == len(byte))
    right[: len(doubled[1::2])] |= doubled[1::2]
    if not (left.all() and right.all()):
        return False
    if place[-1] - place[0] <= QUOTED:
        return True
    cell_opens = place[::2][np.concatenate([[True], ~doubled[1::2]])[: len(place[::2])]]
    cell_ends = np.append(cell_opens[1:], place[-1] + 1)  # no earlier than they end
    return bool((cell_ends - cell_opens <= QUOTED).all())


def _walk(text: bytes, line: int, marks: Mapping[int, str], grammar: Grammar, final: bool) -> tuple[Stretch, int]:
    """Go row by row; return the rows in proper quotes, those that are left out, and where the last whole row ends."""
    rows, lines, bad, place, first = list[bytes](), list[int](), list[Bad](), 0, line
    while place < len(text):
        found = _row(text, place, grammar, final)
        if found is None:
            break
        end, row, reason = found
        after = line + newlines(text[place:end])
        beyond = after if text.endswith((b"\n", b"\r"), place, end) else after + 1
        if marks and any(marks.get(n) == BROKEN for n in range(line, beyond)):
            reason = "broken_text"
        if reason:
            bad.append(Bad(line, reason, raw(text[place:end])))
        elif row:
            rows.append(row)
            lines.append(line)
        line, place = after, end
    return Stretch(b"\n".join([*rows, b""]), first, marks, np.array(lines, np.int64), tuple(bad)), place


def _row(text: bytes, place: int, grammar: Grammar, final: bool) -> tuple[int, bytes, str] | None:
    """Return where the row at `place` ends, the row in proper quotes, why it is bad; None where more must be read."""
    found = grammar.proper.match(text, place)
    proper = found is not None
    found = found or grammar.row.match(text, place)
    assert found
    row = text[place : found.end() if found[1] is None else found.start(1)]
    if len(row) > QUOTED and 0 <= (opened := _too_long(row, grammar)) <= LONG:
        return _next_line(text, place + opened), b"", "open_quote"
    if len(row) > LONG:
        return _next_line(text, place + LONG), b"", "long_line"
    if found[1] is not None:
        return found.end(), row if proper else grammar.tidy(row), ""
    if not final and len(text) - found.end() <= QUOTED and not _QUOTED.match(text, found.end()):
        return None
    return _next_line(text, found.end()), b"", "open_quote"


def _next_line(text: bytes, place: int) -> int:
    found = _END.search(text, place)
    return found.end() if found else len(text)


def _too_long(row: bytes, grammar: Grammar) -> int:
    """Return where a quoted cell opens that is too long; -1 if none is."""
    cells = (m for m in grammar._cells(row) if m[1] is not None and m.end(1) - m.start(1) >= QUOTED - 1)
    return next((m.start() for m in cells), -1)


def raw(row: bytes) -> str:
    """Return how a row begins."""
    return row[: 4 * RAW].decode(errors="replace").rstrip("\r\n")[:RAW]
