"""The bootstrap: pairs, groups, skew; each against what it should be."""

from __future__ import annotations

import numpy as np
import pytest

from milepost.metrics.resample import CAP, counts, resampled
from milepost.types import Scores


def mean_of(values: np.ndarray):
    def mean(weights: np.ndarray) -> Scores:
        return {"mean": weights @ values / weights.sum(1)}

    return mean


def test_two_models_are_drawn_alike() -> None:
    values = np.random.default_rng(0).normal(size=500)
    a, b = (resampled(mean_of(values), None, 500) for _ in range(2))
    assert (a.draws["mean"] == b.draws["mean"]).all()
    assert (a.minus(b).draws["mean"] == 0).all() and a.minus(b).limits("mean", 0.0, positive=False) == (0.0, 0.0)


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.random.default_rng(1).normal(size=400)
    half = 1.966 * values.std(ddof=1) / 20
    found = resampled(mean_of(values), None, 400).limits("mean", values.mean(), positive=False)
    assert found == pytest.approx((values.mean() - half, values.mean() + half), abs=0.2 * half)


def test_how_a_row_moves_a_mean_is_its_distance_from_it() -> None:
    values = np.random.default_rng(2).normal(size=50)
    np.testing.assert_allclose(resampled(mean_of(values), None, 50).moves["mean"], values - values.mean(), atol=1e-12)


def test_rows_that_hang_together_are_drawn_together() -> None:
    group = np.repeat(np.arange(40), 25)
    values = np.random.default_rng(3).normal(size=40)[group]
    alone, together = (resampled(mean_of(values), g, 1000) for g in (None, group))
    assert together.units == 40
    assert together.draws["mean"].std() == pytest.approx(5 * alone.draws["mean"].std(), rel=0.15)


def test_a_skewed_score_reaches_further_up_but_not_without_end() -> None:
    values = np.random.default_rng(4).lognormal(0, 1.5, 40)
    found, value = resampled(mean_of(values), None, 40), values.mean()
    low, high = np.percentile(found.draws["mean"], [2.5, 97.5])
    ends = found.limits("mean", value, positive=True)
    assert ends[0] <= low * 1.02 and high < ends[1] <= value + 1.2 * CAP * (high - value)


def test_pieces_of_draws_are_the_draws() -> None:
    whole = np.concatenate(list(counts(3_000_000, 3)))
    assert whole.shape == (3, 3_000_000) and (whole.sum(1) == 3_000_000).all()
