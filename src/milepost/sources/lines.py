"""JSON lines: one object a line, every cell the text of its JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Bad, Block, Piece
from milepost.sources.keys import Keys
from milepost.sources.packed import Stream
from milepost.sources.quoting import quoted
from milepost.sources.records import NoObject, Record, record
from milepost.sources.text import plain_text
from milepost.types import Array, Finding

LONGEST = 8 << 20  # bytes of a line
SHOWN = 200  # characters of a line that cannot be read


class Cut(NamedTuple):
    """Whole lines, or the beginning of one that is too long."""

    first: int  # number of its first line, from 1
    lines: bytes
    size: int  # bytes of input
    too_long: bool = False


class Lines:
    """A file of JSON lines as a Part; its columns are the keys of all lines, in order of appearance."""

    def __init__(self, stream: Stream) -> None:
        self.name, self.size, self._stream = stream.name, stream.size, stream
        self.findings: list[Finding] = []
        self._columns: list[str] | None = None

    def blocks(self) -> Iterator[Block]:
        """Cut the file at line ends; the first call looks through it for keys before."""
        if self._columns is None:
            self._columns = self._keys()
        for cut in self._cuts():
            yield Block(cut.size, partial(parse, cut, self._columns))

    def _keys(self) -> list[str]:
        keys = Keys()
        for cut in self._cuts():
            if not cut.too_long:
                keys.add(cut.lines)
        if not keys.names:
            raise MilepostError("no line is a JSON object", self.name, 'write each as {"column": value, ...}')
        return keys.names

    def _cuts(self) -> Iterator[Cut]:
        with self._stream.open() as file:
            yield from cuts(plain_text(file)[0])


def cuts(file: io.BufferedIOBase, block: int = BLOCK) -> Iterator[Cut]:
    """Cut a stream of bytes into whole lines, about `block` bytes at once, and no more of a line than LONGEST."""
    line, rest = 1, b""
    while data := file.read(block):
        lines = rest + data
        end = lines.rfind(b"\n") + 1
        rest = lines[end:]
        if end:
            yield Cut(line, lines[:end], end)
            line += lines.count(b"\n", 0, end)
        if len(rest) > LONGEST:
            size, begins = len(rest), rest[:SHOWN]
            while data and (end := data.find(b"\n") if size > len(rest) else -1) < 0:
                data = file.read(block)
                size += len(data)
            rest = data[end + 1 :] if data else b""
            yield Cut(line, begins, size - len(rest), too_long=True)
            line += 1
    if rest:
        yield Cut(line, rest, len(rest))


def parse(cut: Cut, columns: list[str]) -> Piece:
    """Parse lines into text columns, as fast as can be done exactly."""
    if cut.too_long:
        bad = Bad(cut.first, "long_line", cut.lines.decode("utf-8", "replace"))
        return Piece(_table([], columns), np.empty(0, np.int64), (bad,))
    return _fast(cut, columns) or _slow(cut, columns)


def _fast(cut: Cut, columns: list[str]) -> Piece | None:
    ready = quoted(cut.lines)
    if ready is None:
        return None
    line_N = _lines(cut)
    try:
        table = pl.read_ndjson(ready, schema=dict.fromkeys(columns, pl.String)) if len(line_N) else None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if table is None or table.height != len(line_N):
        return None
    return Piece(table, line_N)


def _lines(cut: Cut) -> Array:
    """Return the numbers of the lines that are not blank."""
    some_L = [i for i, line in enumerate(cut.lines.split(b"\n")) if line and not line.isspace()]
    return np.array(some_L, np.int64) + cut.first


def _slow(cut: Cut, columns: list[str]) -> Piece:
    rows, line_N, bad = list[Record](), list[int](), list[Bad]()
    for number, raw in enumerate(cut.lines.split(b"\n"), cut.first):
        if not raw or raw.isspace():
            continue
        try:
            rows.append(record(raw.decode()))
            line_N.append(number)
        except ValueError as error:
            bad.append(Bad(number, reason(error), raw[: 4 * SHOWN].decode("utf-8", "replace")[:SHOWN]))
    return Piece(_table(rows, columns), np.array(line_N, np.int64), tuple(bad))


def reason(error: ValueError) -> str:
    """Return the code of what is wrong with a record."""
    if isinstance(error, UnicodeError):
        return "broken_text"
    return "not_an_object" if isinstance(error, NoObject) else "not_json"


def _table(rows: list[Record], columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame({c: pl.Series(c, [r.get(c) for r in rows], dtype=pl.String) for c in columns})
