"""Around every part: it keeps the columns of the first, no library's error comes out, and the file stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TypeVar

import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import Block, Part, Piece
from milepost.sources.columnar import unreadable
from milepost.types import Finding

T = TypeVar("T")


class Alike:
    """The columns of all parts of one source, in order of appearance."""

    def __init__(self) -> None:
        self.parts = list[Part]()

    @cached_property
    def columns(self) -> list[str]:
        """The columns; raises MilepostError where a part shares too few of them with the first."""
        names = [list(part.columns) for part in self.parts]
        for part, own in zip(self.parts[1:], names[1:], strict=True):
            odd = sorted(set(own) ^ set(names[0]))
            if len(odd) > len(set(own) & set(names[0])):
                what = f"it has other columns than `{self.parts[0].name}`: {', '.join(f'`{c}`' for c in odd[:5])}"
                raise MilepostError(what, part.name, "name one file in data.source")
        return list(dict.fromkeys(chain.from_iterable(names)))

    def absent(self, part: Part) -> list[Finding]:
        """Say which columns of the others a part lacks."""
        own = set(part.columns)
        lacking = [c for c in self.columns if c not in own]
        if not lacking:
            return []
        listed = ", ".join(f"`{c}`" for c in lacking[:5]) + (" ..." if len(lacking) > 5 else "")
        what = f"`{part.name}` lacks columns of the other files: {listed}; they count as missing there"
        return [Finding("absent_columns", part.name, what, "add them, or name one file", "warning", len(lacking))]

    def ordered(self, table: pl.DataFrame) -> pl.DataFrame:
        """Put the columns of a part in the order of all; those that it lacks are empty."""
        if table.columns == self.columns:
            return table
        own = set(table.columns)
        missing = [pl.lit(None).alias(c) for c in self.columns if c not in own]
        return table.with_columns(missing).select(self.columns)


class Guarded:
    """A Part of which every error is a MilepostError."""

    def __init__(
        self, part: Part, alike: Alike, path: Path | None = None, findings: list[Finding] | None = None
    ) -> None:
        self._part, self._alike, self._path, self._opening = part, alike, path, findings or []
        self._mark = _mark(path)
        self.name, self.size = part.name, part.size
        alike.parts.append(part)

    def also(self, findings: list[Finding]) -> None:
        """Add what was noticed beside the part."""
        self._opening = [*self._opening, *findings]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in opening and in reading."""
        return [*self._opening, *self._alike.absent(self._part), *self._part.findings]

    @property
    def columns(self) -> list[str]:
        """The columns of all parts."""
        return self._safely(lambda: self._alike.columns)

    def blocks(self) -> Iterator[Block]:
        """Cut the part into blocks; raise MilepostError for what cannot be read, or if the file changes meanwhile."""
        assert self.columns
        blocks = self._part.blocks()
        while True:
            block = self._safely(lambda: next(blocks, None))
            self._refuse_changed()
            if block is None:
                return
            yield Block(block.size, self._parsed(block))

    def _parsed(self, block: Block) -> Callable[[], Piece]:
        def parse() -> Piece:
            piece = self._safely(block.parse)
            self._refuse_changed()  # what reads in parsing may have read what is new
            return piece._replace(table=self._alike.ordered(piece.table))

        return parse

    def _safely(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except MilepostError:
            self._refuse_changed()
            raise
        except (PermissionError, MemoryError):
            raise
        except (Exception, pl.exceptions.PanicException) as error:
            self._refuse_changed()
            raise unreadable(error, self.name) from error

    def _refuse_changed(self) -> None:
        if self._path is not None and _mark(self._path) != self._mark:
            raise MilepostError(
                "the file changed while it was read", self.name, "wait until nothing writes to it, and start again"
            )


def _mark(path: Path | None) -> tuple[int, int] | None:
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if status else None
