"""What findings are looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
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
    texts: tuple[str, ...] = ()  # features that are read as text


class Joined(NamedTuple):
    """The rows of all sides, train first."""

    table: pl.DataFrame  # of the columns that all sides have
    side_N: Array  # name of the side
    row_N: Array  # int64, where each stands in the data

    def first(self, index: Array, few: int) -> tuple[int, ...]:
        """Return the row numbers of the first few at `index`; of one side where each has its own file."""
        rows = np.sort(self.row_N[index])
        if len(rows) and len(np.unique(self.row_N)) < len(self.row_N):
            rows = np.sort(self.row_N[index[self.side_N[index] == self.side_N[index[0]]]])
        return tuple(rows[:few].tolist())


def joined(look: Look) -> Joined:
    """Join the sides."""
    names = [s for s in ("train", "valid", "test") if s in look.sides]
    known = [set(look.sides[s].columns) for s in names]
    shared = [c for c in look.sides["train"].columns if all(c in columns for columns in known)]
    table = pl.concat([look.sides[s].select(shared) for s in names], how="vertical_relaxed")
    side_N = np.repeat(np.array(names), [look.sides[s].height for s in names])
    return Joined(table, side_N, np.concatenate([look.rows[s] for s in names]).astype(np.int64))
