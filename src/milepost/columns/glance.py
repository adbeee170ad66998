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
    odd, kept = _odd(columns, number_NC), kept_of(len(columns))
    tally = _tally(columns, number_NC)
    whole = np.flatnonzero((tally["plain"] > 0) & (tally["fraction"] == 0))
    sketches = {int(c): sketch(mixed(_said(number_NC[:, c])), None, kept) for c in whole}
    gaps = {c: _gaps(s, number_NC[:, c]) for c, s in enumerate(columns) if s.null_count()}
    return Glance(tuple(table.columns), table.height, tally, sketches, words_of(odd, kept), gaps)


def _gaps(column: pl.Series, number_N: Array) -> list[int]:
    """Return the first rows, from 0 on, where a cell is null."""
    if np.isnan(number_N).sum() == column.null_count():
        return np.flatnonzero(np.isnan(number_N))[:ROWS].tolist()
    return column.is_null().arg_true().head(ROWS).to_list()


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


def _sizes(columns: dict[int, pl.Series]) -> dict[int, Array]:
    """Return the bytes of every cell of columns of text, int64 [N]; -1 is null."""
    if not columns:
        return {}
    frame = pl.DataFrame([column.alias(str(c)) for c, column in columns.items()])  # an expression has a price
    sizes = frame.select(pl.all().str.len_bytes().cast(pl.Int64).fill_null(-1))
    return {c: s.to_numpy() for c, s in zip(columns, sizes.iter_columns(), strict=True)}


def _odd(columns: list[pl.Series], number_NC: Array) -> list[Odd]:
    """Find the cells that are no number; columns with blanks around cells are replaced by trimmed ones."""
    gaps = np.isnan(number_NC).sum(0).tolist()
    some = {c: s for c, s in enumerate(columns) if s.dtype == pl.String and gaps[c] > s.null_count()}
    if not some:
        return []
    odd = {c: _odd_cells(c, some[c], number_NC[:, c], size_N) for c, size_N in _sizes(some).items()}
    blank = _with_blanks([o.words for o in odd.values()]) | _with_blanks([o.long for o in odd.values()])
    some = {c: columns[c].str.strip_chars(TRIM) for c, is_blank in zip(odd, blank.tolist(), strict=True) if is_blank}
    for c, size_N in _sizes(some).items():
        columns[c] = some[c]
        _read(some[c], number_NC[:, c])
        odd[c] = _odd_cells(c, some[c], number_NC[:, c], size_N)
    return [o for o in odd.values() if len(o.text)]


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


def _tally(columns: list[pl.Series], number_NC: Array) -> dict[str, Array]:
    width = len(columns)
    out = {name: np.zeros(width, np.int64) for name in (*SUMS, "broad", "pointed")}
    out["plain"] = len(number_NC) - np.isnan(number_NC).sum(0)
    out["fraction"] = out["plain"] - (number_NC == np.floor(number_NC)).sum(0)
    out["low"] = np.fmin.reduce(number_NC, 0, initial=np.inf)
    out["high"] = np.fmax.reduce(number_NC, 0, initial=-np.inf)
    out["narrow"] = np.full(width, 1 << 30)
    for c, column in enumerate(columns):
        out["said"][c] = len(column) - column.null_count()
        if column.dtype.is_temporal():
            out["moments"][c] = out["said"][c]
            times = column.drop_nulls().cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
            out["low"][c], out["high"][c] = times.min(initial=1 << 62), times.max(initial=-1 << 62)
        elif column.dtype != pl.String:
            out["said"][c] = out["native"][c] = out["plain"][c]
    _look_at_points(columns, number_NC, out)
    _look_at_codes(columns, number_NC, out)
    return out


def _look_at_points(columns: list[pl.Series], number_NC: Array, out: dict[str, Array]) -> None:
    """Tell in which columns a point is surely a decimal point; the first rows will tell."""
    some = {c: columns[c] for c in np.flatnonzero(out["fraction"]).tolist() if columns[c].dtype == pl.String}
    for c, size_N in _sizes({c: column.head(SOME) for c, column in some.items()}).items():
        out["pointed"][c] = _pointed(number_NC[:SOME, c], size_N)
    for c, size_N in _sizes({c: column for c, column in some.items() if not out["pointed"][c]}).items():
        out["pointed"][c] = _pointed(number_NC[:, c], size_N)


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


def _look_at_codes(columns: list[pl.Series], number_NC: Array, out: dict[str, Array]) -> None:
    """Count what whole numbers hide: codes such as 007, dates such as 20240301."""
    whole = np.flatnonzero((out["plain"] > 0) & (out["fraction"] == 0)).tolist()
    for c, size_N in _sizes({c: columns[c] for c in whole if columns[c].dtype == pl.String}).items():
        read_N = ~np.isnan(number_NC[:, c])
        size, number = size_N[read_N], number_NC[read_N, c]
        out["narrow"][c], out["broad"][c] = size.min(), size.max()
        if (size > _digits(number)).any():
            out["padded"][c] = (columns[c].str.contains("^[-+]?0[0-9]").fill_null(False).to_numpy() & read_N).sum()
    for c in np.flatnonzero(out["high"] >= FIRST_DAY).tolist():
        if columns[c].dtype == pl.String and (maybe := _maybe_days(number_NC[:, c])).any():
            out["compact"][c] = dates.read(columns[c].filter(pl.Series(maybe)), "year-month-day", True).count()


def _maybe_days(number_N: Array) -> Array:
    """Tell which numbers look like 20240301, or 20240301123000."""
    day = np.where(number_N >= 1e13, number_N // 1e6, number_N)
    month = day // 100 % 100
    within = (day >= FIRST_DAY) & (day <= LAST_DAY) & (month >= 1) & (month <= 12) & (day % 100 >= 1)
    return within & (day % 100 <= 31) & (number_N == np.floor(number_N))
