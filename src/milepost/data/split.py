"""Which side a row is on: decided by its content, so that a row never changes sides when others are added."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from xxhash import xxh3_64_intdigest

from milepost.types import Array

TEST, VALID = 0.2, 0.2  # shares: of all rows, and of those that are left
DISTINCT = 0.3  # share of different rows below which copies are dealt out one by one
GOLDEN = 0.6180339887498949  # steps of it spread evenly over [0, 1) (Weyl 1916)
KNOWN = 512  # different places of a stratum that are remembered: with more, chance alone gives every side some
STRATA = 100_000  # classes after which they are none
TRAIN_SIDE, VALID_SIDE, TEST_SIDE = range(3)


def hashes(table: pl.DataFrame) -> Array:
    """Return a hash of the cells of every row, uint64 [N], equal for equal rows on every machine."""
    cells = table.select(
        pl.concat_str((pl.col(c).cast(pl.String).fill_null("\0") for c in sorted(table.columns)), separator="\x1f")
        .cast(pl.Binary)
        .alias("k")
    )
    return np.fromiter(map(xxh3_64_intdigest, cells["k"].to_list()), np.uint64, table.height)


def places(hash_N: Array, copy_N: Array | None = None) -> Array:
    """Return a number in [0, 1) for every hash, [N]; with `copy_N`, copies of a row count as rows of their own."""
    place_N = hash_N.astype(np.float64) / 2.0**64
    return place_N if copy_N is None else (place_N + GOLDEN * copy_N) % 1.0


def second(place_N: Array) -> Array:
    """Return fresh numbers in [0, 1) from the same rows, for a split of what a first split left."""
    return (place_N * 2.0**20) % 1.0


class Deal:
    """Deal rows out to train, valid and test by their place, some of every stratum of 3 rows or more to each."""

    def __init__(self, test: bool, valid: bool) -> None:
        self.shares = {TEST_SIDE: TEST if test else 0.0, VALID_SIDE: VALID if valid else 0.0}
        self.counts, self.known = dict[str | None, int](), dict[str | None, Array | None]()
        self.moved: dict[str | None, dict[float, int]] | None = None

    def see(self, place_N: Array, strata: pl.Series | None) -> None:
        """Take in rows, to know which strata are so small that chance might leave a side without them."""
        for stratum, index in _strata(strata, len(place_N)):
            self.counts[stratum] = self.counts.get(stratum, 0) + len(index)
            known = self.known.get(stratum, np.empty(0))
            if known is not None and len(self.known) <= STRATA:
                both = np.unique(np.concatenate([known, place_N[index]]))
                self.known[stratum] = both if len(both) <= KNOWN else None

    def sides(self, place_N: Array, strata: pl.Series | None) -> Array:
        """Return TRAIN_SIDE, VALID_SIDE or TEST_SIDE for every row, int8 [N]."""
        if self.moved is None:
            self.moved = {s: moved for s, known in self.known.items() if known is not None and (moved := self._move(s))}
        out = self._by_chance(place_N)
        if not self.moved:
            return out
        for stratum, index in _strata(strata, len(place_N)):
            for place, side in self.moved.get(stratum, {}).items():
                out[index[place_N[index] == place]] = side
        return out

    def _by_chance(self, place_N: Array) -> Array:
        test = place_N < self.shares[TEST_SIDE]
        valid = second(place_N) < self.shares[VALID_SIDE]
        return np.where(test, TEST_SIDE, np.where(valid, VALID_SIDE, TRAIN_SIDE)).astype(np.int8)

    def _move(self, stratum: str | None) -> dict[float, int]:
        """Rank the places of a small stratum, so that no side goes without; return those that chance had elsewhere."""
        place, rows = self.known[stratum], self.counts[stratum]
        assert place is not None
        test = _some(place, self.shares[TEST_SIDE], rows)
        rest = place[~test]
        sides = np.full(len(place), TEST_SIDE, np.int8)
        valid = _some(second(rest), self.shares[VALID_SIDE], rows - int(test.sum()))
        sides[~test] = np.where(valid, VALID_SIDE, TRAIN_SIDE)
        changed = np.flatnonzero(sides != self._by_chance(place))
        return {float(place[i]): int(sides[i]) for i in changed}


def _some(place: Array, share: float, rows: int) -> Array:
    """Mark about `share` of different places: the least one at least, and never all."""
    chosen = place < share
    if share and rows >= 3 and len(place) > 1 and not chosen.any():
        chosen[place.argmin()] = True
    if rows >= 2 and len(place) and chosen.all():
        chosen[place.argmax()] = False
    return chosen


def _strata(strata: pl.Series | None, rows: int) -> Iterator[tuple[str | None, Array]]:
    """Yield every stratum and its rows; all rows are one where there are none."""
    if strata is None:
        yield "", np.arange(rows)
        return
    for [stratum], held in strata.to_frame("s").with_row_index("i").group_by("s"):
        yield None if stratum is None else str(stratum), held["i"].to_numpy()
