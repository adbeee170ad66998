"""What differs between the rows that are learned from and those that are judged, and what is known too late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.findings.alike import Difference, holm, of_counts, of_numbers
from milepost.findings.base import Look, joined
from milepost.findings.leaks import numbers
from milepost.types import Array, Finding

ENOUGH = 30  # values of each side that can be compared
CHANCE = 0.002  # of any false alarm among all columns and sides
SIZE = 0.1  # difference that matters: of many rows the smallest is certain
MANY = 5  # columns of a side that are spoken of one by one
LATE = 0.9  # share of rows in which a date lies after the row's time
LATEST = 0.1  # share of the rows that count as the latest
FILLED, EMPTY = 0.5, 0.95  # shares of old rows that are filled in, and of the latest that are not
CERTAIN = 0.98  # share of rows in which a date lies after another
AHEAD = re.compile(r"due|deadline|expir|expect|plan|schedul|until|matur|target|next|到期|截止|计划|预计|有效")
AFTER = re.compile(r"clos|end|paid|resol|finish|complet|return|deliver|cancel|settl|churn|关闭|结束|完成|取消|结清")


class Shift(NamedTuple):
    """A column that differs between train and another side."""

    name: str
    side: str
    size: float
    said: str  # how, without the values of personal columns


def notice_shift(look: Look) -> list[Finding]:
    """Report columns that differ between train and the other sides, and those known only after the fact."""
    return [*_differing(look), *_too_late(look), *_hints(look)]


def _differing(look: Look) -> Iterator[Finding]:
    found = [(d, s) for side in ("valid", "test") if side in look.sides for d, s in _compared(look, side)]
    sure = holm([d.chance for d, _ in found])
    shifts = [s for (d, s), chance in zip(found, sure, strict=True) if chance <= CHANCE and d.size >= SIZE]
    for side in ("valid", "test"):
        some = sorted((s for s in shifts if s.side == side), key=lambda s: -s.size)
        if len(some) > MANY:
            listed = ", ".join(f"`{s.name}`" for s in some[:MANY])
            yield _finding(look, side, side, f"{len(some):,} columns, most of all {listed}", len(some))
        else:
            for s in some:
                yield _finding(look, side, f"column {s.name}", s.said, 0)


def _finding(look: Look, side: str, where: str, what: str, count: int) -> Finding:
    n = count or look.totals[side]
    if look.time is not None:
        fix = "train on recent rows, and again as new ones come"
        return Finding("shift", where, f"train and {side} differ over time: {what}", fix, "info", n)
    fix = "take both from the same source, or expect worse answers than the scores promise"
    return Finding("shift", where, f"train and {side} differ: {what}", fix, "warning", n)


def _compared(look: Look, side: str) -> Iterator[tuple[Difference, Shift]]:
    train, other = look.sides["train"], look.sides[side]
    for name in (*look.features, *look.targets):
        if name == look.time or look.types.get(name) == "text" or not {name} <= {*train.columns} & {*other.columns}:
            continue
        a, b, hidden = train[name], other[name], name in look.personal
        if a.dtype.is_numeric() or a.dtype.is_temporal():
            yield from _by_gaps(a, b, side)
            (a_N, known_a), (b_N, known_b) = numbers(a), numbers(b)
            if min(known_a.sum(), known_b.sum()) >= ENOUGH:
                found = of_numbers(a_N[known_a], b_N[known_b])
                yield found, Shift(name, side, found.size, f"`{name}`" if hidden else _medians(a, b))
        elif min(len(a), len(b)) >= ENOUGH:
            values, a_K, b_K = _counted(a, b)
            found = of_counts(a_K, b_K)
            yield found, Shift(name, side, found.size, f"`{name}`" if hidden else _shares(name, values, a_K, b_K))


def _by_gaps(a: pl.Series, b: pl.Series, side: str) -> Iterator[tuple[Difference, Shift]]:
    """Compare how many cells are empty."""
    empty = np.array([[s.null_count(), len(s) - s.null_count()] for s in (a, b)])
    if empty[:, 0].any() and empty.sum(1).min() >= ENOUGH:
        found, (p, q) = of_counts(*empty), 100 * empty[:, 0] / empty.sum(1)
        yield found, Shift(a.name, side, found.size, f"`{a.name}` is empty in {p:.3g} % and {q:.3g} % of the rows")


def _medians(a: pl.Series, b: pl.Series) -> str:
    p, q = (_spelt(s) for s in (a, b))
    return f"the median of `{a.name}` is {p} and {q}" if p != q else f"`{a.name}` spreads otherwise"


def _spelt(column: pl.Series) -> str:
    if column.dtype.is_temporal():
        return str(column.cast(pl.Datetime("us")).median())[:10]
    return f"{float(np.median(column.drop_nulls().to_numpy())):.4g}"


def _counted(a: pl.Series, b: pl.Series) -> tuple[list[str], Array, Array]:
    """Return the values of two columns and how often each has them."""
    both = pl.concat([a, b]).cast(pl.String).fill_null("")
    values = both.unique().sort()
    place = {v: i for i, v in enumerate(values)}
    code_N = both.replace_strict(place, return_dtype=pl.Int64).to_numpy()
    a_K, b_K = (np.bincount(c, minlength=len(values)) for c in (code_N[: len(a)], code_N[len(a) :]))
    return values.to_list(), a_K, b_K


def _shares(name: str, values: list[str], a_K: Array, b_K: Array) -> str:
    p_K, q_K = 100 * a_K / a_K.sum(), 100 * b_K / b_K.sum()
    k = int(np.abs(p_K - q_K).argmax())
    return f"`{values[k]}` of `{name}` is {p_K[k]:.3g} % and {q_K[k]:.3g} % of the rows"


def _too_late(look: Look) -> Iterator[Finding]:
    """Report features that come after the row's own time, or are filled in only once a row is old."""
    every = joined(look).table
    if look.time is None or look.time not in every.columns:
        return
    time_N, known_N = numbers(every[look.time])
    fix = "remove it, or list the others in task.features, if it is not known when the product is asked"
    for name in look.features:
        if name == look.time or name not in every.columns:
            continue
        column, what = every[name], ""
        if column.dtype.is_temporal() and every[look.time].dtype.is_temporal() and _after(column, every[look.time]):
            what = f"`{name}` lies after `{look.time}` in nearly every row; is it known when the product is asked?"
        elif _filled_later(column, time_N, known_N):
            what = f"`{name}` is empty in the latest rows, so it is filled in later; is it known when asked?"
        if what and not AHEAD.search(name.lower()):
            yield Finding("unknown_at_prediction", f"column {name}", what, fix, "warning", every.height)


