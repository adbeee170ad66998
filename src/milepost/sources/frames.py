"""Data frames that are in memory already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import Block, Piece
from milepost.sources.plain import plain
from milepost.types import Finding

ROWS = 50_000  # of a block
NAME = "the data frame"
_CELL = re.compile(r"(?s)'.*'(?= with type)|b?'.*'$")  # as pyarrow quotes one


class Frame:
    """A table in memory as a Part."""

    def __init__(self, table: pl.DataFrame, name: str = NAME) -> None:
        self.name, self.size, self._table = name, int(table.estimated_size()), table
        self.findings: list[Finding] = plain(table.head(1))[1]

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self._table.columns

    def blocks(self) -> Iterator[Block]:
        """Cut the table into blocks of some rows."""
        for start in range(0, max(1, self._table.height), ROWS):
            rows = min(ROWS, self._table.height - start)
            size = self.size * rows // max(1, self._table.height)
            yield Block(size, partial(self._parse, start))

    def _parse(self, start: int) -> Piece:
        table, _ = plain(self._table.slice(start, ROWS))
        return Piece(table, np.arange(start + 1, start + 1 + table.height))


def frame(source: Any) -> Frame:
    """Take a polars or pandas DataFrame; raise MilepostError for anything else."""
    if isinstance(source, pl.DataFrame):
        return Frame(source)
    try:
        return Frame(pl.from_pandas(source))
    except Exception as error:  # whatever pandas, pyarrow and polars think of it
        detail = (_CELL.sub("a cell", str(error)).splitlines() or [type(error).__name__])[0][:200]
        raise MilepostError(
            f"it cannot be read: {detail}", NAME, "give a file, or a polars or pandas DataFrame"
        ) from error
