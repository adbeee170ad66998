"""A quick look at some rows: what fits a number is only counted, other words are looked at once each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.columns import dates
from milepost.columns.schema import TRIM
from milepost.columns.variety import Sketch, kept_of, mixed, sketch
from milepost.columns.words import ROWS, Odd, Words, odd_of, spans_of, words_of
from milepost.types import Array


class Glance(NamedTuple):
    """What some rows show; SUMS add up, LOWS and HIGHS are bounds."""

    names: tuple[str, ...]
    rows: int
    tally: dict[str, Array]  # of every column, [C]
    sketches: dict[int, Sketch]  # of columns of whole numbers
    words: dict[int, Words]
    gaps: dict[int, list[int]]  # the first rows, from 0 on, where a cell is null


SUMS = ("said", "plain", "fraction", "padded", "native", "compact", "moments")
LOWS, HIGHS = ("low", "narrow"), ("high", "broad", "pointed")
POWERS = 10.0 ** np.arange(1, 16)  # digits before the point = powers that are not greater, and one
LARGE, LONG = 1e15, r"^\s*[-+]?[0-9]{16,}\s*$"  # digits of which float64 loses some
FIRST_DAY, LAST_DAY = 19000101, 21991231  # among whole numbers that may be dates
SOME = 256  # cells among which a sure decimal point is looked for first


def glance(table: pl.DataFrame) -> Glance:
    """Look at some rows; pure, so that threads may share the work."""
    columns = [c.cast(pl.String) if _as_words(c) else c for c in table.iter_columns()]
    number_NC = np.full((table.height, len(columns)), np.nan, order="F")
    for c, column in enumerate(columns):
        if not column.dtype.is_temporal():
            _read(column, number_NC[:, c])
    size_NC = _sizes(columns, table.height)
    odd, kept = _odd(columns, number_NC, size_NC), kept_of(len(columns))
    tally = _tally(columns, number_NC, size_NC)
    whole = np.flatnonzero((tally["plain"] > 0) & (tally["fraction"] == 0))
    sketches = {int(c): sketch(mixed(_said(number_NC[:, c])), None, kept) for c in whole}
    gaps = {c: np.flatnonzero(size_NC[:, c] < 0)[:ROWS].tolist() for c, s in enumerate(columns) if s.null_count()}
    return Glance(tuple(table.columns), table.height, tally, sketches, words_of(odd, kept), gaps)


def _as_words(column: pl.Series) -> bool:
    """Tell which columns are looked at as text; whole numbers are where float64 would blur them."""
    if column.dtype in (pl.Int64, pl.UInt64, pl.Int128):
        bounds = column.min(), column.max()
        return any(abs(int(b)) >= 2**53 for b in bounds if isinstance(b, int))
    return not (column.dtype.is_numeric() or column.dtype in (pl.Date, pl.Datetime, pl.String))


def _read(column: pl.Series, number_N: Array) -> None:
    """Read cells as float64 into [N], nan where one is no finite number, or has more digits than float64."""
    cast = column.cast(pl.Float64, strict=False)
    if cast.null_count() < len(cast):
        number_N[:] = cast.to_numpy()
        number_N[np.isinf(number_N)] = np.nan
        large = np.flatnonzero(np.abs(number_N) >= LARGE)
        if len(large) and column.dtype == pl.String:
            number_N[large[column.gather(large).str.contains(LONG).to_numpy()]] = np.nan


def _said(number_N: Array) -> Array:
    return np.ascontiguousarray(number_N[~np.isnan(number_N)])


def _sizes(columns: list[pl.Series], rows: int) -> Array:
    """Return the bytes of every cell of text, int64 [N, C]; -1 is null, and 0 what is no text."""
    size_NC = np.zeros((rows, len(columns)), np.int64, order="F")
    some = {c: column for c, column in enumerate(columns) if column.dtype == pl.String or column.null_count()}
    if some:  # all at once, for an expression has a price
        frame = pl.DataFrame([column.alias(str(c)) for c, column in some.items()])
        sizes = frame.select(
            pl.col(pl.String).str.len_bytes().cast(pl.Int64).fill_null(-1),
            pl.exclude(pl.String).is_null().cast(pl.Int64) * -1,
        )
        for name in sizes.columns:
            size_NC[:, int(name)] = sizes[name].to_numpy()
    return size_NC


def _odd(columns: list[pl.Series], number_NC: Array, size_NC: Array) -> list[Odd]:
    """Find the cells that are no number; columns with blanks around cells are replaced by trimmed ones."""
    gaps = np.isnan(number_NC).sum(0).tolist()
    places = [c for c, s in enumerate(columns) if s.dtype == pl.String and gaps[c] > s.null_count()]
    odd = [_odd_cells(c, columns[c], number_NC[:, c], size_NC[:, c]) for c in places]
    if not odd:
        return []
    blank = _with_blanks([o.words for o in odd]) | _with_blanks([o.long for o in odd])
    for place in np.flatnonzero(blank).tolist():
        c = places[place]
        columns[c] = columns[c].str.strip_chars(TRIM)
        _read(columns[c], number_NC[:, c])
        size_NC[:, c] = columns[c].str.len_bytes().cast(pl.Int64).fill_null(-1).to_numpy()
        odd[place] = _odd_cells(c, columns[c], number_NC[:, c], size_NC[:, c])
    return [o for o in odd if len(o.text)]


def _odd_cells(c: int, column: pl.Series, number_N: Array, size_N: Array) -> Odd:
    odd_N = np.isnan(number_N) & (size_N >= 0)
    index = np.flatnonzero(odd_N)
    if len(index) == len(column):
        return odd_of(c, index, column.alias("w"), size_N)
    return odd_of(c, index, column.filter(pl.Series(odd_N)).alias("w"), size_N[index])


def _with_blanks(parts: list[pl.Series]) -> Array:
    """Tell in which parts a text begins or ends with a blank."""
    text = pl.concat(parts)
    changed = (text.str.strip_chars(TRIM).str.len_bytes() != text.str.len_bytes()).to_numpy()
    return np.array([changed[span].any() for span in spans_of(parts)])


def _tally(columns: list[pl.Series], number_NC: Array, size_NC: Array) -> dict[str, Array]:
    width = len(columns)
    out = {name: np.zeros(width, np.int64) for name in (*SUMS, "broad", "pointed")}
    out["plain"] = len(number_NC) - np.isnan(number_NC).sum(0)
    out["fraction"] = out["plain"] - (number_NC == np.floor(number_NC)).sum(0)
    out["low"] = np.fmin.reduce(number_NC, 0, initial=np.inf)
    out["high"] = np.fmax.reduce(number_NC, 0, initial=-np.inf)
    out["narrow"] = np.full(width, 1 << 30)
    for c, column in enumerate(columns):
        out["said"][c] = len(column) - column.null_count()
        if column.dtype == pl.String:
            _look_at_digits(column, number_NC[:, c], size_NC[:, c], out, c)
        elif column.dtype.is_temporal():
            out["moments"][c] = out["said"][c]
            times = column.drop_nulls().cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
            out["low"][c], out["high"][c] = times.min(initial=1 << 62), times.max(initial=-1 << 62)
        else:
            out["said"][c] = out["native"][c] = out["plain"][c]
    return out


def _look_at_digits(column: pl.Series, number_N: Array, size_N: Array, out: dict[str, Array], c: int) -> None:
    """Count what numbers hide: points that are sure, codes such as 007, dates such as 20240301."""
    if out["fraction"][c]:
        out["pointed"][c] = _pointed(number_N[:SOME], size_N[:SOME]) or _pointed(number_N, size_N)
    elif out["plain"][c]:
        _look_at_codes(column, number_N, size_N, out, c)


def _pointed(number_N: Array, size_N: Array) -> bool:
    """Tell whether any point is surely a decimal point: 0.5 and 1234.5 are, 1.234 may be a thousand."""
    broken = np.flatnonzero(number_N % 1 > 0)
    value = np.abs(number_N[broken])
    if ((value < 1) | (value >= 1000)).any():
        return True
    return bool((size_N[broken] != _digits(number_N[broken]) + 4).any())


def _digits(number_N: Array) -> Array:
    """Count the digits before the point, and the sign."""
    return np.searchsorted(POWERS, np.abs(number_N), "right") + 1 + (number_N < 0)


def _look_at_codes(column: pl.Series, number_N: Array, size_N: Array, out: dict[str, Array], c: int) -> None:
    read_N = ~np.isnan(number_N)
    size, number = size_N[read_N], number_N[read_N]
    out["narrow"][c], out["broad"][c] = size.min(), size.max()
    if (size > _digits(number)).any():
        out["padded"][c] = (column.str.contains("^[-+]?0[0-9]").fill_null(False).to_numpy() & read_N).sum()
    maybe = _maybe_days(number_N) if out["high"][c] >= FIRST_DAY else np.zeros(1, bool)
    if maybe.any():
        out["compact"][c] = dates.read(column.filter(pl.Series(maybe)), "year-month-day", True).count()


def _maybe_days(number_N: Array) -> Array:
    """Tell which numbers look like 20240301, or 20240301123000."""
    day = np.where(number_N >= 1e13, number_N // 1e6, number_N)
    month = day // 100 % 100
    return (day >= FIRST_DAY) & (day <= LAST_DAY) & (month >= 1) & (month <= 12) & (day % 100 >= 1) & (day % 100 <= 31)
