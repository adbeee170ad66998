"""Every score equals scikit-learn's, with and without weights."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from milepost.metrics import classification


def made(classes: int, n: int = 300, seed: int = 0, ties: bool = False):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), n)
    p = np.round(p, 1) + 1e-3 if ties else p
    p /= p.sum(1, keepdims=True)
    truth = np.where(rng.random(n) < 0.5, p.argmax(1), rng.integers(classes, size=n))
    return p, p.argmax(1), truth, rng.integers(0, 4, n).astype(float)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_two_classes(ties: bool, weighted: bool) -> None:
    p, guess, truth, w = made(2, ties=ties)
    w = w if weighted else np.ones(len(w))
    got = classification.score(classification.measure(p, guess, truth), w[None], 1)
    wanted = {
        "accuracy": sk.accuracy_score(truth, guess, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, guess, sample_weight=w),
        "macro_f1": sk.f1_score(truth, guess, average="macro", sample_weight=w),
        "f1": sk.f1_score(truth, guess, sample_weight=w),
        "precision": sk.precision_score(truth, guess, sample_weight=w),
        "recall": sk.recall_score(truth, guess, sample_weight=w),
        "roc_auc": sk.roc_auc_score(truth, p[:, 1], sample_weight=w),
        "pr_auc": sk.average_precision_score(truth, p[:, 1], sample_weight=w),
        "log_loss": sk.log_loss(truth, p, sample_weight=w),
    }
    for name, value in wanted.items():
        assert got[name][0] == pytest.approx(value, abs=1e-12), name


def test_many_classes() -> None:
    p, guess, truth, w = made(5)
    got = classification.score(classification.measure(p, guess, truth), w[None], None)
    assert got["roc_auc"][0] == pytest.approx(
        sk.roc_auc_score(truth, p, multi_class="ovr", average="macro", sample_weight=w), abs=1e-12
    )
    assert got["macro_f1"][0] == pytest.approx(sk.f1_score(truth, guess, average="macro", sample_weight=w), abs=1e-12)
    assert not {"f1", "precision", "recall"} & set(got)


def test_calibration_error_against_a_slow_reference() -> None:
    p, guess, truth, w = made(3)
    confidence, right, slow = p.max(1), guess == truth, 0.0
    for k in range(classification.BINS):
        inside = (confidence > k / classification.BINS) & (confidence <= (k + 1) / classification.BINS)
        if w[inside].sum():
            gap = np.average(right[inside], weights=w[inside]) - np.average(confidence[inside], weights=w[inside])
            slow += w[inside].sum() / w.sum() * abs(gap)
    assert classification.calibration_error(confidence, right.astype(float), w[None])[0] == pytest.approx(slow)


def test_a_class_never_seen_in_training_counts_as_wrong() -> None:
    p, guess, truth, _ = made(2, 40)
    truth[:10] = -1
    got = classification.score(classification.measure(p, guess, truth), np.ones((1, 40)), 1)
    assert got["accuracy"][0] == pytest.approx((guess == truth).mean())
    assert got["log_loss"][0] > 5


def test_one_class_alone_has_no_auc() -> None:
    p, guess, _, _ = made(2, 40)
    got = classification.score(classification.measure(p, guess, np.zeros(40, int)), np.ones((1, 40)), 1)
    assert np.isnan(got["roc_auc"][0]) and np.isnan(got["pr_auc"][0])


def test_what_a_metric_rests_on() -> None:
    truth, guess = np.array([1] * 4 + [0] * 96), np.array([1] * 2 + [0] * 98)
    stats = classification.measure(np.full((100, 2), 0.5), guess, truth)
    rests = classification.support(stats, 1)
    assert rests["recall"] == 4 and rests["precision"] == 2 and rests["roc_auc"] == 12 and rests["macro_f1"] == 12
    none = classification.measure(np.full((100, 2), 0.5), guess * 0, truth * 0)
    assert classification.support(none, 1)["recall"] == 0 == classification.support(none, 1)["roc_auc"]
