"""What every reader hands on: blocks that are cheap to cut and costly to parse, so that threads can share the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import polars as pl

from milepost.types import Array, Finding

BLOCK = 4 << 20  # bytes of input that are parsed at once


class Bad(NamedTuple):
    """A row that cannot be read: where it stands, why not, and how it begins."""

    line: int  # counted from 1, as in Piece.lines
    reason: str  # the code of a finding, one of those in read.WRONG
    raw: str


class Piece(NamedTuple):
    """Some rows of a table, in order, and those among them that cannot be read."""

    table: pl.DataFrame  # N rows; cells of a text format are text, others keep their plain type
    lines: Array  # int64 [N]: the line (of text) or row (of anything else) where each starts, counted from 1
    bad: tuple[Bad, ...] = ()


class Block(NamedTuple):
    """A stretch of input that can be parsed without knowing the others, in any thread."""

    size: int  # bytes of input, for the progress bar
    parse: Callable[[], Piece]


class Part(Protocol):
    """One table among those that make up the data: a file, a sheet, a member of an archive, a query."""

    name: str  # as the user knows it: data.csv, all.zip/data.csv, book.xlsx/Costs
    size: int  # bytes of input in all, for the progress bar; 0 = not known

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns, in order."""

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in reading; complete once the blocks have been parsed."""

    def blocks(self) -> Iterator[Block]:
        """Cut the part into blocks, in order; raise MilepostError for what is no table at all."""
