"""What is kept of a stream of cells: bounded in memory, and the same however the stream was cut."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import polars as pl

from milepost.types import Array

SEED = 20  # of the hashes that choose rows and count values
CACHED = 1 << 16  # numbers that are worked on at once: they stay in the cache
LOWEST = 1126  # 2**-LOWEST divides every float64


class Distinct:
    """Count different values: exactly up to `limit`, else by the smallest hashes (Bar-Yossef et al. 2002)."""

    def __init__(self, limit: int) -> None:
        self.limit, self.bound, self.exact = limit, 2**64 - 1, True
        self._kept, self._waiting, self._held = np.empty(0, np.uint64), list[Array](), 0

    def add(self, hash_N: Array) -> None:
        """Take in the hashes of values; there may be copies among them."""
        new = hash_N if self.exact else hash_N[hash_N < np.uint64(self.bound)]
        self._waiting.append(new)
        self._held += len(new)
        if self._held > self.limit:
            self._compact()

    def _compact(self) -> None:
        """Keep the `limit` smallest hashes."""
        every = np.sort(np.concatenate([self._kept, *self._waiting]))
        kept = every[np.append(True, every[1:] != every[:-1])] if len(every) else every
        self.exact = self.exact and len(kept) <= self.limit
        self._kept, self._waiting, self._held = kept[: self.limit], [], 0
        self.bound = self.bound if self.exact else int(self._kept[-1])

    def count(self) -> int:
        """Return the number of different values, an estimate to two digits where it is not exact."""
        self._compact()
        if self.exact:
            return len(self._kept)
        estimate = (self.limit - 1) / (self.bound / 2.0**64)
        return int(float(f"{estimate:.1e}"))


class Sums:
    """Sums of some columns without rounding, so that no order of the rows changes a digit."""

    def __init__(self, columns: Sequence[int]) -> None:
        self.columns = np.array(columns, np.int64)
        self.sums, self.counts = [0] * len(columns), np.zeros(len(columns), np.int64)

    def add(self, values_NC: Array) -> None:
        """Take in finite numbers; others do not count, and none counts for more than 2**900."""
        step = max(1, CACHED // max(1, len(values_NC)))
        for start in range(0, len(self.columns), step):
            self._add(values_NC[:, self.columns[start : start + step]], start)

    def _add(self, values_NC: Array, start: int) -> None:
        """Split high digits, which sum exactly, off (Rump, Ogita and Oishi 2008)."""
        fine_NC = np.isfinite(values_NC)
        self.counts[start : start + values_NC.shape[1]] += fine_NC.sum(0)
        rest_NC = np.clip(np.where(fine_NC, values_NC, 0.0), -(2.0**900), 2.0**900)
        _, exponent_C = np.frexp(np.abs(rest_NC).max(0, initial=0.0))
        while rest_NC.any():
            grid_C = np.ldexp(1.0, exponent_C + len(rest_NC).bit_length())
            high_NC = (grid_C + rest_NC) - grid_C
            rest_NC -= high_NC
            exponent_C = exponent_C + len(rest_NC).bit_length() - 52
            for at, exact in enumerate(high_NC.sum(0).tolist(), start):
                over, under = exact.as_integer_ratio()
                self.sums[at] += over * ((1 << LOWEST) // under)

    def means(self) -> list[float]:
        """Return the mean of every column, correctly rounded; 0 where nothing was seen."""
        counts = self.counts.tolist()
        return [float(Fraction(s, n << LOWEST)) if n else 0.0 for s, n in zip(self.sums, counts, strict=True)]


class RowSample:
    """Rows chosen by the hash of their number, as float64."""

    def __init__(self, columns: int, limit: int) -> None:
        self.limit, self.bound, self.total = limit, 2**64 - 1, 0
        self._order_N, self._rows_NC = np.empty(0, np.uint64), np.empty((0, columns))

    def add(self, rows_NC: Array) -> None:
        """Take in the next rows."""
        number_N = pl.int_range(self.total, self.total + len(rows_NC), eager=True)
        order_N = number_N.hash(SEED).to_numpy()
        chosen = order_N <= self.bound
        self.total += len(rows_NC)
        self._order_N = np.concatenate([self._order_N, order_N[chosen]])
        self._rows_NC = np.concatenate([self._rows_NC, rows_NC[chosen]])
        if len(self._order_N) > 2 * self.limit:
            self._thin()

    def _thin(self) -> None:
        keep = np.argsort(self._order_N)[: self.limit]
        self._order_N, self._rows_NC = self._order_N[keep], self._rows_NC[keep]
        self.bound = int(self._order_N[-1]) if len(keep) == self.limit else self.bound

    def rows(self) -> Array:
        """Return the chosen rows, float64 [N, C]; all of them where they are few."""
        self._thin()
        return self._rows_NC


class Stretches:
    """Missing cells of every column in at most `limit` stretches of rows of one length, a power of two."""

    def __init__(self, columns: int, limit: int) -> None:
        self.limit, self.step, self.total = limit, 1, 0
        self.counts = np.zeros((limit, columns), np.int64)

    def add(self, missing_NC: Array) -> None:
        """Take in the next rows: which of their cells are missing."""
        if not len(missing_NC):
            return
        start, self.total = self.total, self.total + len(missing_NC)
        while self.total > self.limit * self.step:
            self.counts[: self.limit // 2] = self.counts[::2] + self.counts[1::2]
            self.counts[self.limit // 2 :] = 0
            self.step *= 2
        first, last = start // self.step, (self.total - 1) // self.step
        cuts = np.maximum(np.arange(first, last + 1) * self.step - start, 0)
        self.counts[first : last + 1] += np.add.reduceat(missing_NC, cuts, axis=0, dtype=np.int64)

    def shares(self) -> Array:
        """Return the share of missing cells of every stretch and column."""
        starts = np.arange(0, self.total, self.step)
        rows = np.minimum(self.step, self.total - starts)
        return self.counts[: len(starts)] / rows[:, None]
