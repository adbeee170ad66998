"""Every score of several labels equals scikit-learn's; thresholds beat every other; intervals hold the truth."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from milepost.metrics import labels
from milepost.types import take


def made(n: int = 200, wide: int = 4, seed: int = 0, ties: bool = False):
    rng = np.random.default_rng(seed)
    p = rng.random((n, wide))
    p = np.round(p, 1) if ties else p
    truth = rng.random((n, wide)) < 0.2 + 0.5 * p
    return p, p >= 0.5, truth, rng.integers(0, 4, n).astype(float)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("absent", [False, True])
def test_scores_are_those_of_scikit_learn(ties: bool, absent: bool) -> None:
    p, called, truth, w = made(ties=ties)
    if absent:  # one label that no row bears and none is given, one that is given all the same
        truth[:, :2], called[:, 0] = False, False
    got = labels.score(labels.measure(p, called, truth), np.stack([w, np.ones(len(w))]))
    there = truth.any(0)
    for d, weight in enumerate([w, np.ones(len(w))]):
        wanted = {
            "micro_f1": sk.f1_score(truth, called, average="micro", sample_weight=weight),
            "macro_f1": sk.f1_score(truth, called, average="macro", sample_weight=weight, zero_division=np.nan),
            "macro_pr_auc": sk.average_precision_score(truth[:, there], p[:, there], sample_weight=weight),
            "accuracy": sk.accuracy_score(truth, called, sample_weight=weight),
            "log_loss": sum(
                sk.log_loss(truth[:, c], p[:, c], sample_weight=weight, labels=[False, True]) for c in range(4)
            ),
        }
        assert set(wanted) == set(got)
        for name, value in wanted.items():
            assert got[name][d] == pytest.approx(value, abs=1e-12), name


def test_a_weight_is_so_many_rows() -> None:
    p, called, truth, w = made(60)
    stats = labels.measure(p, called, truth)
    again = take(stats, np.repeat(np.arange(60), w.astype(int)))
    for name, value in labels.score(again, np.ones((1, int(w.sum())))).items():
        assert labels.score(stats, w[None])[name][0] == pytest.approx(value[0]), name


def test_a_label_that_training_never_saw_is_missed() -> None:
    truth = np.array([[True, False], [False, True]])
    p = truth * 0.8 + 0.1
    stats = labels.measure(p, truth, truth, np.array([1, 0]))
    got = labels.score(stats, np.ones((1, 2)))
    more, called = np.c_[truth, [True, False]], np.c_[truth, [False, False]]
    assert got["micro_f1"][0] == pytest.approx(sk.f1_score(more, called, average="micro"))
    assert got["accuracy"][0] == 0.5 and got["log_loss"][0] > 10


def test_rows_without_any_label_define_no_f1() -> None:
    none = np.zeros((5, 3), bool)
    stats = labels.measure(np.full((5, 3), 0.1), none, none)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got, rests = labels.score(stats, np.ones((1, 5))), labels.support(stats)
        assert labels.limits(stats) == {}
    assert np.isnan([got[k][0] for k in ("micro_f1", "macro_f1", "macro_pr_auc")]).all() and got["accuracy"][0] == 1
    assert rests == {"micro_f1": 0, "macro_f1": 0, "macro_pr_auc": 0}


def test_what_a_metric_rests_on() -> None:
    truth = np.zeros((100, 2), bool)
    truth[:50, 0], truth[:4, 1] = True, True
    assert labels.support(labels.measure(truth * 0.9, truth, truth)) == {
        "micro_f1": 50,
        "macro_f1": 12,
        "macro_pr_auc": 12,
    }


def test_what_is_shown_of_labels() -> None:
    p, called, truth, _ = made()
    called[:, 3] = False
    found = labels.details(labels.measure(p, called, truth), ["a", "b", "c", "d"])
    precision, recall, f1, rows = sk.precision_recall_fscore_support(truth, called, zero_division=0)
    for c, row in enumerate(found["classes"][:3]):
        assert [row[k] for k in ("precision", "recall", "f1", "rows")] == pytest.approx(
            [precision[c], recall[c], f1[c], rows[c]]
        )
    assert found["classes"][3]["precision"] is None and found["classes"][3]["called"] == 0
    assert sum(b["n"] for b in found["calibration"]) == p.size
    assert all(b["low"] <= b["seen"] <= b["high"] for b in found["calibration"])


CELL = st.tuples(st.integers(0, 5), st.booleans())


@pytest.mark.parametrize("metric", labels.TUNABLE)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12))
def test_no_thresholds_are_better(metric: str, rows: list[tuple[tuple[int, bool], tuple[int, bool]]]) -> None:
    p = np.array([[cell[0] / 5 for cell in row] for row in rows])
    truth = np.array([[cell[1] for cell in row] for row in rows])

    def reached(thresholds: list[float]) -> float:
        called = labels.called(p, thresholds)
        hits, every = (truth & called).sum(0), truth.sum(0) + called.sum(0)
        if metric == "micro_f1":
            return float(2 * hits.sum() / max(1, every.sum()))
        return float((2 * hits / np.maximum(1, every)).mean())

    cuts = [-1.0, 0.1, 0.3, 0.5, 0.7, 0.9, 2.0]
    assert reached(labels.best_thresholds(p, truth, metric)) == pytest.approx(
        max(reached(list(pair)) for pair in product(cuts, cuts))
    )


def test_intervals_lie_around_the_score_and_are_wider_where_labels_hang_together() -> None:
    p, called, truth, _ = made()
    stats = labels.measure(p, called, truth)
    values = labels.score(stats, np.ones((1, len(p))))
    for name, (low, high) in labels.limits(stats).items():
        assert 0 <= low < values[name][0] < high <= 1, name
    twice = labels.measure(np.c_[p, p], np.c_[called, called], np.c_[truth, truth])  # nothing new in any row
    low, high = labels.limits(stats)["micro_f1"]
    assert labels.limits(twice)["micro_f1"] == pytest.approx((low, high), abs=0.01)
    perfect = labels.measure(truth * 1.0, truth, truth)
    assert labels.limits(perfect)["micro_f1"][0] < 0.995 and labels.limits(perfect)["micro_f1"][1] == 1
