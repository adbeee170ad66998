"""A quick look at some rows: what fits a number is only counted, other words are looked at once each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.columns import dates
from milepost.columns.schema import TRIM
from milepost.columns.variety import Sketch, kept_of, mixed, sketch
from milepost.columns.words import Odd, Words, spans_of, words_of
from milepost.types import Array


class Glance(NamedTuple):
    """What some rows show; SUMS add up, LOWS and HIGHS are bounds."""

    names: tuple[str, ...]
    rows: int
    tally: dict[str, Array]  # of every column, [C]
    sketches: dict[int, Sketch]  # of columns of whole numbers
    words: dict[int, Words]


POWERS = 10.0 ** np.arange(1, 16)  # digits before the point = powers that are not greater, and one
SUMS = ("said", "plain", "fraction", "thousandth", "padded", "long", "native", "compact", "moments")
LOWS, HIGHS = ("low", "narrow"), ("high", "broad")


def glance(table: pl.DataFrame) -> Glance:
    """Look at some rows; pure, so that threads may share the work."""
    texts = [pl.col(n).cast(pl.String) if _as_words(t) else pl.col(n) for n, t in table.schema.items()]
    table = table.select(texts) if table.width else table
    number_NC = _numbers(table)
    words = words_of(_odd(table, number_NC), kept_of(table.width))
    tally = _tally(table, number_NC)
    whole = np.flatnonzero((tally["plain"] > 0) & (tally["fraction"] == 0))
    sketches = {int(c): sketch(mixed(_finite(number_NC[:, c])), None, kept_of(table.width)) for c in whole}
    return Glance(tuple(table.columns), table.height, tally, sketches, words)


def _as_words(dtype: pl.DataType) -> bool:
    return not (dtype.is_numeric() or dtype in (pl.Date, pl.Datetime, pl.String))


def _numbers(table: pl.DataFrame) -> Array:
    """Return every cell as float64 [N, C], nan where it is no finite number."""
    number_NC = np.full((table.height, table.width), np.nan, order="F")
    for c, column in enumerate(table.iter_columns()):
        if not column.dtype.is_temporal():
            cast = column.cast(pl.Float64, strict=False)
            if cast.null_count() < len(cast):
                number_NC[:, c] = cast.to_numpy()
    number_NC[np.isinf(number_NC)] = np.nan
    return number_NC


def _finite(number_N: Array) -> Array:
    return np.ascontiguousarray(number_N[~np.isnan(number_N)])


def _odd(table: pl.DataFrame, number_NC: Array) -> Odd:
    """Find the cells that are no number, trimmed; those that trimming mends are entered."""
    odd_NC, columns, index, parts = np.isnan(number_NC), list[int](), list[Array](), list[pl.Series]()
    for c, lost in enumerate(odd_NC.sum(0).tolist()):
        column = table.to_series(c)
        if column.dtype == pl.String and lost > column.null_count():
            odd = odd_NC[:, c] & column.is_not_null().to_numpy() if column.null_count() else odd_NC[:, c]
            columns.append(c)
            index.append(np.flatnonzero(odd))
            parts.append((column if len(index[-1]) == len(column) else column.gather(index[-1])).alias("w"))
    text = pl.concat(parts) if parts else pl.Series("w", [], dtype=pl.String)
    trimmed = text.str.strip_chars(TRIM)
    if (trimmed.str.len_bytes() != text.str.len_bytes()).any():
        index, trimmed = _mended(columns, index, trimmed, number_NC)
    return Odd(columns, spans_of(index), index, trimmed)


def _mended(columns: list[int], index: list[Array], text: pl.Series, number_NC: Array) -> tuple[list[Array], pl.Series]:
    mended = text.cast(pl.Float64, strict=False).to_numpy().copy()
    mended[np.isinf(mended)] = np.nan
    left = np.isnan(mended)
    for c, rows, span in zip(columns, index, spans_of(index), strict=True):
        number_NC[rows, c] = mended[span]
    return [r[left[s]] for r, s in zip(index, spans_of(index), strict=True)], text.filter(pl.Series(left))


def _tally(table: pl.DataFrame, number_NC: Array) -> dict[str, Array]:
    read_NC = ~np.isnan(number_NC)
    out = {name: np.zeros(table.width, np.int64) for name in SUMS}
    out["plain"] = plain = read_NC.sum(0)
    out["fraction"] = plain - (number_NC == np.floor(number_NC)).sum(0)
    out["low"] = np.fmin.reduce(number_NC, 0, initial=np.inf)
    out["high"] = np.fmax.reduce(number_NC, 0, initial=-np.inf)
    out["narrow"], out["broad"] = np.full(table.width, 1 << 30), np.zeros(table.width, np.int64)
    for c, column in enumerate(table.iter_columns()):
        out["said"][c] = len(column) - column.null_count()
        if column.dtype.is_temporal():
            out["moments"][c] = out["said"][c]
            times = column.drop_nulls().cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
            out["low"][c], out["high"][c] = times.min(initial=1 << 62), times.max(initial=-1 << 62)
        elif column.dtype != pl.String:
            out["said"][c] = out["native"][c] = plain[c]
            out["long"][c] = (np.abs(number_NC[:, c]) >= 2.0**53).sum() if column.dtype.is_integer() else 0
    _look_at_digits(table, number_NC, out)
    return out


def _look_at_digits(table: pl.DataFrame, number_NC: Array, out: dict[str, Array]) -> None:
    """Count what numbers hide: codes such as 007, more digits than a float holds, 1.234 that may be a thousand."""
    written = [t == pl.String for t in table.dtypes]
    maybe_NC = {
        c: maybe
        for c in np.flatnonzero(written & (out["fraction"] > 0)).tolist()
        if (maybe := _thousandths(number_NC[:, c])).any()
    }
    whole = np.flatnonzero(written & (out["plain"] > 0) & (out["fraction"] == 0)).tolist()
    names = table.columns
    lengths = table.select(pl.col([names[c] for c in (*maybe_NC, *whole)]).str.len_bytes().fill_null(0))
    for place, c in enumerate((*maybe_NC, *whole)):
        length, number = lengths.to_series(place).to_numpy(), number_NC[:, c]
        if c in maybe_NC:
            maybe = np.flatnonzero(maybe_NC[c])
            out["thousandth"][c] = (length[maybe] == _digits(number[maybe]) + 4).sum()
        else:
            _look_at_codes(table.to_series(c), number, length, out, c)


def _digits(number_N: Array) -> Array:
    """Count the digits before the point, and the sign."""
    return np.searchsorted(POWERS, np.abs(number_N), "right") + 1 + (number_N < 0)


def _thousandths(number_N: Array) -> Array:
    """Find the numbers that 1.234 and 123.400 may stand for."""
    size = np.abs(number_N)
    near = (size >= 1) & (size < 1000)
    size *= 1000
    near &= np.abs(size - np.rint(size)) < 1e-6
    return near


def _look_at_codes(column: pl.Series, number_N: Array, length_N: Array, out: dict[str, Array], c: int) -> None:
    read, low, high = ~np.isnan(number_N), out["low"][c], out["high"][c]
    length = length_N[read]
    out["narrow"][c], out["broad"][c] = length.min(), length.max()
    if (length > _digits(number_N[read])).any():
        out["padded"][c] = (column.str.contains(r"^\s*[-+]?0\d").fill_null(False).to_numpy() & read).sum()
    if max(abs(low), abs(high)) >= 1e15:
        out["long"][c] = (column.str.contains(r"^\s*[-+]?\d{16,}\s*$").fill_null(False).to_numpy() & read).sum()
    if high >= 19000101 and low <= 21991231:
        out["compact"][c] = (dates.read(column, "year-month-day", True).is_not_null().to_numpy() & read).sum()
