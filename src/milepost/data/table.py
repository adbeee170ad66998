"""Columns of a table as facts learned from training rows, and their encoding as numbers and category ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.types import Array, Columns, Field

DAY = 86_400_000_000  # microseconds


class ColumnFacts(BaseModel):
    """What the training rows say of one column."""

    name: str
    type: Literal["number", "category", "date"]
    origin: float = 0.0  # taken off a number before it becomes float32, which would lose the digits of 1e9 + 3
    knots: list[float] = []  # of a number: quantiles from `origin` on, increasing
    categories: list[str | None] = []  # id = place + 1; None = missing was seen; 0 = never seen
    missing: int = 0
    example: str | float | None = None

    @property
    def field(self) -> Field:
        """The column as a customer meets it."""
        choices = tuple(c for c in self.categories if c is not None)
        number = self.type == "number"
        low, high = (self.knots[0] + self.origin, self.knots[-1] + self.origin) if number else (None, None)
        return Field(self.name, self.type, choices, low, high, self.example)


class TableFacts(BaseModel):
    """The columns that a table's networks and models read, in order."""

    columns: list[ColumnFacts]

    @cached_property
    def numbers(self) -> list[ColumnFacts]:
        """Columns that become a number; dates count their days."""
        return [c for c in self.columns if c.type != "category"]

    @cached_property
    def categories(self) -> list[ColumnFacts]:
        """Columns that become an id."""
        return [c for c in self.columns if c.type == "category"]

    @property
    def knots(self) -> list[list[float]]:
        """Quantiles of every number."""
        return [c.knots for c in self.numbers]

    @property
    def sizes(self) -> list[int]:
        """How many ids every category has; 0 is the one never seen."""
        return [len(c.categories) + 1 for c in self.categories]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a customer sends."""
        return tuple(c.field for c in self.columns)

    def encode(self, table: pl.DataFrame) -> Columns:
        """Return number float32 [N, numbers], nan = missing, and category int32 [N, categories], 0 = never seen.

        A column that the table lacks is missing throughout.
        """
        here = set(table.columns)
        held = {c.name: table[c.name] if c.name in here else _gone(table.height) for c in self.columns}
        number, category = (
            np.empty((table.height, len(c)), t) for c, t in ((self.numbers, np.float32), (self.categories, np.int32))
        )
        for i, c in enumerate(self.numbers):
            number[:, i] = floats(held[c.name]) - c.origin
        for i, known in enumerate(self._known):
            category[:, i] = known.ids(held[self.categories[i].name])
        return {"number": number, "category": category}

    @cached_property
    def _known(self) -> list[_Known]:
        """The ids of every category, looked up; built once, not once a request."""
        return [_Known(c.categories) for c in self.categories]


def _gone(rows: int) -> pl.Series:
    return pl.repeat(None, rows, dtype=pl.String, eager=True)


class _Known:
    """Texts and their ids."""

    def __init__(self, categories: Sequence[str | None]) -> None:
        self.of = {text: i for i, text in enumerate(categories, 1) if text is not None}
        self.missing = categories.index(None) + 1 if None in categories else 0

    def ids(self, column: pl.Series) -> Array:
        """Look up every cell, int32 [N]; a dict, since polars takes 0.1 ms a column for a single row."""
        return np.fromiter(map(self._id, column.to_list()), np.int32, len(column))

    def _id(self, text: str | None) -> int:
        return self.missing if text is None else self.of.get(text, 0)


def floats(column: pl.Series) -> Array:
    """Return typed numbers, or dates as days since 1970, as float64 [N]; nan where there is none or no finite one."""
    if column.dtype.is_temporal():
        column = column.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64) / DAY
    out = column.cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
    out[~np.isfinite(out)] = np.nan
    return out