def _after(later: pl.Series, earlier: pl.Series, share: float = LATE) -> bool:
    """Tell whether dates lie after others in nearly all rows that have both."""
    gap = (later.cast(pl.Datetime("us")) - earlier.cast(pl.Datetime("us"))).drop_nulls()
    return len(gap) >= ENOUGH and int((gap.dt.total_microseconds() > 0).sum()) >= share * len(gap)


def _filled_later(column: pl.Series, time_N: Array, known_N: Array) -> bool:
    """Tell whether old rows are filled in and the latest are not."""
    index = np.flatnonzero(known_N)
    empty_N = column.is_null().to_numpy()[index[np.argsort(time_N[index], kind="stable")]]
    latest = int(LATEST * len(empty_N))
    return latest >= 10 and bool(empty_N[-latest:].mean() >= EMPTY and empty_N[:-latest].mean() <= 1 - FILLED)


def _hints(look: Look) -> Iterator[Finding]:
    """Report, where no time is known, dates named like an end that lie after another date in nearly every row."""
    train = look.sides["train"]
    dates = [c for c in look.features if c in train.columns and train[c].dtype.is_temporal()]
    for name in dates if look.time is None else ():
        first = next((d for d in dates if d != name and _after(train[name], train[d], CERTAIN)), None)
        if first and AFTER.search(name.lower()) and not AHEAD.search(name.lower()):
            what = f"`{name}` lies after `{first}` in nearly every row; is it known when the product is asked?"
            fix = "remove it, or list the others in task.features, if it is not"
            yield Finding("unknown_at_prediction", f"column {name}", what, fix, "info", train.height)
