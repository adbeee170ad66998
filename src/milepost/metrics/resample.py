"""The bootstrap by weight vectors: units (rows, or groups of rows that hang together) drawn with replacement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from milepost.metrics.interval import percentiles
from milepost.types import Array, Scores

CELLS = 4_000_000  # weights held at once: 32 MB
DRAWS = 1000
MANY, FEWER = 20_000, 400  # rows above which fewer draws do: the interval is narrow, and a draw is dear
SKEWED = 1000  # units up to which the skew of a score matters, and is looked for
CAP = 2.0  # times the reach of the percentiles, beyond which a studentised end is not believed

Score = Callable[[Array], Scores]


def counts(units: int, draws: int) -> Iterator[Array]:
    """Yield how often each unit is drawn, [d, units], in pieces; always the same, so that two models are paired."""
    if draws * units <= CELLS:
        yield _held(units, draws)
        return
    rng = np.random.default_rng(0)
    while draws > 0:
        some = min(draws, max(1, CELLS // units))
        yield _drawn(rng, units, some)
        draws -= some


@lru_cache(maxsize=4)
def _held(units: int, draws: int) -> Array:
    """Keep small draws: every metric and every pair of models asks for them again."""
    drawn = _drawn(np.random.default_rng(0), units, draws)
    drawn.flags.writeable = False
    return drawn


def _drawn(rng: np.random.Generator, units: int, draws: int) -> Array:
    drawn = [np.bincount(rng.integers(units, size=units, dtype=np.int32), minlength=units) for _ in range(draws)]
    return np.array(drawn, np.float64)


@dataclass(frozen=True)
class Resampled:
    """Every score of resampled units [D], and how each unit moves it [units] where they are few."""

    units: int
    draws: Scores
    moves: Scores

    def minus(self, other: Resampled) -> Resampled:
        """Return the same of the difference of two models on the same units."""
        draws = {k: v - other.draws[k] for k, v in self.draws.items()}
        return Resampled(self.units, draws, {k: v - other.moves[k] for k, v in self.moves.items()})

    def limits(self, name: str, value: float, positive: bool) -> tuple[float, float]:
        """Return the 95 % interval: the wider of expanded percentiles and, where units are few, the studentised.

        `positive` scores have no upper bound and are studentised as logarithms.
        """
        low, high = percentiles(self.draws[name], self.units)
        ends = self._studentised(name, value, positive and value > 0)
        if ends is None:
            return low, high
        return min(low, max(ends[0], value - CAP * (value - low))), max(
            high, min(ends[1], value + CAP * (high - value))
        )

    def _studentised(self, name: str, value: float, logarithm: bool) -> tuple[float, float] | None:
        """Return the bootstrap-t interval (Efron and Tibshirani 1993, 12.5), a draw's error by its units' moves."""
        if name not in self.moves or not np.isfinite(self.moves[name]).all():
            return None
        move, n = self.moves[name], self.units
        parts = [(w @ (move * move) / n, w @ move / n) for w in counts(n, len(self.draws[name]))]
        square_D, mean_D = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
        error_D = np.sqrt(np.maximum(square_D - mean_D**2, 0) / n)
        error, draws_D = float(np.sqrt((move * move).sum() / n / max(1, n - 1))), self.draws[name]
        sound = (error_D > 1e-9 * max(error, 1e-300)) & ((draws_D > 0) if logarithm else ~np.isnan(draws_D))
        if error == 0 or sound.sum() < len(draws_D) / 2:
            return None
        if logarithm:
            t = np.log(draws_D[sound] / value) / (error_D[sound] / draws_D[sound])
            steps = np.percentile(t, [97.5, 2.5]) * error / value
            return tuple(float(value * np.exp(-s)) for s in np.clip(steps, -50, 50))  # type: ignore[return-value]
        high, low = np.percentile((draws_D[sound] - value) / error_D[sound], [97.5, 2.5]) * error
        return float(value - high), float(value - low)


def correlation(a_D: Array, b_D: Array) -> float:
    """Return how alike two scores go over the same resamples, from 0 (not at all, or not known) to 1."""
    known = ~np.isnan(a_D) & ~np.isnan(b_D)
    a, b = a_D[known], b_D[known]
    if len(a) < 2 or not a.std() > 0 or not b.std() > 0:
        return 0.0
    return float(np.clip(np.corrcoef(a, b)[0, 1], 0, 1))


def resampled(score: Score, group_N: Array | None, n: int, draws: int | None = None) -> Resampled:
    """Score resamples of `n` rows, or of the groups that `group_N` (0, 1, 2 ...) puts them in.

    With fewer `draws` than usual the skew is not looked for.
    """
    units = n if group_N is None else int(group_N.max()) + 1

    def scored(weights_DU: Array) -> Scores:
        return score(weights_DU if group_N is None else weights_DU[:, group_N])

    parts = [scored(w) for w in counts(units, draws or (DRAWS if n <= MANY else FEWER))]
    found = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
    return Resampled(units, found, _moves(scored, units) if not draws and 1 < units <= SKEWED else {})


def _moves(scored: Score, units: int) -> Scores:
    """Return the jackknife's influence of each unit on each score, [units]."""
    step = max(1, CELLS // units)
    parts = [scored(1.0 - np.eye(units)[i : i + step]) for i in range(0, units, step)]
    left_out = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
    return {k: (units - 1) * (v.mean() - v) for k, v in left_out.items()}
