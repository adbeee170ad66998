"""How sure a score is: Wilson's interval for proportions, the bootstrap for all else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from milepost.types import Array, Scores

Z = 1.959963984540054  # the 97.5 % point of the normal
CELLS = 4_000_000  # weights held at once: 32 MB
DRAWS = 1000
MANY, FEWER = 20_000, 400  # rows above which fewer draws do: the interval is narrow, and a draw is dear


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a proportion of `n` independent rows (Wilson 1927)."""
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * float(np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)))
    low = 0.0 if share <= 0 else max(0.0, middle - half)  # the ends are exact, whatever rounding says
    return low, 1.0 if share >= 1 else min(1.0, middle + half)


def bootstrap(score: Callable[[Array], Scores], n: int, draws: int | None = None, seed: int = 0) -> Scores:
    """Score `draws` resamples of `n` rows: [draws] each. One seed draws the same rows for two models: pairs."""
    rng, parts = np.random.default_rng(seed), list[Scores]()
    draws = draws or (DRAWS if n <= MANY else FEWER)
    while draws > 0:
        some = min(draws, max(1, CELLS // n))
        counts = [np.bincount(rng.integers(n, size=n, dtype=np.int32), minlength=n) for _ in range(some)]
        parts.append(score(np.array(counts, np.float64)))
        draws -= some
    return {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}


def middle95(draws_D: Array) -> tuple[float, float]:
    """Return the middle 95 %, draws where the score is undefined left out; nan if there are no others."""
    known = draws_D[~np.isnan(draws_D)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def quantile(values: Sequence[float], share: float) -> tuple[float, float, float]:
    """Return a quantile and its 95 % interval by rank (binomial, in the normal approximation)."""
    ordered, n = sorted(values), len(values)
    half = Z * float(np.sqrt(n * share * (1 - share)))
    at = [min(n - 1, max(0, round(share * n + d))) for d in (0.0, -half, half)]
    return ordered[at[0]], ordered[at[1]], ordered[at[2]]
