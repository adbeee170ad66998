"""The closed forms of a classifier's scores lie around the scores, and pictures add up."""

from __future__ import annotations

import numpy as np
import pytest

from milepost.metrics import classification, pictures, sure


@pytest.mark.parametrize("classes, positive", [(2, 1), (2, 0), (4, None)])
def test_every_interval_holds_its_score(classes: int, positive: int | None) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        p = rng.dirichlet(np.ones(classes), 40)
        truth = np.where(rng.random(40) < 0.6, p.argmax(1), rng.integers(classes, size=40))
        stats = classification.measure(p, p.argmax(1), truth)
        values = classification.score(stats, np.ones((1, 40)), positive)
        for name, (low, high) in sure.limits(stats, positive).items():
            assert 0 <= low <= values[name][0] + 1e-12 and values[name][0] - 1e-12 <= high <= 1, name
        for name, share in sure.shares(stats, positive).items():
            assert values[name][0] == pytest.approx(share.hit_N.sum() / max(1, share.counted_N.sum())), name


def test_a_class_that_is_not_there_has_no_auc_interval() -> None:
    p = np.random.default_rng(0).dirichlet([1, 1], 30)
    stats = classification.measure(p, p.argmax(1), np.zeros(30, int))
    assert "roc_auc" not in sure.limits(stats, 1) and "pr_auc" not in sure.limits(stats, 1)


def test_pictures_count_every_row_once() -> None:
    p = np.random.default_rng(0).dirichlet([1, 1, 1], 200)
    truth = np.r_[np.full(10, -1), np.random.default_rng(1).integers(3, size=190)]
    found = pictures.of_classes(classification.measure(p, p.argmax(1), truth), ["a", "b", "c"])
    assert np.sum(found["confusion"]["counts"]) == 190, "rows of a class never seen in training have no place"
    assert np.array(found["confusion"]["counts"])[2, 0] == ((truth == 2) & (p.argmax(1) == 0)).sum()
    assert sum(b["n"] for b in found["calibration"]) == 200
    assert all(b["low"] <= b["seen"] <= b["high"] for b in found["calibration"])


def test_numbers_are_pictured_by_tenths_of_what_was_said() -> None:
    guess = np.arange(100.0)
    bins = pictures.of_numbers({"guess": guess, "truth": guess + 1})["calibration"]
    assert len(bins) == 10 and [b["seen"] - b["said"] for b in bins] == pytest.approx([1.0] * 10)
