"""Columns of any type -> numbers, text and dates, which is what the road knows."""

from __future__ import annotations

import json

import polars as pl

from milepost.types import Finding

QUIET = (pl.Categorical, pl.Enum, pl.Decimal, pl.Null)  # these lose nothing


def plain(table: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Write durations as seconds, lists and records as JSON, bytes as hex; return what was rewritten too."""
    rich = [c for c in table.iter_columns() if not _is_plain(c.dtype)]
    said = [Finding("rich_column", f"column {c.name}", _what(c)) for c in rich if c.dtype not in QUIET]
    return table.with_columns(map(_plain, rich)), said


def _is_plain(dtype: pl.DataType) -> bool:
    numbers = dtype.is_numeric() and not dtype.is_decimal()
    return numbers or dtype in (pl.String, pl.Boolean, pl.Date, pl.Datetime)


def _what(column: pl.Series) -> str:
    kind = str(column.dtype).partition("(")[0]
    return f"`{column.name}` holds values of type {kind}; it is read as {_form(column.dtype)}"


def _form(dtype: pl.DataType) -> str:
    if dtype == pl.Duration:
        return "seconds"
    return "the text of its JSON" if dtype.is_nested() or dtype == pl.Object else "text"


def _plain(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Duration:
        return column.dt.total_microseconds().cast(pl.Float64) / 1e6
    if column.dtype.is_decimal():
        return column.cast(pl.Float64)
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    if column.dtype.is_nested() or column.dtype == pl.Object:
        cells = [None if v is None else json.dumps(v, default=_text, ensure_ascii=False) for v in column.to_list()]
        return pl.Series(column.name, cells, dtype=pl.String)
    return column.cast(pl.String, strict=False)


def _text(value: object) -> object:
    """Give json what it cannot write itself: a list within an array, hex of bytes, or else the text."""
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, pl.Series) else str(value)
