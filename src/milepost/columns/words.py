"""The cells that a machine cannot read as numbers: every different word is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.columns import dates, figures
from milepost.columns.schema import CLEAR, VAGUE
from milepost.columns.variety import Sketch, sketch
from milepost.types import Array

FEW = 64  # rows up to which Python counts faster than an expression
ROWS = 5  # row numbers that are named
KINDS = (
    "blank", "clear", "vague", "stray", "signed",
    "dot", "comma", "figure", "figure_either",  # numbers: by one decimal sign only, by both alike, or not
    "day", "month", "date", "date_either",  # dates: likewise by which comes first
)  # fmt: skip
SILENT = {"": "blank"} | dict.fromkeys(CLEAR, "clear") | dict.fromkeys(VAGUE, "vague")
SILENCES = [KINDS.index("clear"), KINDS.index("vague")]
STRAY = KINDS.index("stray")


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


class Odd(NamedTuple):
    """The trimmed cells of all columns, one column after the other, that are no numbers."""

    columns: list[int]
    spans: list[slice]
    rows: list[Array]  # where they are
    text: pl.Series


def spans_of(index: list[Array]) -> list[slice]:
    ends = np.cumsum([0, *map(len, index)]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def words_of(odd: Odd, kept: int) -> dict[int, Words]:
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
    out, spans = dict[int, Words](), spans_of([count for _, count, _ in counted])
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
            _silent(compress(listed, kind_KW[SILENCES, span].sum(0).tolist()), counts_of),
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
