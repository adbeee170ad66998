"""The cells that a machine cannot read as numbers: every different word is looked at once."""

from __future__ import annotations

from collections import Counter
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.columns import dates, figures
from milepost.columns.schema import CLEAR, VAGUE
from milepost.columns.variety import Sketch, sketch
from milepost.types import Array

ROWS = 5  # row numbers that are named
PROSE = 8  # kept hashes of a sketch for one text that is kept to tell sentences from names
HEAD = 500  # letters of it
KINDS = (
    "blank", "clear", "absent", "vague", "stray",  # what says nothing, or may say nothing, and what is none of these
    "figure", "dot", "comma", "figure_either", "signed", "myriad", "digits",  # numbers, and by which sign
    "date", "day", "month", "year", "date_either", "short_either",  # dates, and by which order
)  # fmt: skip
SILENT = {"": "blank"} | dict.fromkeys(CLEAR, "clear") | dict.fromkeys(VAGUE, "vague") | {"na": "absent"}
LONGEST_SILENT = max(len(word.encode()) for word in SILENT)
BLANKLY, CLEARLY, ABSENT, VAGUELY, STRAY = range(5)  # their places
TOKENS = "|".join((
    *dates.MONTHS, r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?", "[ap]m?", "[tz]",
    "st|nd|rd|th", "utc|gmt", figures.CURRENCY, figures.MYRIAD, "[年月日号时点分秒上下中午早晚凌晨]",
))  # fmt: skip
FIGURE = rf"(?i)^(?:[\p{{N}}\p{{P}}\p{{S}}\p{{Z}}]|{TOKENS})+$"  # what any number or date is made of
TRIPLE = "^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2}"  # what the order decides


class Words(NamedTuple):
    """The cells of a column that a machine cannot read as numbers."""

    words: pl.Series  # every short one
    counts: Array  # how often it is there
    stray: Array  # whether it is no number, no date and not missing, bool
    kinds: dict[str, int]  # cells of every kind that is there
    silent: dict[str, int]  # words that usually mean missing, in lower case
    rows: tuple[int, ...]  # the first strays, from 0 on
    vague_rows: tuple[int, ...]  # the first that may say nothing
    absent_rows: tuple[int, ...]  # the first that say `na`
    gap_rows: tuple[int, ...]  # the first that say nothing
    long: int  # cells too long for a number, a date or a category
    sketch: Sketch
    prose: dict[int, str]  # the texts with the least hashes


class Odd(NamedTuple):
    """The trimmed cells of a column that are no numbers."""

    column: int
    rows: Array  # where they are
    text: pl.Series
    words: pl.Series  # short ones, each once
    counts: Array
    long: pl.Series


def odd_of(column: int, rows: Array, text: pl.Series, size_N: Array) -> Odd:
    """Count different short words, and part them from what is longer; `size_N` is in bytes."""
    short, long = text, text.clear()
    if len(size_N) and size_N.max() > figures.LONGEST:
        is_long = pl.Series(size_N > figures.LONGEST)
        short, long = text.filter(~is_long), text.filter(is_long)
    found = short.value_counts(name="n")
    return Odd(column, rows, text, found.to_series(0), found.to_series(1).to_numpy().astype(np.int64), long)


def spans_of(parts: list[pl.Series]) -> list[slice]:
    """Return where each part lies when all are joined."""
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def words_of(odd: list[Odd], kept: int) -> dict[int, Words]:
    """Look at every different word of all columns at once."""
    if not odd:
        return {}
    every = pl.concat([o.words for o in odd])
    kind_KW, hashes = _kinds(every), every.hash().to_numpy()
    spans = spans_of([o.words for o in odd])
    return {o.column: _words(o, kind_KW[:, span], hashes[span], kept) for o, span in zip(odd, spans, strict=True)}


def strays_among(words: list[str]) -> list[str]:
    """Return the words that are no numbers, no dates and not missing."""
    return list(compress(words, _kinds(pl.Series("w", words, dtype=pl.String))[STRAY].tolist()))


