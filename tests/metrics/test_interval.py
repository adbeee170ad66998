"""Intervals in closed form, against published values and slow references."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from milepost.metrics.interval import (
    auc_limits,
    f1_limits,
    mean_limits,
    paired_shares,
    percentiles,
    quantile,
    tails,
    wilson,
)


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


def test_undefined_draws_are_left_out() -> None:
    assert percentiles(np.array([np.nan, 1.0, 1.0]), 50) == (1.0, 1.0)
    assert np.isnan(percentiles(np.array([np.nan]), 50)).all()


def test_quantile_lies_in_its_interval() -> None:
    value, low, high = quantile(list(range(200)), 0.95)
    assert low <= value <= high and value == 190


def test_the_ends_are_exact() -> None:
    assert all(wilson(1.0, n)[1] == 1.0 and wilson(0.0, n)[0] == 0.0 for n in range(1, 2000))


def test_paired_shares_as_published() -> None:
    """Bonett and Price 2012: the Wald interval after one more row in each discordant cell."""
    more, less, n = 12, 3, 100
    first, second = 13 / 102, 4 / 102
    half = 1.959964 * np.sqrt((first + second - (first - second) ** 2) / 102)
    assert paired_shares(more, less, n) == pytest.approx((first - second - half, first - second + half), abs=1e-6)
    low, high = paired_shares(0, 0, 50)
    assert low == -high < 0, "models that never differ may still differ"


@pytest.mark.parametrize("auc, hits, misses", [(0.5, 20, 30), (0.9, 10, 90), (0.999, 40, 40), (1.0, 15, 5)])
def test_the_ends_of_an_auc_solve_its_score_equation(auc: float, hits: int, misses: int) -> None:
    spare = (hits + misses) / 2 - 1
    for end in auc_limits(auc, hits, misses):
        if 0 < end < 1:
            error = end * (1 - end) * (1 + spare * ((1 - end) / (2 - end) + end / (1 + end))) / (hits * misses)
            assert abs(auc - end) == pytest.approx(1.959964 * np.sqrt(error), rel=1e-5)
        else:
            assert end == auc


def test_f1_is_a_share_of_the_rows_that_are_or_are_called_positive() -> None:
    for end, share in zip(f1_limits(30, 40), wilson(30 / 40, 40), strict=True):
        assert end == pytest.approx(2 * share / (1 + share))


def test_a_mean_of_one_is_that_one_and_more_are_surer() -> None:
    assert mean_limits([0.8], [(0.7, 0.85)]) == pytest.approx((0.7, 0.85))
    low, high = mean_limits([0.8] * 4, [(0.7, 0.9)] * 4)
    assert (low, high) == pytest.approx((0.75, 0.85))


def test_tails_are_students() -> None:
    for n in (10, 30, 200):
        low = 100 * stats.norm.cdf(-np.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1))
        assert tails(n) == pytest.approx((low, 100 - low), abs=0.02)
