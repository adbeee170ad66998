"""Columns of a table as facts learned from training rows, and their encoding as numbers and category ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.types import Array, Columns, Field

BLANK = ("", "?", "-", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "无", "缺失", "未知")  # a missing number


class ColumnFacts(BaseModel):
    """What the training rows say of one column."""

    name: str
    type: Literal["number", "category", "date"]
    knots: list[float] = []  # of a number: quantiles, increasing
    categories: list[str | None] = []  # id = place + 1; None = missing was seen; 0 = never seen
    missing: int = 0
    example: str | float | None = None

    @property
    def field(self) -> Field:
        """The column as a customer meets it."""
        choices = tuple(c for c in self.categories if c is not None)
        low, high = (self.knots[0], self.knots[-1]) if self.knots else (None, None)
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
        absent = [pl.lit(None).alias(c.name) for c in self.columns if c.name not in table.columns]
        table = table.with_columns(absent) if absent else table
        number = table.select(as_number(table[c.name].dtype, c.name, c.type == "date") for c in self.numbers)
        ids = [self._ids(table[c.name], known) for c, known in zip(self.categories, self._known, strict=True)]
        return {
            "number": _matrix(number, table.height),
            "category": np.stack(ids, 1) if ids else np.empty((table.height, 0), np.int32),
        }

    @cached_property
    def _known(self) -> list[tuple[pl.Series, pl.Series, int]]:
        """Values, their ids and the id of missing; built once, not once a request."""
        out = []
        for c in self.categories:
            ids = [i for i, v in enumerate(c.categories, 1) if v is not None]
            values = pl.Series([v for v in c.categories if v is not None], dtype=pl.String)
            gone = c.categories.index(None) + 1 if None in c.categories else 0
            out.append((values, pl.Series(ids, dtype=pl.Int32), gone))
        return out

    @staticmethod
    def _ids(column: pl.Series, known: tuple[pl.Series, pl.Series, int]) -> Array:
        values, ids, gone = known
        text = as_text(column)
        found = text.replace_strict(values, ids, default=0, return_dtype=pl.Int32)
        return found.set(text.is_null(), gone).to_numpy()


def _matrix(numbers: pl.DataFrame, height: int) -> Array:
    if not numbers.width:
        return np.empty((height, 0), np.float32)
    out = np.ascontiguousarray(numbers.to_numpy(), dtype=np.float32)
    out[~np.isfinite(out)] = np.nan
    return out


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as trimmed text; blank is null."""
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def as_number(dtype: pl.DataType, name: str, date: bool = False) -> pl.Expr:
    """Read a column as float64; null where it says nothing or no number. A date counts days since 1970."""
    column = pl.col(name)
    if date:
        return as_days(dtype, name)
    if not (dtype == pl.String or dtype.is_numeric()):
        return pl.lit(None, pl.Float64).alias(name)
    if dtype == pl.String:
        column = column.str.strip_chars()
    return column.cast(pl.Float64, strict=False).fill_nan(None)


def as_days(dtype: pl.DataType, name: str) -> pl.Expr:
    """Read a column of dates, or ISO 8601 text, as days since 1970."""
    column = pl.col(name)
    if dtype == pl.String:
        stamp = column.str.strip_chars().str.replace(" ", "T")
        column = pl.coalesce(
            stamp.str.to_datetime("%Y-%m-%d", strict=False),
            stamp.str.to_datetime("%Y-%m-%dT%H:%M", strict=False),
            stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False),
        )
    return column.cast(pl.Datetime("us"), strict=False).cast(pl.Int64).cast(pl.Float64).truediv(86_400_000_000)


def unreadable(column: pl.Series, facts: Sequence[ColumnFacts]) -> int:
    """Count cells that say something where a number or date belongs, but none that can be read."""
    kind = next((c.type for c in facts if c.name == column.name), "category")
    if kind == "category" or column.dtype.is_numeric():
        return 0
    read = column.to_frame().select(as_number(column.dtype, column.name, kind == "date")).to_series()
    text = as_text(column)
    return int((read.is_null() & text.is_not_null() & ~text.str.to_lowercase().is_in(BLANK)).sum())
