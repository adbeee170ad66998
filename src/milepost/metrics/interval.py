"""How sure a score is: closed forms for shares and ranks, the bootstrap for all else.

How often each interval holds the truth is measured in docs/intervals.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from milepost.types import Array

Z = 1.959963984540054  # the 97.5 % point of the normal
SHARED = 1.2  # classes share their errors, so that their F1 and areas err together: measured on 2 and 3 classes
HALVINGS = 50  # of an interval that holds an end


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a proportion of `n` independent rows (Wilson 1927)."""
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * float(np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)))
    low = 0.0 if share <= 0 else max(0.0, middle - half)  # the ends are exact, whatever rounding says
    return low, 1.0 if share >= 1 else min(1.0, middle + half)


def paired_shares(more: int, less: int, n: int) -> tuple[float, float]:
    """Return the interval of the difference of two proportions of the same `n` rows (Bonett and Price 2012).

    `more` rows are hits of the first alone, `less` of the second alone.
    """
    first, second = (more + 1) / (n + 2), (less + 1) / (n + 2)
    gap = first - second
    half = Z * float(np.sqrt((first + second - gap * gap) / (n + 2)))
    return max(-1.0, gap - half), min(1.0, gap + half)


def f1_limits(hits: int, either: int) -> tuple[float, float]:
    """Return the interval of F1 = 2J/(1+J), J being the share of hits in the rows that are or are called positive."""
    low, high = wilson(hits / either, either)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def auc_limits(auc: float, hits: int, misses: int) -> tuple[float, float]:
    """Return the interval of the area under the ROC curve by its score equation (Newcombe 2006, method 5)."""
    spare = (hits + misses) / 2 - 1

    def within(other: float) -> bool:
        varied = 1 + spare * ((1 - other) / (2 - other) + other / (1 + other))
        return (auc - other) ** 2 <= Z * Z * other * (1 - other) * varied / (hits * misses)

    ends = list[float]()
    for far in (0.0, 1.0):
        inner, outer = auc, far
        for _ in range(HALVINGS):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if within(middle) else (inner, middle)
        ends.append(inner)
    return ends[0], ends[1]


def mean_limits(values: Sequence[float], limits: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the interval of a mean of independent values from their own intervals (MOVER, Zou and Donner 2008)."""
    v, (low, high), n = np.array(values), np.array(limits).T, len(values)
    return tuple(float(v.mean() + s * np.sqrt((d**2).sum()) / n) for s, d in ((-1, v - low), (1, high - v)))  # type: ignore[return-value]


def difference_limits(
    values: tuple[float, float], limits: tuple[tuple[float, float], tuple[float, float]], alike: float
) -> tuple[float, float]:
    """Return the interval of the first value less the second from their own (Zou 2007), `alike` being correlated."""
    (a, b), ((a_low, a_high), (b_low, b_high)) = values, limits

    def reach(x: float, y: float) -> float:
        return float(np.sqrt(max(0.0, x * x + y * y - 2 * alike * x * y)))

    return a - b - reach(a - a_low, b_high - b), a - b + reach(a_high - a, b - b_low)


def widened(value: float, limits: tuple[float, float], times: float) -> tuple[float, float]:
    """Return limits whose distance from the value is `times` as large, in [0, 1]."""
    low, high = limits
    return max(0.0, value - times * (value - low)), min(1.0, value + times * (high - value))


def tails(n: int) -> tuple[float, float]:
    """Return the percentiles whose bootstrap interval of a mean of `n` values is Student's (Hesterberg 2015)."""
    v = max(1, n - 1)
    t = Z + (Z**3 + Z) / (4 * v) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * v * v)  # Abramowitz and Stegun 26.7.5
    low = 100 * NormalDist().cdf(-t * float(np.sqrt(n / v)))
    return low, 100 - low


def percentiles(draws_D: Array, n: int) -> tuple[float, float]:
    """Return the middle of resampled values, undefined ones left out; nan if there are no others."""
    known = draws_D[~np.isnan(draws_D)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, tails(n))
    return float(low), float(high)


def quantile(values: Sequence[float], share: float) -> tuple[float, float, float]:
    """Return a quantile and its 95 % interval by rank (binomial, in the normal approximation)."""
    ordered, n = sorted(values), len(values)
    half = Z * float(np.sqrt(n * share * (1 - share)))
    at = [min(n - 1, max(0, round(share * n + d))) for d in (0.0, -half, half)]
    return ordered[at[0]], ordered[at[1]], ordered[at[2]]
