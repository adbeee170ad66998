"""How a product does on parts of the test rows: those that are named, and the worst that a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from milepost.metrics.interval import Z, difference_limits
from milepost.roadmap.verdict import FEW
from milepost.stages.evaluate import Measured, Score
from milepost.tasks.base import Task
from milepost.types import Array

VALUES = 20  # of a column that get scores of their own
PARTS = 4  # of the numbers of a column: its quarters
LISTED = 10  # of the worst slices
LOOKED = 15  # of the slices that look worst, which are resampled
DRAWS = 200  # of each
WHOLE, LARGE = 1e4, 1e9  # numbers between them end a quarter without decimals: 12345, not 1.234e+04
SURE = 0.05  # chance of any false alarm among all slices that were tried


def derived(task: Task[Any], columns: Iterable[str]) -> list[str]:
    """Name the columns that the kind adds to those of the data, and that the data do not have themselves."""
    known = dict.fromkeys([*columns, *chain.from_iterable(task.reads.values())])
    nothing = pl.DataFrame(schema=dict.fromkeys(known, pl.String))
    return [c for c in task.told(nothing).columns if c not in known]


def told(task: Task[Any], rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what the kind adds to them; a column of the data stays as it is."""
    return rows.with_columns(c for c in task.told(rows).iter_columns() if c.name not in rows.columns)


def named(text: str, test: pl.DataFrame) -> dict[str, Array]:
    """Mark the rows [N] of one slice `column=value`, or of each value (or quarter of many numbers) of a `column`.

    Nothing where there are none.
    """
    column, _, value = text.partition("=")
    if column not in test.columns:
        return {}
    if not value and test[column].dtype != pl.String and test[column].n_unique() > VALUES:
        return _quarters(column, test[column])
    cells = _words(test[column])
    values = [value] if value else cells.value_counts(sort=True)[column].drop_nulls().head(VALUES).to_list()
    marked = {f"{column}={v}": (cells == v).fill_null(False).to_numpy() for v in values}
    return {name: rows_N for name, rows_N in marked.items() if rows_N.any()}


def _words(cells: pl.Series) -> pl.Series:
    """Write the cells as a gate names them: 7 for 7.0."""
    if cells.dtype.is_float() and cells.drop_nulls().is_finite().all() and (cells.drop_nulls() % 1 == 0).all():
        cells = cells.cast(pl.Int64, strict=False)
    return cells.cast(pl.String)


def gap(scores: Sequence[Mapping[str, Score]]) -> dict[str, Score]:
    """Return the largest difference between parts of the rows for every metric, with its 95 % interval.

    The differences of all pairs are held at once (Bonferroni), each from the intervals of its two parts (MOVER); n is
    the number of rows behind the smaller part.
    """
    pairs, out = list(combinations(range(len(scores)), 2)), dict[str, Score]()
    wider = NormalDist().inv_cdf(1 - 0.025 / max(1, len(pairs))) / Z
    for name in scores[0] if len(scores) > 1 else ():
        if all(name in s for s in scores):
            gaps = [_difference(scores[i][name], scores[j][name], wider) for i, j in pairs]
            low, high = max(0.0, *(max(g[1], -g[2]) for g in gaps)), max(max(-g[1], g[2]) for g in gaps)
            out[name] = Score(max(abs(g[0]) for g in gaps), low, high, min(s[name].n for s in scores))
    return out


def _difference(a: Score, b: Score, wider: float) -> tuple[float, float, float]:
    """Return a difference of independent scores and its interval, `wider` times as wide."""
    value = a.value - b.value
    low, high = difference_limits((a.value, b.value), ((a.low, a.high), (b.low, b.high)), alike=0.0)
    return value, value - wider * (value - low), value + wider * (high - value)


def worst(mine: Measured, test: pl.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Search the values and quarters of `columns` for parts on which the headline metric is worse than elsewhere.

    The first are resampled against all other rows; `certain` are those whose difference holds although so many parts
    were tried (Bonferroni).
    """
    metric = mine.task.headline
    sign = 1 if mine.task.metrics[metric].better == "higher" else -1
    tried = list[tuple[float, str, Array]]()
    whole = float(mine.values[metric][0])
    for name, rows_N in _parts(test, columns):
        value = float(mine.of(rows_N).values[metric][0])
        tried.append((sign * (whole - value) * float(np.sqrt(rows_N.sum())), name, rows_N))
    looked = sorted((t for t in tried if t[0] > 0), key=lambda t: -t[0])[:LOOKED]
    found = [f for _, name, rows_N in looked for f in _against_the_rest(mine, metric, sign, name, rows_N, len(tried))]
    return sorted((f for f in found if f["worse"] > 0), key=lambda f: -f["worse"] / f["error"])[:LISTED]


def _against_the_rest(
    mine: Measured, metric: str, sign: int, name: str, rows_N: Array, tried: int
) -> Iterator[dict[str, Any]]:
    """Score a part of the rows beside all the others, where both are defined."""
    both = [replace(mine.of(some_N), draws=DRAWS).scores(metric).get(metric) for some_N in (rows_N, ~rows_N)]
    if None in both:
        return
    score, rest = (s for s in both if s)
    worse, low, _ = _difference(*((rest, score) if sign > 0 else (score, rest)), 1.0)
    error = max((worse - low) / Z, 1e-12)
    chance = tried * NormalDist().cdf(-worse / error)
    about = {"slice": name, "metric": metric, "value": score.value, "low": score.low, "high": score.high, "n": score.n}
    yield {**about, "rest": rest.value, "worse": worse, "error": error, "certain": chance <= SURE / 2}


def _parts(test: pl.DataFrame, columns: Sequence[str]) -> Iterator[tuple[str, Array]]:
    """Yield the parts to search with the rows that are in them, enough of them in and out."""
    for column in columns:
        cells = test[column]
        found = named(column, test) if cells.dtype == pl.String else _quarters(column, cells)
        missing_N = cells.is_null().to_numpy()
        for name, rows_N in ({f"{column} missing": missing_N} | found).items():
            if FEW <= rows_N.sum() <= len(rows_N) - FEW:
                yield name, rows_N


def _quarters(column: str, cells: pl.Series) -> dict[str, Array]:
    """Mark the quarters of numbers or dates by rank, named by their ends."""
    known = cells.drop_nulls()
    if known.n_unique() <= PARTS:
        return named(column, cells.to_frame())
    place = ((cells.rank("average") - 0.5) / len(known) * PARTS).floor().fill_null(-1).cast(pl.Int8).to_numpy()
    parts = {k: cells.filter(pl.Series(place == k)) for k in range(PARTS)}
    return {f"{column} {_end(p.min())} to {_end(p.max())}": place == k for k, p in parts.items() if len(p)}


def _end(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:.0f}" if WHOLE <= abs(value) < LARGE else f"{value:.4g}"
    return str(value)
