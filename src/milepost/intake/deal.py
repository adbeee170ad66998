"""Which side of the split every row is dealt to: by its content, its group or its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from milepost.data.split import TEST, TEST_SIDE, TRAIN_SIDE, VALID, VALID_SIDE, Deal, hashes, places
from milepost.intake.rows import Rows
from milepost.tasks.base import Task
from milepost.types import Array

TIMES = 100_000  # rows, those with the smallest hashes, from which the days that part the sides are taken
NAMES = {TRAIN_SIDE: "train", VALID_SIDE: "valid", TEST_SIDE: "test"}


class Dealer(Protocol):
    """See all usable rows once, then deal them out."""

    rows: int  # that were seen

    def see(self, rows: Rows) -> None:
        """Take in usable rows, of which only the columns in question need be there."""

    def sides(self, rows: Rows) -> Array:
        """Return the side of every row, int8 [N]: TRAIN_SIDE, VALID_SIDE or TEST_SIDE."""

    def how(self) -> str:
        """Say how the rows were dealt out."""


@dataclass
class ByPlace:
    """Deal by a hash of the row's content, or of its group's, which therefore stays together."""

    task: Task[Any]
    test: bool
    valid: bool
    group: Sequence[str] = ()
    one_by_one: bool = False  # few rows differ: their copies count as rows of their own

    def __post_init__(self) -> None:
        self.deal, self.rows = Deal(self.test, self.valid), 0

    def see(self, rows: Rows) -> None:
        self.rows += rows.table.height
        self.deal.see(self._place(rows), self._strata(rows.table))

    def sides(self, rows: Rows) -> Array:
        return self.deal.sides(self._place(rows), self._strata(rows.table))

    def _place(self, rows: Rows) -> Array:
        if self.group:
            return places(hashes(rows.table.select(self.group)))
        return places(rows.hash_N, rows.copy_N if self.one_by_one else None)

    def _strata(self, table: pl.DataFrame) -> pl.Series | None:
        return None if self.group else self.task.strata(table)

    def how(self) -> str:
        by = f"by the content hash of `{', '.join(self.group)}`" if self.group else "by content hash"
        out = _shares(by, self.test, self.valid)
        if self.one_by_one and not self.group:
            out = f"{out}; copies of a row dealt out one by one, since few rows differ"
        if self.deal.moved and not self.group and any(s for s in self.deal.moved):
            out = f"{out}; in small classes the rows are ranked by hash, so that every side has some"
        return out


@dataclass
class ByTime:
    """Deal the latest rows to test and the latest of the others to valid; equal times stay together."""

    column: str
    test: bool
    valid: bool

    def __post_init__(self) -> None:
        self.rows, self.hash_N, self.time_N = 0, np.empty(0, np.uint64), np.empty(0)
        self.starts: tuple[float, float] | None = None

    def see(self, rows: Rows) -> None:
        self.rows += rows.table.height
        self.hash_N = np.concatenate([self.hash_N, rows.hash_N])
        self.time_N = np.concatenate([self.time_N, as_times(rows.table[self.column])])
        if len(self.hash_N) > 2 * TIMES:
            self._thin()

    def _thin(self) -> None:
        keep = np.argsort(self.hash_N, kind="stable")[:TIMES]
        self.hash_N, self.time_N = self.hash_N[keep], self.time_N[keep]

    def sides(self, rows: Rows) -> Array:
        if self.starts is None:
            if len(self.hash_N) > TIMES:
                self._thin()
            test = start_of_latest(self.time_N, TEST) if self.test else np.inf
            valid = start_of_latest(self.time_N[self.time_N < test], VALID) if self.valid else test
            self.starts = valid, test
        time, (valid, test) = as_times(rows.table[self.column]), self.starts
        return np.where(time >= test, TEST_SIDE, np.where(time >= valid, VALID_SIDE, TRAIN_SIDE)).astype(np.int8)

    def how(self) -> str:
        return _shares(f"by time (the latest rows by `{self.column}`)", self.test, self.valid)


def as_times(column: pl.Series) -> Array:
    """Return a column of numbers or dates as float64 [N]; dates in microseconds since 1970."""
    whole = column.cast(pl.Int64) if column.dtype.is_temporal() else column
    return whole.cast(pl.Float64).to_numpy()


def start_of_latest(time_N: Array, share: float) -> float:
    """Return the time from which rows are the latest `share`; some are always earlier, unless all are at once."""
    times, counts = np.unique(time_N, return_counts=True)
    if len(times) < 2:
        return float("inf")
    later = counts[::-1].cumsum()[::-1]  # rows at each time and after
    return float(times[1:][np.abs(later[1:] - share * len(time_N)).argmin()])


def _shares(by: str, test: bool, valid: bool) -> str:
    """Say what was carved out."""
    if test and valid:
        return f"{by}: {TEST:.0%} of the rows for test, {VALID:.0%} of the rest for validation"
    if test:
        return f"test {by}, {TEST:.0%} of the training rows"
    return f"validation {by}, {VALID:.0%} of the training rows" if valid else "given by the files"
