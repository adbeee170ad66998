"""What findings are looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from milepost.types import Array


@dataclass(frozen=True)
class Look:
    """Typed rows of every side (all, or a sample by content hash of a large side) and what the road knows of them."""

    sides: Mapping[str, pl.DataFrame]  # train, valid, test
    rows: Mapping[str, Array]  # int64 [N] of each side: where its rows stand in the data, counted from 1
    totals: Mapping[str, int]  # rows of each side, looked at or not
    types: Mapping[str, str]  # of each column: number date boolean category ordinal id text constant empty
    targets: tuple[str, ...]  # columns that hold the truth
    features: tuple[str, ...]  # columns that a customer sends
    classes: str | None = None  # the target that holds classes, if there is one
    time: str | None = None  # the column that orders the rows in time, if one is known
    personal: frozenset[str] = frozenset()  # columns whose cells are never quoted
