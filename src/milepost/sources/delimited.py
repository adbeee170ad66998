"""CSV and its relatives, a block at a time: the encoding and the delimiter are found, the cells stay text."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from milepost.sources.base import BLOCK, Block, Piece
from milepost.sources.dialect import LOOK, Header, read_header, refuse_disguised
from milepost.sources.encoding import BROKEN, Chunk, Text, newlines
from milepost.sources.rows import Stretch, cut
from milepost.sources.sift import Sifted, sift
from milepost.types import Finding

FEW = 5  # lines that are named


class _Noticed(NamedTuple):
    """What was noticed in one block."""

    short: tuple[int, list[int]]  # how many rows, and the lines of the first
    mixed: tuple[int, list[int]]
    encodings: frozenset[str]


class Delimited:
    """A table in delimited text, from a stream that `open` opens afresh."""

    def __init__(self, name: str, size: int, open: Callable[[], BinaryIO], block: int = BLOCK) -> None:
        self.name, self.size = name, size
        self._open, self._block = open, block
        self._encoding, self._noticed = "UTF-8", dict[int, _Noticed]()

    @property
    def columns(self) -> list[str]:
        """The names of the columns; raises MilepostError for what is no table."""
        return self._header.names

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in the blocks that have been parsed, whatever the order."""
        noticed = [self._noticed[line] for line in sorted(self._noticed)]
        out = _encoding(self._encoding, self.name)
        others = sorted(frozenset[str]().union(*(n.encodings for n in noticed)))
        out += _mixed(*_sum([n.mixed for n in noticed]), self._encoding, others, self.name)
        return out + _short(*_sum([n.short for n in noticed]), self.name)

    def blocks(self) -> Iterator[Block]:
        """Cut the text into blocks of whole rows, in order; raise MilepostError for what is no table."""
        header = self._header
        self._noticed.clear()
        with self._open() as stream:
            text = Text(stream, self._block)
            for stretch in cut(_below(text.chunks(), header.size), header.grammar):
                self._encoding = text.encoding
                yield Block(len(stretch.text), partial(self._parse, stretch))
            self._encoding = text.encoding

    @cached_property
    def _header(self) -> Header:
        with self._open() as stream:
            head = stream.read(LOOK)
        refuse_disguised(head, self.name)
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
        self._notice(stretch, sifted)
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
        try:
            table = pl.read_csv(full + text, separator=chr(delimiter), schema=schema, has_header=False)
        except pl.exceptions.PolarsError:
            return None
        return table[1:]

    def _notice(self, stretch: Stretch, sifted: Sifted) -> None:
        short = sifted.line_N[sifted.short_N]
        mixed = [line for line, encoding in stretch.marks.items() if encoding != BROKEN]
        if mixed or len(short):
            encodings = frozenset(stretch.marks.values()) - {BROKEN}
            few = [int(line) for line in short[:FEW]]
            self._noticed[stretch.line] = _Noticed((len(short), few), (len(mixed), sorted(mixed)[:FEW]), encodings)


def _below(chunks: Iterable[Chunk], size: int) -> Iterator[Chunk]:
    """Leave out the first bytes of text, which hold the header."""
    for chunk in chunks:
        text, size = chunk.text[size:], max(0, size - len(chunk.text))
        above = newlines(chunk.text) - newlines(text)
        yield chunk._replace(text=text, line=chunk.line + above)


def _in_order(text: bytes) -> bool:
    """Tell whether every line is a row, or a part of a quoted cell."""
    if b"\0" in text or b"\n\n" in text or text.startswith((b"\n", b"\r")):
        return False
    return b"\r" not in text or (b"\n\r" not in text and text.count(b"\r") == text.count(b"\r\n"))


def _lines(text: bytes) -> int:
    return text.count(b"\n") + bool(text and not text.endswith(b"\n"))


def _sum(noticed: Sequence[tuple[int, list[int]]]) -> tuple[int, list[int]]:
    """Add up counts, and return the first lines of all."""
    return sum(n for n, _ in noticed), [line for _, lines in noticed for line in lines][:FEW]


def _encoding(encoding: str, name: str) -> list[Finding]:
    if encoding == "UTF-8":
        return []
    what, fix = f"`{name}` is not UTF-8; it is read as {encoding}", "if letters look wrong, save it as UTF-8"
    return [Finding("encoding", name, what, fix)]


def _mixed(count: int, lines: list[int], main: str, others: Sequence[str], name: str) -> list[Finding]:
    if not count:
        return []
    what = f"`{name}` mixes encodings: {count:,} lines are not {main}; they are read as {', '.join(others)}"
    fix = "look at those lines; save the file in one encoding"
    return [Finding("mixed_encoding", name, what, fix, "warning", count, tuple(lines))]


def _short(count: int, lines: list[int], name: str) -> list[Finding]:
    if not count:
        return []
    where = ", ".join(map(str, lines)) + (" ..." if count > len(lines) else "")
    what = f"rows of `{name}` have fewer cells than the header; the rest count as missing (lines {where})"
    return [Finding("short_rows", name, what, "look at those lines", "warning", count, tuple(lines))]
