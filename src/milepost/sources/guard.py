"""Around every part: it keeps the columns of the first, no library's error comes out, and the file stays as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import Block, Part, Piece
from milepost.sources.columnar import unreadable
from milepost.types import Finding

T = TypeVar("T")


class Alike:
    """The columns that all parts of one source have: those of the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns: list[str] | None = None
        self.first: Part | None = None

    def ordered(self, table: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Put columns in the order of the first part; raise MilepostError if they are others."""
        columns = self._of_first(part, table)
        if table.columns == columns:
            return table
        odd = sorted(set(table.columns) ^ set(columns))
        if odd:
            first = self.first.name if self.first else ""
            raise MilepostError(
                f"it has other columns than {first}: {', '.join(odd[:5])}", part.name, "name one file in data.source"
            )
        return table.select(columns)

    def _of_first(self, part: Part, table: pl.DataFrame) -> list[str]:
        with self._lock:
            if self._columns is None and (self.first is None or part is self.first):
                self.first, self._columns = part, table.columns
            elif self._columns is None and self.first is not None:
                self._columns = next((b.parse().table.columns for b in self.first.blocks()), table.columns)
            return self._columns or []


class Guarded:
    """A Part of which every error is a MilepostError."""

    def __init__(
        self, part: Part, alike: Alike, path: Path | None = None, findings: list[Finding] | None = None
    ) -> None:
        self._part, self._alike, self._path, self._opening = part, alike, path, findings or []
        self._mark = _mark(path)
        self.name, self.size = part.name, part.size
        alike.first = alike.first or part

    def also(self, findings: list[Finding]) -> None:
        """Add what was noticed beside the part."""
        self._opening = [*self._opening, *findings]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in opening and in reading."""
        return [*self._opening, *self._part.findings]

    def blocks(self) -> Iterator[Block]:
        """Cut the part into blocks; raise MilepostError for what cannot be read, or if the file changes meanwhile."""
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
            return piece._replace(table=self._alike.ordered(piece.table, self._part))

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
