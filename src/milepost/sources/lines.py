"""JSON lines: one object a line, every cell the text of its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Bad, Block, Piece
from milepost.sources.encoding import BROKEN, Chunk, Text
from milepost.sources.flat import flat
from milepost.sources.keys import Keys
from milepost.sources.notes import Notes
from milepost.sources.packed import Stream
from milepost.sources.records import Record, reason, record
from milepost.sources.rows import raw
from milepost.types import Finding


class Lines:
    """A file of JSON lines as a Part; its columns are the keys of all lines, in order of appearance."""

    def __init__(self, stream: Stream) -> None:
        self.name, self.size, self._stream = stream.name, stream.size, stream
        self._notes = Notes(stream.name)

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in the blocks that have been parsed."""
        return self._notes.findings()

    def blocks(self) -> Iterator[Block]:
        """Cut the file at line ends."""
        columns = self.columns
        self._notes.clear()
        for chunk in self._chunks():
            yield Block(len(chunk.text), partial(self._parse, chunk, columns))

    @cached_property
    def columns(self) -> list[str]:
        """The keys of all lines, in order of appearance, for which it is looked through once."""
        keys = Keys()
        for chunk in self._chunks():
            keys.add(_batch(chunk).lines)
        if not keys.names:
            raise MilepostError("no line is a JSON object", self.name, 'write each as {"column": value, ...}')
        return keys.names

    def _chunks(self) -> Iterator[Chunk]:
        with self._stream.open() as file:
            text = Text(file, BLOCK)
            for chunk in text.chunks():
                self._notes.encoding = text.encoding
                yield chunk

    def _parse(self, chunk: Chunk, columns: Sequence[str]) -> Piece:
        if chunk.long is not None:
            bad = (Bad(chunk.line, "long_line", chunk.long),)
            return Piece(_table([], columns), np.empty(0, np.int64), bad)
        self._notes.add(chunk.line, chunk.marks)
        return parse(_batch(chunk), columns)


class Batch(NamedTuple):
    """Some lines, each ended by a newline."""

    lines: bytes  # UTF-8
    first: int  # the number of the first line
    broken: frozenset[int] = frozenset()  # the numbers of those that hold bytes of no encoding


def _batch(chunk: Chunk) -> Batch:
    lines = chunk.text
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if lines and not lines.endswith(b"\n"):
        lines += b"\n"
    return Batch(lines, chunk.line, _broken(chunk.marks))


def _broken(marks: Mapping[int, str]) -> frozenset[int]:
    return frozenset(n for n, encoding in marks.items() if encoding == BROKEN)


def parse(batch: Batch, columns: Sequence[str]) -> Piece:
    """Parse lines into text columns: at once where all are alike, else one by one."""
    table = None if batch.broken else flat(batch.lines)
    if table is None or not set(table.columns) <= set(columns):
        return _one_by_one(batch, columns)
    missing = [pl.lit(None, pl.String).alias(c) for c in columns if c not in table.columns]
    line_N = np.arange(batch.first, batch.first + table.height)
    return Piece(table.with_columns(missing).select(columns), line_N)


def _one_by_one(batch: Batch, columns: Sequence[str]) -> Piece:
    rows, line_N, bad = list[Record](), list[int](), list[Bad]()
    for number, line in enumerate(batch.lines.split(b"\n"), batch.first):
        if not line or line.isspace():
            continue
        try:
            if number in batch.broken:
                raise UnicodeError
            rows.append(record(line.decode()))
            line_N.append(number)
        except ValueError as error:
            bad.append(Bad(number, reason(error), raw(line)))
    return Piece(_table(rows, columns), np.array(line_N, np.int64), tuple(bad))


def _table(rows: Sequence[Record], columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame({c: pl.Series(c, [r.get(c) for r in rows], dtype=pl.String) for c in columns})
