"""Are two samples alike? Kolmogorov and Smirnov for numbers, Pearson's chi-square for categories, in numpy alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from milepost.types import Array

RARE = 5.0  # rows that chance would put in a cell, below which values are pooled


class Difference(NamedTuple):
    """How far apart two samples are."""

    size: float  # 0 to 1: the distance D of Kolmogorov, or V of Cramer
    chance: float  # of samples of one source being so far apart


def of_numbers(a_N: Array, b_M: Array) -> Difference:
    """Compare two samples of numbers (Smirnov 1948); the chance is that of long samples."""
    both = np.sort(np.concatenate([a_N, b_M]))
    below = [np.searchsorted(np.sort(x), both, "right") / len(x) for x in (a_N, b_M)]
    size = float(np.abs(below[0] - below[1]).max())
    return Difference(size, kolmogorov(size * math.sqrt(len(a_N) * len(b_M) / (len(a_N) + len(b_M)))))


def of_counts(a_K: Array, b_K: Array) -> Difference:
    """Compare two samples by how often each of K values is there; rare values are pooled."""
    table = _pooled(np.stack([a_K, b_K]).astype(np.float64))
    if table.shape[1] < 2:
        return Difference(0.0, 1.0)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    square = float((np.square(table - expected) / expected).sum())
    return Difference(math.sqrt(square / table.sum()), chi_square(square, table.shape[1] - 1))


def _pooled(table: Array) -> Array:
    """Join the values of which the smaller sample should hold fewer than `RARE`; what is still rare is left out."""
    expected = table.sum(0) * table.sum(1).min() / table.sum()
    rest = table[:, expected < RARE].sum(1, keepdims=True)
    known = table[:, expected >= RARE]
    pooled = rest.sum() * table.sum(1).min() / table.sum()
    return np.hstack([known, rest]) if pooled >= RARE else known


def kolmogorov(x: float) -> float:
    """Return the chance that the limit of sqrt(n) D exceeds `x` (Kolmogorov 1933); two series of the same function."""
    if x < 1e-3:
        return 1.0
    if x < 1:
        terms = (math.exp(-((2 * k - 1) ** 2) * math.pi**2 / (8 * x * x)) for k in range(1, 20))
        return 1 - math.sqrt(2 * math.pi) / x * sum(terms)
    return 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 20))


def chi_square(x: float, degrees: int) -> float:
    """Return the chance that chi-square exceeds `x`: the regularised upper incomplete gamma function.

    By its series below the mean, by Lentz's continued fraction above (Press et al., Numerical Recipes, 6.2).
    """
    a, y = degrees / 2, x / 2
    if y <= 0:
        return 1.0
    scale = math.exp(a * math.log(y) - y - math.lgamma(a))
    return 1 - scale * _series(a, y) if y < a + 1 else scale * _fraction(a, y)


def _series(a: float, y: float) -> float:
    term = total = 1 / a
    while term > 1e-16 * total:
        a += 1
        term *= y / a
        total += term
    return total


def _fraction(a: float, y: float) -> float:
    b, c = y + 1 - a, 1e300
    d = out = 1 / b
    for i in range(1, 10_000):
        step, b = -i * (i - a), b + 2
        d, c = 1 / (step * d + b), b + step / c
        out *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return out


def holm(chances: Sequence[float]) -> list[float]:
    """Return chances corrected for how many there are (Holm 1979)."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    out, worst = [1.0] * len(chances), 0.0
    for place, i in enumerate(order):
        worst = max(worst, min(1.0, chances[i] * (len(chances) - place)))
        out[i] = worst
    return out
