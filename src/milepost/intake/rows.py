"""Rows as a task sees them: typed, with the reason why some teach nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from milepost.intake.gather import Side, Stretch
from milepost.intake.order import in_order
from milepost.intake.pieces import read_piece
from milepost.tasks.base import Task
from milepost.types import Array


class Rows(NamedTuple):
    """The rows of one stretch."""

    stretch: Stretch
    table: pl.DataFrame  # typed
    reason: pl.Series  # why a row teaches nothing; null where it may teach
    hash_N: Array  # uint64
    copy_N: Array  # how many equal rows stand before it

    @property
    def index_N(self) -> Array:
        """Where the rows stand among those of their side, int64 [N]."""
        return np.arange(self.stretch.first, self.stretch.first + self.stretch.rows)

    def usable(self) -> Rows:
        """Keep the rows that may teach something."""
        keep = self.reason.is_null()
        index = keep.to_numpy()
        return Rows(
            self.stretch, self.table.filter(keep), self.reason.filter(keep), self.hash_N[index], self.copy_N[index]
        )


@dataclass(frozen=True)
class Reader:
    """Read a side back as a task sees it."""

    task: Task[Any]
    time: str | None = None  # a row without it has no place in a split by time
    drop_copies: bool = False

    def rows(self, side: Side, copy_N: Array, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Yield the rows of every stretch, in order; only `columns` of them if these are given."""
        work = partial(self._rows, side.hash_N, copy_N, columns)
        return in_order(work, side.stretches)

    def _rows(self, hash_N: Array, copy_N: Array, columns: Sequence[str] | None, stretch: Stretch) -> Rows:
        raw = read_piece(stretch.path) if columns is None else pl.read_ipc(stretch.path, columns=list(columns))
        table, at = self.task.typed(raw), slice(stretch.first, stretch.first + stretch.rows)
        reason = self.task.unusable(table)
        if self.time is not None:
            reason = _else(reason, table[self.time].is_null(), "missing_time")
        if self.drop_copies:
            reason = _else(reason, pl.Series(copy_N[at] > 0), "duplicate")
        return Rows(stretch, table, reason, np.array(hash_N[at]), copy_N[at])


def _else(reason: pl.Series, also: pl.Series, word: str) -> pl.Series:
    """Give rows that have no reason yet, and are marked, `word` for one."""
    choice = pl.coalesce(pl.lit(reason), pl.when(pl.lit(also)).then(pl.lit(word)))
    return pl.select(choice.cast(pl.String).alias("reason")).to_series()
