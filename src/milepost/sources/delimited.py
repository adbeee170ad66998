"""CSV and its relatives, a block at a time: the encoding and the delimiter are found, the cells stay text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from typing import BinaryIO

import numpy as np
import polars as pl

from milepost.sources.base import BLOCK, Block, Piece
from milepost.sources.dialect import LOOK, Header, read_header
from milepost.sources.encoding import Chunk, Text, newlines
from milepost.sources.notes import Notes
from milepost.sources.rows import Stretch, cut
from milepost.sources.sift import sift
from milepost.types import Finding


class Delimited:
    """A table in delimited text, from a stream that `open` opens afresh."""

    def __init__(self, name: str, size: int, open: Callable[[], BinaryIO]) -> None:
        self.name, self.size, self._open = name, size, open
        self._notes = Notes(name)

    @property
    def columns(self) -> list[str]:
        """The names in the header."""
        return self._header.names

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in the header and in the blocks that have been parsed."""
        return [*self._header.findings, *self._notes.findings()]

    def blocks(self) -> Iterator[Block]:
        """Cut the text into blocks of whole rows, in order; raise MilepostError for what is no table."""
        header = self._header
        self._notes.clear()
        stretch = None
        with self._open() as stream:
            text = Text(stream, BLOCK)
            for stretch in cut(_below(text.chunks(), header.size), header.grammar):
                self._notes.encoding = text.encoding
                yield Block(len(stretch.text), partial(self._parse, stretch))
            self._notes.encoding = text.encoding
        if stretch is None:
            yield Block(0, partial(self._parse, Stretch(b"", 1, {})))

    @cached_property
    def _header(self) -> Header:
        with self._open() as stream:
            return read_header(Text(stream, LOOK).chunks(), self.name)

    def _parse(self, stretch: Stretch) -> Piece:
        """Parse at once what is in order; look at every row only where something is not."""
        header, text = self._header, stretch.text
        table = self._read(text) if _in_order(text) and header.row not in text and not stretch.marks else None
        if table is not None and not table[:, -1].null_count() and table.height == _lines(text):
            line_N = np.arange(table.height) + stretch.line if stretch.line_N is None else stretch.line_N
            return Piece(table, line_N, stretch.bad)
        sifted = sift(stretch, header)
        self._notes.add(stretch.line, stretch.marks, sifted.line_N[sifted.short_N])
        if table is None or not sifted.whole or table.height != len(sifted.line_N):
            table = self._read(sifted.text)
        assert table is not None and table.height == len(sifted.line_N), "rows were told apart in two ways"
        return Piece(table, sifted.line_N, sifted.bad)

    def _read(self, text: bytes) -> pl.DataFrame | None:
        """Parse rows; None where one of them has too many cells."""
        schema = dict.fromkeys(self._header.names, pl.String)
        if not text:
            return pl.DataFrame(schema=schema)
        delimiter = self._header.grammar.delimiter
        full = b'""' + bytes([delimiter]) * (len(schema) - 1) + b"\n"  # a short first row would mislead polars
        end = b"" if text.endswith(b"\n") else b"\n"  # without it, polars drops a delimiter at the end
        try:
            table = pl.read_csv(full + text + end, separator=chr(delimiter), schema=schema, has_header=False)
        except pl.exceptions.PolarsError:
            return None
        return table[1:]


def _below(chunks: Iterable[Chunk], size: int) -> Iterator[Chunk]:
    """Leave out the first bytes of text, which hold the header."""
    for chunk in chunks:
        if not size:
            yield chunk
            continue
        text, size = chunk.text[size:], max(0, size - len(chunk.text))
        above = newlines(chunk.text) - newlines(text)
        line = chunk.line + above
        yield chunk._replace(text=text, line=line, marks={n: e for n, e in chunk.marks.items() if n >= line})


def _in_order(text: bytes) -> bool:
    """Tell whether every line is a row, or a part of a quoted cell; blank ones are told by the number of rows."""
    if b"\0" in text or text.startswith((b"\n", b"\r")):
        return False
    return b"\r" not in text or (b"\n\r" not in text and text.count(b"\r") == newlines(text) == text.count(b"\n"))


def _lines(text: bytes) -> int:
    return text.count(b"\n") + bool(text and not text.endswith(b"\n"))
