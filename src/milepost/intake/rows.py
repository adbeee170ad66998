"""Rows as a task sees them: typed, with the reason why some teach nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from milepost.columns.schema import unread
from milepost.intake.gather import Side, Stretch
from milepost.intake.order import in_order
from milepost.intake.pieces import read_piece
from milepost.tasks.base import Task
from milepost.types import Array


class Rows(NamedTuple):
    """Some rows of one stretch."""

    part: str  # the file they are from
    table: pl.DataFrame  # typed
    reason: pl.Series  # why a row teaches nothing; null where it may teach
    index_N: Array  # where they stand among those of their side, int64
    hash_N: Array  # uint64
    copy_N: Array  # how many equal rows stand before it

    def usable(self) -> Rows:
        """Keep the rows that may teach something."""
        return self.where(self.reason.is_null().to_numpy())

    def where(self, keep_N: Array) -> Rows:
        """Keep the marked rows."""
        if keep_N.all():
            return self
        keep = pl.Series(keep_N)
        kept = self.index_N[keep_N], self.hash_N[keep_N], self.copy_N[keep_N]
        return Rows(self.part, self.table.filter(keep), self.reason.filter(keep), *kept)


@dataclass(frozen=True)
class Reader:
    """Read a side back as a task sees it."""

    task: Task[Any]
    time: str | None = None  # a row without it has no place in a split by time
    drop_copies: bool = False

    def rows(self, side: Side, copy_N: Array, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Yield the rows of every stretch, in order; only `columns` of them if these are given."""
        work = partial(self._rows, side, copy_N, columns)
        return in_order(work, side.stretches)

    def _rows(self, side: Side, copy_N: Array, columns: Sequence[str] | None, stretch: Stretch) -> Rows:
        raw = read_piece(stretch.path) if columns is None else pl.read_ipc(stretch.path, columns=list(columns))
        table, at = self.task.typed(raw), slice(stretch.first, stretch.first + stretch.rows)
        reason = self._unread(raw, self.task.unusable(table))
        if self.time is not None:
            reason = _else(reason, table[self.time].is_null(), "missing_time")
        if self.drop_copies:
            reason = _else(reason, pl.Series(copy_N[at] > 0), "duplicate")
        index_N = np.arange(at.start, at.stop)
        return Rows(stretch.part, table, reason, index_N, np.array(side.hash_N[at]), copy_N[at])

    def _unread(self, raw: pl.DataFrame, reason: pl.Series) -> pl.Series:
        """Tell truth that says something, but no number or date, from truth that is missing."""
        for rule in self.task.columns:
            if rule.name in self.task.targets and rule.type in ("number", "date") and reason.null_count() < len(reason):
                strange = unread(rule, raw[rule.name]) & reason.is_not_null()
                reason = _else(reason.set(strange, None), strange, f"target_not_a_{rule.type}")
        return reason


def _else(reason: pl.Series, also: pl.Series, word: str) -> pl.Series:
    """Give rows that have no reason yet, and are marked, `word` for one."""
    choice = pl.coalesce(pl.lit(reason), pl.when(pl.lit(also)).then(pl.lit(word)))
    return pl.select(choice.cast(pl.String).alias("reason")).to_series()
