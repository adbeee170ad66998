"""The cells of many columns as one text, column after column, so that all of them are looked at at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.personal.traces import END, SHORTEST
from milepost.types import Array

BATCH = 1 << 20  # bytes that are looked at together: they fit a processor's cache
LARGE = 10 ** (SHORTEST - 1)  # the least number that is long enough for a trace
EXACT = 2.0**53  # numbers up to which a float keeps every digit


class Joined(NamedTuple):
    """Some columns with cells that are long enough for a trace."""

    columns: Array  # their places in the table
    first: Array  # the row of `text` where each begins
    text: pl.Series

    def letters(self) -> Array:
        """Return all cells but missing ones with an END around each, uint8."""
        cells: bytes = self.text.to_frame("w").select(pl.col("w").str.join(chr(END)).cast(pl.Binary)).item()
        return np.frombuffer(bytes([END]) + cells + bytes([END, END]), np.uint8)

    def starts(self) -> Array:
        """Return where in `letters` each column begins."""
        cell_N = lengths(self.text) + self.text.is_not_null().to_numpy()
        return 1 + np.concatenate([[0], cell_N.cumsum()])[self.first]

    def trimmed(self) -> Joined:
        """Return the same without blanks around cells."""
        return self._replace(text=self.text.str.strip_chars(" "))


def joined(table: pl.DataFrame, said_C: Array) -> Iterator[Joined]:
    """Yield the columns with long cells as text, a batch at a time; count the cells that are filled in `said_C` [C]."""
    places = [c for c, dtype in enumerate(table.dtypes) if dtype == pl.String]
    if places:
        texts = table if len(places) == table.width else table[:, places]
        yield from _texts(texts, np.array(places), said_C)
    if len(places) < table.width:
        yield from _numbers(table, said_C)


def lengths(text: pl.Series) -> Array:
    """Return the bytes of every cell, int64 [N]; 0 where it is missing."""
    found = text.to_frame("w").select(pl.col("w").str.len_bytes().fill_null(0).cast(pl.Int64))
    return found.to_series().to_numpy()


def _texts(texts: pl.DataFrame, place_C: Array, said_C: Array) -> Iterator[Joined]:
    cell_CN = lengths(_stacked(texts)).reshape(texts.width, -1)
    said_C[place_C] = (cell_CN > 0).sum(1)
    long = np.flatnonzero(cell_CN.max(1) >= SHORTEST)
    for some in _batches(long, (cell_CN[long] + 1).sum(1)):
        yield Joined(place_C[some], np.arange(len(some)) * texts.height, _stacked(texts[:, some.tolist()]))


def _stacked(texts: pl.DataFrame) -> pl.Series:
    return texts.unpivot()["value"] if texts.width > 1 else texts.to_series()


def _batches(columns: Array, size: Array) -> Iterable[Array]:
    """Cut columns into stretches of about `BATCH` bytes."""
    cut = np.flatnonzero(np.diff((size.cumsum() - size) // BATCH)) + 1
    return [some for some in np.split(columns, cut) if len(some)]


def _numbers(table: pl.DataFrame, said_C: Array) -> Iterator[Joined]:
    """Yield the large whole numbers of columns that hold numbers."""
    found = dict[int, pl.Series]()
    for c, column in enumerate(table.iter_columns()):
        if column.dtype.is_numeric():
            said_C[c] = len(column) - column.null_count()
            most = column.max()
            if isinstance(most, int | float) and most >= LARGE:
                found[c] = _whole(column)
    sizes = np.array([len(text) for text in found.values()], np.int64)
    if sizes.any():
        kept = np.flatnonzero(sizes)
        columns, rows = np.array(list(found))[kept], (sizes.cumsum() - sizes)[kept]
        yield Joined(columns, rows, pl.concat([text.alias("w") for text in found.values()]))


def _whole(column: pl.Series) -> pl.Series:
    """Return the large whole numbers of a column as text."""
    if not column.dtype.is_integer():
        column = column.cast(pl.Float64)
        column = column.filter((column == column.floor()) & (column < EXACT)).cast(pl.Int64)
    return column.filter(column >= LARGE).cast(pl.String)
