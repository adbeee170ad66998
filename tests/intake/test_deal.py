"""A split by time: the latest rows are the test, and equal times stay together."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.data.split import TEST_SIDE, TRAIN_SIDE, VALID_SIDE
from milepost.intake import deal
from milepost.intake.deal import ByTime, start_of_latest
from milepost.intake.rows import Rows


def rows(time: np.ndarray, seed: int = 0) -> Rows:
    n = len(time)
    hash_N = np.random.default_rng(seed).integers(0, 2**63, n).astype(np.uint64)
    return Rows("f", pl.DataFrame({"t": time}), pl.Series([None] * n), np.arange(n), hash_N, np.zeros(n))


def test_the_latest_rows_are_the_test() -> None:
    time = np.random.default_rng(0).permutation(1000).astype(float)
    dealer = ByTime("t", True, True)
    dealer.see(rows(time))
    side = dealer.sides(rows(time))
    assert [int((side == s).sum()) for s in (TRAIN_SIDE, VALID_SIDE, TEST_SIDE)] == [640, 160, 200]
    assert time[side == TRAIN_SIDE].max() < time[side == VALID_SIDE].min() <= time[side == VALID_SIDE].max()
    assert time[side == VALID_SIDE].max() < time[side == TEST_SIDE].min()


def test_equal_times_stay_together() -> None:
    assert start_of_latest(np.array([1.0, 1, 1, 1, 2]), 0.2) == 2
    assert start_of_latest(np.array([1.0, 2, 2, 2, 2]), 0.2) == 2
    assert start_of_latest(np.array([3.0, 3, 3]), 0.2) == np.inf


def test_many_rows_are_judged_by_a_sample(monkeypatch: object) -> None:
    time = np.random.default_rng(1).normal(size=5000)
    found = []
    for cut in (100, 5000):
        dealer = ByTime("t", True, False)
        dealer_rows = rows(time)
        deal.TIMES, before = 1000, deal.TIMES
        for i in range(0, 5000, cut):
            mark = np.zeros(5000, bool)
            mark[i : i + cut] = True
            dealer.see(dealer_rows.where(mark))
        found.append((dealer.sides(dealer_rows) == TEST_SIDE).mean())
        deal.TIMES = before
    assert found[0] == found[1] and abs(found[0] - 0.2) < 0.05
