"""Intervals: Wilson's against its published values, the bootstrap against index draws."""

from __future__ import annotations

import numpy as np
import pytest

from milepost.metrics.interval import bootstrap, middle95, quantile, wilson


def test_wilson_as_published() -> None:
    """Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29."""
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(hits / n, n) == pytest.approx((low, high), abs=5e-5)


def test_twenty_of_twenty_prove_little() -> None:
    assert wilson(1.0, 20)[0] == pytest.approx(0.8389, abs=1e-4)


def test_bootstrap_pairs_two_models_by_seed() -> None:
    values = np.random.default_rng(0).normal(size=500)

    def mean(w: np.ndarray) -> dict[str, np.ndarray]:
        return {"mean": w @ values / w.sum(1)}

    a, b = (bootstrap(mean, 500, draws=200, seed=3)["mean"] for _ in range(2))
    assert (a == b).all()
    low, high = middle95(bootstrap(mean, 500)["mean"])
    half = 1.96 * values.std() / np.sqrt(500)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)


def test_undefined_draws_are_left_out() -> None:
    assert middle95(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert np.isnan(middle95(np.array([np.nan]))).all()


def test_quantile_lies_in_its_interval() -> None:
    value, low, high = quantile(list(range(200)), 0.95)
    assert low <= value <= high and value == 190


def test_the_ends_are_exact() -> None:
    assert all(wilson(1.0, n)[1] == 1.0 and wilson(0.0, n)[0] == 0.0 for n in range(1, 2000))
