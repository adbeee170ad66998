"""Values far from all others, whatever the scale: 999 among ages, a year 20024, a factor of a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.findings.base import Joined, Look, joined
from milepost.findings.disguised import stand_ins
from milepost.findings.leaks import numbers
from milepost.types import Array, Finding

FEW = 5  # rows and values that are named
ENOUGH = 30  # values that tell what is usual
COMMON = 0.5  # share of one value from which the others are looked at by themselves: most rows have no debt
MOST = 0.01  # share of the values that may be outliers: more of them are a group of their own
TAIL = 0.1  # share of the values that lie nearest to the gap and say how far they thin out
STEPS = 10  # different values before the gap that say how far apart they usually are
REACH = 1.5  # times as far from the others as the farthest of them is from their middle
LIGHT = 4.5  # robust standard deviations within which a tail is light: such as a normal one
GAP, WIDE = 6.0, 10.0  # mean excesses of the tail: an exponential one has gaps so wide with chance exp(-6), exp(-10)
GAP_OF_LIGHT = 5.0  # on a logarithmic scale, of a light tail with a gap that is wide on its own
NORMAL = 1.4826  # standard deviations of a normal variable in its median absolute deviation


class Found(NamedTuple):
    """Values beyond a gap."""

    far_N: Array  # bool [N]
    low: float  # of all others
    high: float


def notice_outliers(look: Look) -> list[Finding]:
    """Report numbers and dates that a gap parts from all others, on every scale on which the others lie close."""
    every, out = joined(look), list[Finding]()
    hollow = stand_ins(every.table)
    for column in every.table:
        name, kind = column.name, look.types.get(column.name)
        if kind in ("number", "date"):
            x_N, known_N = numbers(column)
            known_N = known_N & ~np.isin(x_N, numbers(pl.Series(hollow.get(name, []), dtype=column.dtype))[0])
            found = beyond(x_N, known_N, dates=kind == "date")
            if found.far_N.any():
                out.append(_finding(look, every, name, found, kind == "date"))
    return out


def beyond(x_N: Array, known_N: Array, dates: bool = False) -> Found:
    """Return which of the known numbers [N] lie beyond a gap at either end, and the range of the others."""
    usual = _usual(np.sort(x_N[known_N]))
    low, high = (-_edge(-usual[::-1], dates), _edge(usual, dates)) if len(usual) >= ENOUGH else (-np.inf, np.inf)
    if low == -np.inf and high == np.inf:
        return Found(np.zeros(len(x_N), bool), low, high)
    inside_N = known_N & (x_N >= low) & (x_N <= high)
    return Found(known_N & ~inside_N, float(x_N[inside_N].min()), float(x_N[inside_N].max()))


def _usual(sorted_N: Array) -> Array:
    """Return increasing values without the copies of the one that most rows have; none where hardly any differ."""
    starts = np.flatnonzero(np.append(True, np.diff(sorted_N) != 0)) if len(sorted_N) else np.empty(0, np.int64)
    if len(starts) < 3:
        return np.empty(0)
    counts = np.diff(np.append(starts, len(sorted_N)))
    most = int(counts.argmax())
    if counts[most] <= COMMON * len(sorted_N):
        return sorted_N
    return np.delete(sorted_N, slice(starts[most] + 1, starts[most] + counts[most]))


def _edge(sorted_N: Array, dates: bool) -> float:
    """Return the highest of the increasing values before a gap that parts off a few; infinity where there is none."""
    most = min(max(3, int(MOST * len(sorted_N))), len(sorted_N) - ENOUGH)
    if most < 1:
        return float("inf")
    gaps, last = np.diff(sorted_N[-most - 1 :]), sorted_N[-most - 1 : -1]
    wide = np.flatnonzero(gaps >= REACH * (last - sorted_N[len(sorted_N) // 2]))
    for place in wide[np.argsort(-gaps[wide], kind="stable")][:3]:
        inside, first = sorted_N[: len(sorted_N) - most + place], float(sorted_N[len(sorted_N) - most + place])
        if inside[0] < inside[-1] and _far(inside, first, dates):
            return float(inside[-1])
    return float("inf")


def _far(inside: Array, value: float, dates: bool) -> bool:
    """Tell whether a value above all of the increasing ones is far from them on every scale that may be theirs."""
    middle = float(inside[len(inside) // 2])
    spread = NORMAL * float(np.median(np.abs(inside - middle))) or float(inside.std())
    raw = _excesses(inside, value)
    if value - inside[-1] < spread:
        return False
    if dates:
        return raw >= WIDE and value - inside[-1] >= inside[-1] - inside[0]
    both, light = np.append(inside, value), inside[-1] - middle <= LIGHT * spread
    scales = [np.arcsinh((both - middle) / spread), *([np.log(both)] if inside[0] > 0 and not light else [])]
    least = GAP_OF_LIGHT if light else GAP
    return raw >= (WIDE if light else GAP) and all(_excesses(x[:-1], float(x[-1])) >= least for x in scales)


def _excesses(inside: Array, value: float) -> float:
    """Return the gap before a value in mean excesses of the tail, or in usual steps where these are wider."""
    tail = inside[-max(10, int(TAIL * len(inside))) :]
    step = float(np.median(np.diff(np.unique(inside)[-STEPS:])))
    return float((value - inside[-1]) / max(float(tail.mean() - tail[0]), step))


def _finding(look: Look, every: Joined, name: str, found: Found, dates: bool) -> Finding:
    index = np.flatnonzero(found.far_N)
    n, rows = len(index), every.first(index, FEW)
    what, fix = f"{n:,} values of `{name}` lie far from all others; are they slips of the pen?", "correct them"
    if name not in look.personal:
        far = ", ".join(_spelt(numbers(every.table[name])[0][index], dates))
        low, high = _spelt(np.array([found.low, found.high]), dates)
        what = f"{n:,} values of `{name}` lie far from all others, which are {low} to {high}: {far}; slips of the pen?"
        first = far.split(", ")[0]
        kind = look.types[name]
        fix = f'correct them; `columns: {{{name}: {{type: {kind}, missing: ["{first}"]}}}}` if {first} means missing'
    return Finding("outliers", f"column {name}", what, fix, "warning", n, rows)


def _spelt(x_N: Array, dates: bool) -> Iterator[str]:
    """Write the first few different values, as a file would."""
    for value in list(dict.fromkeys(x_N.tolist()))[:FEW]:
        yield str(np.datetime64(int(value), "us").astype("datetime64[D]")) if dates else f"{value:.15g}"
