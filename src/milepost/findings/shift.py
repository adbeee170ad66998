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


class Trial(NamedTuple):
    """A column of train and of another side, compared."""

    name: str
    side: str
    found: Difference
    how: str  # gaps, numbers, values


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
    tried = [t for side in ("valid", "test") if side in look.sides for t in _compared(look, side)]
    sure = holm([t.found.chance for t in tried])
    shifts = [
        Shift(t.name, t.side, t.found.size, _said(look, t))
        for t, chance in zip(tried, sure, strict=True)
        if chance <= CHANCE and t.found.size >= SIZE
    ]
    for side in ("valid", "test"):
        some = sorted((s for s in shifts if s.side == side), key=lambda s: -s.size)
        if len(some) > MANY:
            listed = ", ".join(f"`{s.name}`" for s in some[:MANY])
            yield _finding(look, side, side, f"{len(some)} columns, most of all {listed}", len(some))
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


def _compared(look: Look, side: str) -> Iterator[Trial]:
    train, other = look.sides["train"], look.sides[side]
    columns = {*train.columns} & {*other.columns} - {look.time}
    for name in (*look.features, *look.targets):
        if name not in columns or look.types.get(name) == "text" or min(train.height, other.height) < ENOUGH:
            continue
        a, b = train[name], other[name]
        if a.dtype.is_numeric() or a.dtype.is_temporal():
            empty = np.array([[s.null_count(), len(s) - s.null_count()] for s in (a, b)])
            if empty[:, 0].any():
                yield Trial(name, side, of_counts(*empty), "gaps")
            a_N, b_N = (x_N[known_N] for x_N, known_N in (numbers(a), numbers(b)))
            if min(len(a_N), len(b_N)) >= ENOUGH:
                yield Trial(name, side, of_numbers(a_N, b_N), "numbers")
        else:
            yield Trial(name, side, of_counts(*_counted(a, b)[1]), "values")


def _said(look: Look, trial: Trial) -> str:
    """Say how a column differs, without its cells if they are personal."""
    name = trial.name
    a, b = look.sides["train"][name], look.sides[trial.side][name]
    if trial.how == "gaps":
        p, q = (100 * s.null_count() / len(s) for s in (a, b))
        return f"`{name}` is empty in {p:.3g} % and {q:.3g} % of the rows"
    if name in look.personal:
        return f"`{name}`"
    return _medians(a, b) if trial.how == "numbers" else _shares(name, *_counted(a, b))


def _medians(a: pl.Series, b: pl.Series) -> str:
    p, q = (_spelt(s) for s in (a, b))
    return f"the median of `{a.name}` is {p} and {q}" if p != q else f"`{a.name}` spreads otherwise"


def _spelt(column: pl.Series) -> str:
    if column.dtype.is_temporal():
        return str(column.cast(pl.Datetime("us")).median())[:10]
    return f"{float(np.median(column.drop_nulls().to_numpy())):.4g}"


def _counted(a: pl.Series, b: pl.Series) -> tuple[list[str], Array]:
    """Return the values of two columns and how often each has them, int64 [2, K]."""
    both = pl.concat([a, b]).cast(pl.String).fill_null("")
    values = both.unique().sort()
    code_N = both.replace_strict({v: i for i, v in enumerate(values)}, return_dtype=pl.Int64).to_numpy()
    count_K = [np.bincount(c, minlength=len(values)) for c in (code_N[: len(a)], code_N[len(a) :])]
    return values.to_list(), np.stack(count_K)


def _shares(name: str, values: list[str], count_SK: Array) -> str:
    p_K, q_K = 100 * count_SK / count_SK.sum(1, keepdims=True)
    k = int(np.abs(p_K - q_K).argmax())
    return f"`{values[k]}` of `{name}` is {p_K[k]:.3g} % and {q_K[k]:.3g} % of the rows"


def _too_late(look: Look) -> Iterator[Finding]:
    """Report features that come after the row's own time, or are filled in only once a row is old."""
    every = joined(look).table
    if look.time is None or look.time not in every.columns:
        return
    (time_N, known_N), here = numbers(every[look.time]), {*every.columns}
    fix = "remove it, or list the others in task.features, if it is not known when the product is asked"
    for name in [c for c in look.features if c in here and c != look.time]:
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
    temporal = {c for c, dtype in train.schema.items() if dtype.is_temporal()}
    dates = [c for c in look.features if c in temporal]
    for name in dates if look.time is None else ():
        first = next((d for d in dates if d != name and _after(train[name], train[d], CERTAIN)), None)
        if first and AFTER.search(name.lower()) and not AHEAD.search(name.lower()):
            what = f"`{name}` lies after `{first}` in nearly every row; is it known when the product is asked?"
            fix = "remove it, or list the others in task.features, if it is not"
            yield Finding("unknown_at_prediction", f"column {name}", what, fix, "info", train.height)
