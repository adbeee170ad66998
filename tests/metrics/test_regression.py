"""Scores of numbers equal scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from milepost.metrics import regression


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_against_scikit_learn(offset: float) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200) + offset
    guess, w = truth + rng.normal(size=200), rng.integers(0, 3, 200).astype(float)
    got = regression.score(regression.measure(guess, truth), w[None])
    assert got["rmse"][0] == pytest.approx(sk.root_mean_squared_error(truth, guess, sample_weight=w))
    assert got["mae"][0] == pytest.approx(sk.mean_absolute_error(truth, guess, sample_weight=w))
    assert got["r2"][0] == pytest.approx(sk.r2_score(truth, guess, sample_weight=w), rel=1e-6)


def test_r2_of_a_constant_truth_is_undefined() -> None:
    got = regression.score(regression.measure(np.arange(5.0), np.ones(5)), np.ones((1, 5)))
    assert np.isnan(got["r2"][0])