def _words(odd: Odd, kind_KW: Array, hashes: Array, kept: int) -> Words:
    stray, vague, absent = kind_KW[STRAY], kind_KW[VAGUELY], kind_KW[ABSENT]
    gap = kind_KW[BLANKLY] | kind_KW[CLEARLY]
    every, counts, texts = hashes, odd.counts, odd.words
    if len(odd.long):
        every = np.concatenate([hashes, odd.long.hash().to_numpy()])
        counts = np.concatenate([counts, np.ones(len(odd.long), np.int64)])
        texts = pl.concat([odd.words, odd.long])
    return Words(
        odd.words,
        odd.counts,
        stray,
        {k: int(odd.counts[mark].sum()) for k, mark in zip(KINDS, kind_KW, strict=True) if mark.any()},
        _silent(odd, vague | absent | gap),
        _rows(odd, stray, bool(len(odd.long))),
        _rows(odd, vague, False),
        _rows(odd, absent, False),
        _rows(odd, gap, False),
        len(odd.long),
        sketch(every, counts, kept),
        _prose(texts, every, max(1, kept // PROSE)),
    )


def _silent(odd: Odd, silent: Array) -> dict[str, int]:
    out = Counter[str]()
    if not silent.any():
        return out
    for word, n in zip(odd.words.filter(pl.Series(silent)).to_list(), odd.counts[silent].tolist(), strict=True):
        out[word.lower()] += n if word else 0
    return +out


def _rows(odd: Odd, mark: Array, long: bool) -> tuple[int, ...]:
    """Return the first rows, from 0 on, that hold a marked word, or long text where that counts."""
    if not (long or mark.any()):
        return ()
    if mark.all() and (long or not len(odd.long)):
        return tuple(odd.rows[:ROWS].tolist())
    held = odd.text.is_in(odd.words.filter(pl.Series(mark)).implode())
    if long:
        held |= odd.text.str.len_bytes() > figures.LONGEST
    return tuple(odd.rows[held.arg_true().head(ROWS).to_numpy()].tolist())


def _prose(texts: pl.Series, hashes: Array, most: int) -> dict[int, str]:
    """Keep the texts with the least hashes: some of all that differ, the same however rows are cut."""
    if len(hashes) > most:
        least = hashes <= np.partition(hashes, most - 1)[most - 1]
        texts, hashes = texts.filter(pl.Series(least)), hashes[least]
    return {h: text[:HEAD] for h, text in zip(hashes.tolist(), texts.to_list(), strict=True)}


def _kinds(words: pl.Series) -> Array:
    """Return which words are of which of KINDS, bool [K, W]."""
    out = np.zeros((len(KINDS), len(words)), bool)
    short = np.flatnonzero(words.str.len_bytes().to_numpy() <= LONGEST_SILENT)
    silent = [SILENT.get(word.lower()) for word in words.gather(short).to_list()]
    for kind in ("blank", "clear", "absent", "vague"):
        out[KINDS.index(kind), list(compress(short.tolist(), [s == kind for s in silent]))] = True
    plain = not (words.str.len_bytes() != words.str.len_chars()).any()
    digit = words.str.contains("[0-9]" if plain else "[0-9０-９]").arg_true()
    if len(digit):
        digit = digit.filter(words.gather(digit).str.contains(FIGURE))
    if len(digit):
        for kind, hit in _written(figures.tidy(words.gather(digit))).items():
            out[KINDS.index(kind), digit.to_numpy()] = hit
    out[STRAY] = ~out.any(0)
    return out


def _written(words: pl.Series) -> dict[str, Array]:
    """Tell how tidied words with digits may be read: with which decimal sign, and in which order of the day."""
    read = {d: figures.strictly(words, d) for d in (".", ",")}
    dot, comma = (n.is_not_null().to_numpy() for n in read.values())
    number = dot | comma
    out = {"figure": number, "dot": dot & ~comma, "comma": comma & ~dot}
    out["figure_either"] = (read["."] != read[","]).fill_null(False).to_numpy()
    out["signed"] = number & words.str.contains(figures.SIGNS).to_numpy()
    out["myriad"] = number & words.str.contains(figures.MYRIAD).to_numpy()
    out["digits"] = words.str.contains("^[-+]?[0-9]{16,}$").to_numpy()
    maybe = np.flatnonzero(~number & (words.str.len_bytes().to_numpy() >= 6))
    for kind, hit in _dated(words.gather(maybe)).items() if len(maybe) else ():
        out[kind] = np.zeros(len(words), bool)
        out[kind][maybe] = hit
    return out


def _dated(words: pl.Series) -> dict[str, Array]:
    """Tell which words are dates: by which order, and whether orders disagree."""
    first = dates.read(words, "day-month-year")
    told = words.str.contains(TRIPLE)
    open_ = told.arg_true()
    read = [first] + [first.clone().scatter(open_, dates.read(words.gather(open_), o)) for o in dates.ORDERS[1:]]
    day, month, year = (r.is_not_null() for r in read)
    differ = (read[0] != read[1]).fill_null(False)
    short = (pl.select(pl.coalesce(read[0], read[1])).to_series() != read[2]).fill_null(False)
    out = {"date": day | month | year, "day": day, "month": month, "year": year}
    out |= {"date_either": differ, "short_either": short & words.str.contains("-", literal=True)}
    return {kind: hit.to_numpy() for kind, hit in out.items()}
