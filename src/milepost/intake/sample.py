"""A few rows that stand for many: those whose hashes are smallest, whatever order or cuts they come in."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.types import Array

ROWS = 20_000  # of a side that findings look at
CELLS = 2_000_000
BYTES = 32 << 20


def enough(columns: int, row_bytes: float) -> int:
    """Return how many rows of so many columns and bytes a sample may hold in memory."""
    return max(30, min(ROWS, CELLS // max(1, columns), int(BYTES / max(1.0, row_bytes))))


class Sample:
    """The rows kept so far, and where each stands in its side."""

    def __init__(self, rows: int) -> None:
        self.limit, self.hash_N, self.index_N = rows, np.empty(0, np.uint64), np.empty(0, np.int64)
        self.tables, self.bound = list[pl.DataFrame](), np.uint64(2**64 - 1)

    def add(self, table: pl.DataFrame, hash_N: Array, index_N: Array) -> None:
        """Take in rows."""
        few = np.flatnonzero(hash_N <= self.bound)  # most rows of a large table cannot be among the smallest any more
        if not len(few):
            return
        if len(few) < len(hash_N):
            table, hash_N, index_N = table[few], hash_N[few], index_N[few]
        self.tables.append(table.with_columns(pl.col(pl.String) + ""))  # a text of its own: a view holds its block
        self.hash_N, self.index_N = np.concatenate([self.hash_N, hash_N]), np.concatenate([self.index_N, index_N])
        if len(self.hash_N) > 1.5 * self.limit:
            self._thin()

    def _thin(self) -> None:
        order = np.lexsort((self.index_N, self.hash_N))[: self.limit]
        keep = np.sort(order)
        self.tables = [pl.concat(self.tables)[keep]]
        self.hash_N, self.index_N = self.hash_N[keep], self.index_N[keep]
        self.bound = self.hash_N.max()

    def rows(self) -> tuple[pl.DataFrame, Array]:
        """Return the sample in the order of the data, and where its rows stand, int64 [N]."""
        if len(self.hash_N) > self.limit:
            self._thin()
        return pl.concat(self.tables, rechunk=True), self.index_N
