"""Which side a row is on: decided by its content, so that a row never changes sides when others are added."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import polars as pl

from milepost.types import Array

TEST, VALID = 0.2, 0.2  # shares: of all rows, and of those that are left
DISTINCT = 0.3  # share of different rows below which copies are dealt out one by one


def places(table: pl.DataFrame) -> Array:
    """Return a number in [0, 1) for every row, [N]: a hash of its cells, equal for equal rows on every machine."""
    cells = table.select(
        pl.concat_str(
            (pl.col(c).cast(pl.String).fill_null("\0") for c in sorted(table.columns)), separator="\x1f"
        ).alias("k")
    )
    joined = [blake2b(k.encode("utf-8", "surrogatepass"), digest_size=8).digest() for k in cells["k"].to_list()]
    return np.frombuffer(b"".join(joined), "<u8").astype(np.float64) / 2.0**64


def repetitive(table: pl.DataFrame) -> bool:
    """Tell whether so few rows differ, as in a survey, that keeping copies together would leave lopsided sides."""
    return table.n_unique() < DISTINCT * table.height


def apart(place_N: Array) -> Array:
    """Return other numbers in [0, 1), [N], that differ between the copies of a row: they count as rows of their own."""
    return places(pl.DataFrame({"place": place_N}).with_columns(copy=pl.int_range(pl.len()).over("place")))


def split(place_N: Array, strata: pl.Series | None, share: float) -> Array:
    """Mark the rows of the smaller side, [N] bool: about `share` of them, some of every stratum of 3 rows or more."""
    chosen = place_N < share
    if strata is None:
        return chosen
    for _, rows in strata.to_frame("s").with_row_index("i").group_by("s"):
        index = rows["i"].to_numpy()
        if len(index) >= 3 and not chosen[index].any():
            chosen |= place_N == place_N[index].min()  # copies of a row stay together
        if len(index) >= 2 and chosen[index].all():
            chosen &= place_N != place_N[index].max()
    return chosen


def second(place_N: Array) -> Array:
    """Return fresh numbers in [0, 1) from the same rows, for a split of what a first split left."""
    return (place_N * 2.0**20) % 1.0
