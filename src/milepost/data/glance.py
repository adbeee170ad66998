"""A quick look at some rows: what fits a number is only counted, other words are looked at once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.data import dates, figures
from milepost.data.schema import CLEAR, TRIM, VAGUE
from milepost.data.variety import Sketch, kept_of, mixed, sketch
from milepost.types import Array

FEW = 64  # rows up to which Python counts faster than an expression
ROWS = 5  # row numbers that are named
KINDS = (
    "blank", "clear", "vague", "stray", "signed",
    "dot", "comma", "figure", "figure_either",  # numbers: by one decimal sign only, by both alike, or not
    "day", "month", "date", "date_either",  # dates: likewise by which comes first
)  # fmt: skip


class Words(NamedTuple):
    """The cells of a column that a machine cannot read as numbers."""

    counts: dict[str, int]  # every short word and how often it is there
    kinds: dict[str, int]  # cells of every kind that is there
    silent: dict[str, int]  # words that usually mean missing, in lower case
    strays: frozenset[str]  # short words that are neither numbers, dates nor missing
    rows: tuple[int, ...]  # the first strays, from 0 on
    long: int  # cells too long for a number, a date or a category
    extra: int  # bytes beyond one a character: two for a Chinese one
    blanks: int
    sketch: Sketch


class Glance(NamedTuple):
    """What some rows show; SUMS add up, LOWS and HIGHS are bounds."""

    names: tuple[str, ...]
    rows: int
    tally: dict[str, Array]  # of every column, [C]
    sketches: dict[int, Sketch]  # of columns of whole numbers
    words: dict[int, Words]


SILENT = {"": "blank"} | dict.fromkeys(CLEAR, "clear") | dict.fromkeys(VAGUE, "vague")
SILENCES = [KINDS.index("clear"), KINDS.index("vague")]
STRAY = KINDS.index("stray")
POWERS = 10.0 ** np.arange(1, 16)  # digits before the point = powers that are not greater, and one
SUMS = ("said", "plain", "fraction", "thousandth", "padded", "long", "native", "compact", "moments")
LOWS, HIGHS = ("low", "narrow"), ("high", "broad")


def glance(table: pl.DataFrame) -> Glance:
    """Look at some rows; pure, so that threads may share the work."""
    texts = [pl.col(n).cast(pl.String) if _as_words(t) else pl.col(n) for n, t in table.schema.items()]
    table = table.select(texts) if table.width else table
    number_NC = _numbers(table)
    words = _words(_odd(table, number_NC), kept_of(table.width))
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


class _Odd(NamedTuple):
    """The trimmed cells of all columns, one column after the other, that are no numbers."""

    columns: list[int]
    spans: list[slice]
    rows: list[Array]  # where they are
    text: pl.Series


def _odd(table: pl.DataFrame, number_NC: Array) -> _Odd:
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
    return _Odd(columns, _spans(index), index, trimmed)


def _mended(columns: list[int], index: list[Array], text: pl.Series, number_NC: Array) -> tuple[list[Array], pl.Series]:
    mended = text.cast(pl.Float64, strict=False).to_numpy().copy()
    mended[np.isinf(mended)] = np.nan
    left = np.isnan(mended)
    for c, rows, span in zip(columns, index, _spans(index), strict=True):
        number_NC[rows, c] = mended[span]
    return [r[left[s]] for r, s in zip(index, _spans(index), strict=True)], text.filter(pl.Series(left))


def _spans(index: list[Array]) -> list[slice]:
    ends = np.cumsum([0, *map(len, index)]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


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


def _words(odd: _Odd, kept: int) -> dict[int, Words]:
    """Look at every different word of all columns at once."""
    if not len(odd.text):
        return {}
    cell = pl.col("w").str
    sizes = (
        cell.len_bytes() > figures.LONGEST,
        cell.len_bytes() - cell.len_chars(),
        cell.count_matches(" ", literal=True),
    )
    long_N, extra_N, blanks_N = (
        s.to_numpy() for s in odd.text.to_frame().select(e.alias(str(i)) for i, e in enumerate(sizes))
    )
    counted = [_counted(odd.text[span], long_N[span]) for span in odd.spans]
    every = pl.concat([words for words, _, _ in counted])
    kind_KW, hashes = _kinds(every), every.hash().to_numpy()
    out, spans = dict[int, Words](), _spans([count for _, count, _ in counted])
    for c, place, index, span, (words, count, long) in zip(
        odd.columns, odd.spans, odd.rows, spans, counted, strict=True
    ):
        listed = words.to_list()
        strays = frozenset(compress(listed, kind_KW[STRAY, span].tolist()))
        both = (hashes[span], long.hash().to_numpy()) if len(long) else (hashes[span],)
        counts = np.concatenate([count, np.ones(len(long), np.int64)])
        counts_of = dict(zip(listed, count.tolist(), strict=True))
        out[c] = Words(
            counts_of,
            {k: int(n) for k, n in zip(KINDS, kind_KW[:, span] @ count, strict=True) if n},
            _silent(compress(listed, (kind_KW[SILENCES, span] > 0).any(0).tolist()), counts_of),
            strays,
            _rows(odd.text[place], index, strays, long_N[place]),
            len(long),
            int(extra_N[place].sum()),
            int(blanks_N[place].sum()),
            sketch(np.concatenate(both), counts, kept),
        )
    return out


def _silent(words: Iterable[str], counts: Mapping[str, int]) -> dict[str, int]:
    out = Counter[str]()
    for word in words:
        out[word.lower()] += counts[word]
    return dict(out)


def _counted(text: pl.Series, long_N: Array) -> tuple[pl.Series, Array, pl.Series]:
    """Return the different short words, how often each is there, and the cells that are longer."""
    if long_N.all():
        return text.clear(), np.empty(0, np.int64), text
    long = text.filter(pl.Series(long_N)) if long_N.any() else text.clear()
    short = text.filter(pl.Series(~long_N)) if len(long) else text
    if len(short) <= FEW:
        counts = Counter(short.to_list())
        return pl.Series("w", [*counts], dtype=pl.String), np.array([*counts.values()], np.int64), long
    found = short.value_counts(name="n")
    return found["w"], found["n"].to_numpy().astype(np.int64), long


def _rows(text: pl.Series, index: Array, strays: frozenset[str], long_N: Array) -> tuple[int, ...]:
    """Return the first rows, from 0 on, that hold strays."""
    some = zip(text.head(FEW).to_list(), long_N[:FEW].tolist(), index[:FEW].tolist(), strict=True)
    first = [row for cell, long, row in some if long or cell in strays]
    if len(first) < ROWS and len(text) > FEW and (strays or long_N.any()):
        stray = text.is_in(list(strays)).to_numpy() | long_N
        first = index[np.flatnonzero(stray)[:ROWS]].tolist()
    return tuple(first[:ROWS])


def _kinds(words: pl.Series) -> Array:
    """Return which words are of which of KINDS, int64 [K, W]."""
    out = {kind: np.zeros(len(words), bool) for kind in KINDS}
    silent = np.array([SILENT.get(w.lower(), "") for w in words.to_list()], "U5")
    for kind in ("blank", "clear", "vague"):
        out[kind] = silent == kind
    tidied = figures.tidy(words)
    digit = np.flatnonzero(tidied.str.contains(r"\d").to_numpy())
    if len(digit):
        for kind, hit in _written(tidied.gather(digit)).items():
            out[kind][digit] = hit
    out["stray"] = ~np.any([out[k] for k in KINDS if k not in ("stray", "signed")], 0)
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
