"""A quick look at some rows: what fits a number is only counted, other words are looked at once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.data import dates, figures
from milepost.data.schema import CLEAR, TRIM, VAGUE
from milepost.data.sketch import NOTHING, Sketch, kept_of, mixed, sketch
from milepost.types import Array

FEW = 64  # rows up to which Python counts faster than an expression
ROWS = 5  # row numbers that are named
KINDS = (
    "blank", "clear", "vague", "stray", "signed",
    "dot", "comma", "figure", "figure_either",  # numbers: read with one decimal sign only, with both alike, or not alike
    "day", "month", "date", "date_either",  # dates: likewise of which comes first
)  # fmt: skip


class Words(NamedTuple):
    """The cells of a column that a machine cannot read as numbers."""

    counts: dict[str, int]  # every short word and how often it is there
    kinds: dict[str, int]  # cells of every kind that is there
    strays: frozenset[str]  # short words that are neither numbers, dates nor missing
    rows: tuple[int, ...]  # the first strays, from 0 on
    long: int  # cells too long for a number, a date or a category
    chars: int
    blanks: int
    sketch: Sketch


class Glance(NamedTuple):
    """What some rows show; SUMS add up, LOWS and HIGHS are bounds."""

    names: tuple[str, ...]
    rows: int
    tally: dict[str, Array]  # of every column, [C]
    sketches: dict[int, Sketch]  # of columns of whole numbers
    words: dict[int, Words]


SUMS = ("said", "plain", "fraction", "thousandth", "padded", "long", "native", "compact", "moments")
LOWS, HIGHS = ("low", "narrow"), ("high", "broad")


def glance(table: pl.DataFrame) -> Glance:
    """Look at some rows; pure, so that threads may share the work."""
    texts = [pl.col(n).cast(pl.String) if _as_words(t) else pl.col(n) for n, t in table.schema.items()]
    table = table.select(texts) if table.width else table
    number_NC = _numbers(table)
    words_of = dict[int, tuple[pl.Series, Array]]()
    for c, column in enumerate(table.iter_columns()):
        if column.dtype == pl.String and (odd := _odd(column, number_NC[:, c])) is not None:
            words_of[c] = odd
    tally = _tally(table, number_NC)
    kept = kept_of(table.width)
    whole = np.flatnonzero((tally["plain"] > 0) & (tally["fraction"] == 0))
    sketches = {int(c): sketch(mixed(_finite(number_NC[:, c])), None, kept) for c in whole}
    return Glance(tuple(table.columns), table.height, tally, sketches, _words(words_of, kept))


def _as_words(dtype: pl.DataType) -> bool:
    return not (dtype.is_numeric() or dtype in (pl.Date, pl.Datetime, pl.String))


def _numbers(table: pl.DataFrame) -> Array:
    """Return every cell as float64 [N, C], nan where it is no finite number."""
    cast = [
        pl.lit(None, pl.Float64).alias(n) if t.is_temporal() else pl.col(n).cast(pl.Float64, strict=False)
        for n, t in table.schema.items()
    ]
    number_NC = np.array(table.select(cast).to_numpy(), np.float64, order="F").reshape(table.height, table.width)
    number_NC[np.isinf(number_NC)] = np.nan
    return number_NC


def _finite(number_N: Array) -> Array:
    return np.ascontiguousarray(number_N[~np.isnan(number_N)])


def _odd(column: pl.Series, number_N: Array) -> tuple[pl.Series, Array] | None:
    """Return the trimmed cells that are no number, and where they are; those that trimming mends are entered."""
    odd = np.isnan(number_N)
    if column.null_count() == odd.sum():
        return None
    if column.null_count():
        odd &= column.is_not_null().to_numpy()
    index = np.flatnonzero(odd)
    text = column if len(index) == len(column) else column.gather(index)
    trimmed = text.str.strip_chars(TRIM)
    if (trimmed.str.len_bytes() != text.str.len_bytes()).any():
        mended = trimmed.cast(pl.Float64, strict=False).to_numpy().copy()
        mended[np.isinf(mended)] = np.nan
        number_N[index] = mended
        left = np.isnan(mended)
        trimmed, index = trimmed.filter(pl.Series(left)), index[left]
    return (trimmed, index) if len(index) else None


def _tally(table: pl.DataFrame, number_NC: Array) -> dict[str, Array]:
    read = ~np.isnan(number_NC)
    plain = read.sum(0)
    whole = number_NC == np.floor(number_NC)
    out = {name: np.zeros(table.width, np.int64) for name in SUMS}
    out["plain"], out["fraction"] = plain, plain - whole.sum(0)
    out["low"] = np.where(read, number_NC, np.inf).min(0, initial=np.inf)
    out["high"] = np.where(read, number_NC, -np.inf).max(0, initial=-np.inf)
    out["narrow"], out["broad"] = np.full(table.width, 1 << 30), np.zeros(table.width, np.int64)
    for c, column in enumerate(table.iter_columns()):
        if column.dtype.is_temporal():
            out["moments"][c] = out["said"][c] = len(column) - column.null_count()
            days = column.drop_nulls().cast(pl.Datetime("us")).cast(pl.Int64)
            if len(days):
                out["low"][c], out["high"][c] = days.min(), days.max()
        elif column.dtype == pl.String:
            out["said"][c] = len(column) - column.null_count()
            if plain[c]:
                _look_at_digits(column, number_NC[:, c], out, c)
        else:
            out["said"][c] = out["native"][c] = plain[c]
            out["long"][c] = (np.abs(number_NC[:, c]) >= 2.0**53).sum() if column.dtype.is_integer() else 0
    return out


def _look_at_digits(column: pl.Series, number_N: Array, out: dict[str, Array], c: int) -> None:
    """Count what numbers hide: codes such as 007, more digits than a float holds, 1.234 that may be a thousand."""
    low, high, fraction = out["low"][c], out["high"][c], out["fraction"][c]
    read = ~np.isnan(number_N)
    if fraction == 0:
        length = column.str.len_bytes().fill_null(0).to_numpy()[read]
        out["narrow"][c], out["broad"][c] = length.min(), length.max()
        if out["broad"][c] > len(str(int(min(abs(low), 1e300)))) or low < 0:
            zero = column.str.contains(r"^\s*[-+]?0\d").fill_null(False).to_numpy()
            out["padded"][c] = (zero & read).sum()
        if max(abs(low), abs(high)) >= 1e15:
            out["long"][c] = (column.str.contains(r"^\s*[-+]?\d{16,}\s*$").fill_null(False).to_numpy() & read).sum()
        if 19000101 <= low and high <= 21991231:
            out["compact"][c] = (dates.read(column, "year-month-day", True).is_not_null().to_numpy() & read).sum()
        return
    size = np.abs(number_N)
    maybe = (size >= 1) & (size < 1000) & (np.abs(number_N * 1000 - np.rint(number_N * 1000)) < 1e-6)
    if maybe.any():
        shape = column.filter(pl.Series(maybe)).str.contains(r"^\s*[-+]?[1-9]\d{0,2}\.\d{3}\s*$")
        out["thousandth"][c] = shape.sum()


def _words(odd: dict[int, tuple[pl.Series, Array]], kept: int) -> dict[int, Words]:
    """Look at every different word of all columns at once."""
    counted = {c: _counted(text) for c, (text, _) in odd.items()}
    if not counted:
        return {}
    every = pl.concat([words for words, _, _ in counted.values()])
    kind_KW = _kinds(every)
    hashes, out, start = every.hash().to_numpy(), dict[int, Words](), 0
    for c, (words, count, long) in counted.items():
        span = slice(start, start + len(words))
        start = span.stop
        sums = kind_KW[:, span] @ count
        listed = words.to_list()
        strays = frozenset(w for w, s in zip(listed, kind_KW[3, span].tolist(), strict=True) if s)
        text, index = odd[c]
        sketches = sketch(hashes[span], count, kept) if len(words) else NOTHING
        if len(long):
            both = np.concatenate([hashes[span], long.hash().to_numpy()])
            sketches = sketch(both, np.concatenate([count, np.ones(len(long), np.int64)]), kept)
        out[c] = Words(
            dict(zip(listed, count.tolist(), strict=True)),
            {k: int(n) for k, n in zip(KINDS, sums, strict=True) if n},
            strays,
            _rows(text, index, strays, len(strays) + len(long)),
            len(long),
            int(text.str.len_chars().sum()),
            int(text.str.count_matches(" ", literal=True).sum()),
            sketches,
        )
    return out


def _counted(text: pl.Series) -> tuple[pl.Series, Array, pl.Series]:
    """Return the different short words, how often each is there, and the cells that are longer."""
    is_long = text.str.len_bytes() > figures.LONGEST
    long = text.filter(is_long) if is_long.any() else text.clear()
    short = text.filter(~is_long) if len(long) else text
    if len(short) <= FEW:
        counts = Counter(short.to_list())
        return pl.Series("w", [*counts], dtype=pl.String), np.array([*counts.values()], np.int64), long
    found = short.alias("w").value_counts(name="n")
    return found["w"], found["n"].to_numpy().astype(np.int64), long


def _rows(text: pl.Series, index: Array, strays: Iterable[str], any_stray: int) -> tuple[int, ...]:
    if not any_stray:
        return ()
    known, first = set(strays), list[int]()
    for cell, row in zip(text.head(FEW).to_list(), index[:FEW].tolist(), strict=True):
        if cell in known or len(cell.encode()) > figures.LONGEST:
            first.append(row)
    if len(first) < ROWS and len(text) > FEW:
        stray = text.is_in(list(known)) | (text.str.len_bytes() > figures.LONGEST)
        first = index[stray.arg_true().head(ROWS).to_numpy()].tolist()
    return tuple(first[:ROWS])


def _kinds(words: pl.Series) -> Array:
    """Return which words are of which of KINDS, int64 [K, W]."""
    out = dict.fromkeys(KINDS, np.zeros(len(words), bool))
    lower = words.str.to_lowercase()
    out["blank"], out["clear"], out["vague"] = ((lower.is_in(list(k))).to_numpy() for k in ([""], CLEAR, VAGUE))
    tidied = figures.tidy(words)
    digit = tidied.str.contains(r"\d").to_numpy()
    if digit.any():
        index = np.flatnonzero(digit)
        some = tidied.gather(index)
        for name, hit in _written(some).items():
            out[name] = np.zeros(len(words), bool)
            out[name][index] = hit
    known = np.any([out[k] for k in KINDS if k not in ("stray", "signed")], 0)
    out["stray"] = ~known
    return np.array([out[k] for k in KINDS], np.int64)


def _written(words: pl.Series) -> dict[str, Array]:
    """Tell how tidied words with digits may be read: with one decimal sign or order of the day, with both, alike."""
    dot, comma = (figures.readable(words, d).to_numpy() for d in (".", ","))
    apart = words.str.contains(r"[.,]").to_numpy()
    signed = (dot | comma) & words.str.contains(figures.SIGNS).to_numpy()
    out = {"dot": dot & ~comma, "comma": comma & ~dot, "figure": dot & comma & ~apart, "signed": signed}
    out["figure_either"] = dot & comma & apart
    maybe = np.flatnonzero(~dot & ~comma & words.str.contains(r"^.{6,}$").to_numpy())
    day, month, same = (np.zeros(len(words), bool) for _ in range(3))
    if len(maybe):
        some = words.gather(maybe)
        first, second = (dates.read(some, o) for o in ("day-month-year", "month-day-year"))
        day[maybe], month[maybe] = first.is_not_null().to_numpy(), second.is_not_null().to_numpy()
        same[maybe] = (first == second).fill_null(False).to_numpy()
    return out | {"day": day & ~month, "month": month & ~day, "date": same, "date_either": day & month & ~same}
