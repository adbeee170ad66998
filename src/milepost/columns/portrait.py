"""A column for people to look at: its range, its quantiles, how its cells are spread on every side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from milepost.types import Array

BINS = 24  # bars of a histogram, at most one more
TOP = 20  # values that are named
LETTERS = 100  # shown of a value
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CORE = (0.005, 0.995)  # what a histogram is drawn of where the rest would flatten it
FAR = 4  # times the width of the core that makes the rest far
TINY = 1e-300  # width that cannot be cut in parts
YEAR_1 = -62_135_596_800_000_000  # microseconds since 1970
YEAR_9999 = 253_402_300_799_999_999
Cells = Mapping[str, Array]  # of every side: a sample, nan where there is none
Weights = Mapping[str, float]  # rows that one of the sample stands for


def number(cells: Cells, weights: Weights, low: float, high: float, mean: float) -> dict[str, Any]:
    """Describe numbers between `low` and `high`."""
    out: dict[str, Any] = {"min": _short(low), "max": _short(high), "mean": _short(mean)}
    found = _quantiles(cells, weights, QUANTILES)
    out["quantiles"] = {str(q): _short(v) for q, v in zip(QUANTILES, found, strict=True)}
    return out | _histogram(cells, _edges(cells, weights, low, high))


def date(cells: Cells, low: float, high: float) -> dict[str, Any]:
    """Describe dates, in microseconds since 1970."""
    out = {"min": _date(low), "max": _date(high)}
    found = _histogram(cells, np.linspace(low, high, BINS + 1) if low < high else np.empty(0))
    if found:
        found["histogram"]["edges"] = [_date(edge) for edge in found["histogram"]["edges"]]
    return out | found


def lengths(cells: Cells, weights: Weights, low: float, high: float) -> dict[str, Any]:
    """Describe the lengths of texts, in letters."""
    out = number(cells, weights, low, high, 0.0)
    del out["mean"]
    return out


def values(counts: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """Describe values by how often each is there: the most frequent, and all others together."""
    total = sum(counts.values(), Counter[str]())
    top = sorted(total, key=lambda v: (-total[v], v))[:TOP]
    out: dict[str, Any] = {"top": [{"value": v[:LETTERS], **{s: c[v] for s, c in counts.items()}} for v in top]}
    if len(total) > len(top):
        out["others"] = {s: c.total() - sum(c[v] for v in top) for s, c in counts.items()}
    return out


def _quantiles(cells: Cells, weights: Weights, at: tuple[float, ...]) -> Array:
    """Return quantiles of all sides together, each side weighed by its rows."""
    finite = {side: c[np.isfinite(c)] for side, c in cells.items()}
    joined = np.concatenate(list(finite.values()))
    weight = np.concatenate([np.full(len(c), weights[side]) for side, c in finite.items()])
    order = np.argsort(joined, kind="stable")
    if not len(order):
        return np.full(len(at), np.nan)
    place = np.cumsum(weight[order]) - weight[order]
    return np.interp(at, place / max(place[-1], 1e-300), joined[order])


def _edges(cells: Cells, weights: Weights, low: float, high: float) -> Array:
    """Return round edges of bars, of one length; none where one bar would say all."""
    core_low, core_high = _quantiles(cells, weights, CORE)
    if 0 < FAR * (core_high - core_low) < high - low:
        low, high = core_low, core_high
    width = high - low
    if not (TINY < width < np.inf):
        return np.empty(0)
    if width < BINS and all((c == np.floor(c))[np.isfinite(c)].all() for c in cells.values()):
        return np.arange(np.floor(low), np.ceil(high) + 2) - 0.5  # a bar for every whole number
    step = _round_step(width / BINS)
    edges = np.arange(np.floor(low / step), np.floor(high / step) + 2) * step
    return np.unique([float(f"{e:.12g}") for e in edges])


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20 ... that is not less."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * m for m in (1, 2, 5, 10) if power * m >= least * (1 - 1e-9)))


def _histogram(cells: Cells, edges: Array) -> dict[str, Any]:
    """Count the sampled cells between the edges, and beyond them, on every side."""
    if len(edges) < 2:
        return {}
    counts, below, above = {}, {}, {}
    for side, found in cells.items():
        finite = found[np.isfinite(found)]
        counts[side] = np.histogram(finite, edges)[0].tolist()
        below[side], above[side] = int((finite < edges[0]).sum()), int((finite > edges[-1]).sum())
    out: dict[str, Any] = {"edges": [_short(e) for e in edges], "counts": counts}
    out |= {"below": below} if any(below.values()) else {}
    out |= {"above": above} if any(above.values()) else {}
    return {"histogram": out}


def _short(value: float) -> float | int | None:
    """Return a number as JSON should have it: whole ones without a point, others to ten digits."""
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else float(f"{value:.10g}")


def _date(microseconds: float) -> str:
    """Return a date, with the time of day where there is one."""
    within = int(min(max(microseconds, YEAR_1), YEAR_9999))
    found = datetime(1970, 1, 1) + timedelta(microseconds=within)
    return (found.date() if found.time() == datetime.min.time() else found.replace(microsecond=0)).isoformat()
