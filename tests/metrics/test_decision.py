"""Which class a row is called: thresholds against trying every one, worth against a plain sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from milepost.errors import MilepostError
from milepost.metrics.decision import EVEN, STRENGTHS, TUNABLE, best_cuts, best_threshold, called, worth
from milepost.spec.product import Value

CELLS = Value(tp=40, fp=-5, fn=-120, tn=1)


def slow(metric: str, hit: np.ndarray, call: np.ndarray) -> float:
    if metric == "value_per_1k_usd":
        brought = np.where(hit, np.where(call, 40, -120), np.where(call, -5, 1))
        return float(brought.sum())
    if metric == "balanced_accuracy":
        return float(np.mean([(call == hit)[hit == c].mean() if (hit == c).any() else 0.0 for c in (True, False)]))
    average = "binary" if metric == "f1" else "macro"
    return float(sk.f1_score(hit, call, average=average, labels=None if metric == "f1" else [0, 1], zero_division=0))


@pytest.mark.parametrize("metric", TUNABLE)
@given(rows=st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=40))
def test_no_threshold_is_better(metric: str, rows: list[tuple[int, bool]]) -> None:
    p, hit = np.array([r[0] / 20 for r in rows]), np.array([r[1] for r in rows])
    cells = np.array([[1.0, -5.0], [-120.0, 40.0]])
    best = best_threshold(p, hit, np.ones(len(p), bool), metric, cells)
    tried = [slow(metric, hit, p >= t) for t in np.r_[-1, np.unique(p), 2]]
    assert slow(metric, hit, p >= best) == pytest.approx(max(tried))


def test_worth_puts_the_cells_where_the_positive_class_is() -> None:
    assert worth(CELLS, ["no", "yes"], 1).tolist() == [[1, -5], [-120, 40]]
    assert worth(CELLS, ["bad", "good"], 0).tolist() == [[40, -120], [-5, 1]]
    matrix = Value(matrix={"a": {"a": 1, "c": -2}, "c": {"c": 3}})
    assert worth(matrix, ["a", "b", "c"], None).tolist() == [[1, 0, -2], [0, 0, 0], [0, 0, 3]]


def test_cells_of_two_classes_refuse_three_and_a_matrix_refuses_a_stranger() -> None:
    with pytest.raises(MilepostError, match="of two classes, here are 3"):
        worth(CELLS, ["a", "b", "c"], None)
    with pytest.raises(MilepostError, match="no class `d`") as error:
        worth(Value(matrix={"d": {"a": 1}}), ["a", "b"], 1)
    assert "known: a, b" in error.value.fix


def test_of_more_classes_the_one_that_pays_is_called() -> None:
    p = np.array([[0.5, 0.3, 0.2], [0.9, 0.1, 0.0]])
    pays = np.array([[1.0, 0, 0], [0, 1, 0], [-50, 0, 10]])
    assert called(p, None, None, None).tolist() == [0, 0]
    assert called(p, None, None, pays).tolist() == [2, 0]
    assert called(p[:, :2], 1, 0.2, None).tolist() == [1, 0]


def uneven(n: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities that are true of three classes, one of them rare, their classes, and how common these are."""
    rng = np.random.default_rng(seed)
    share = np.array([0.8, 0.15, 0.05])
    truth = rng.choice(3, n, p=share)
    near = np.exp(1.5 * np.eye(3)[truth] + rng.normal(size=(n, 3))) * share
    return near / near.sum(1, keepdims=True), truth, share


@pytest.mark.parametrize("metric", EVEN)
def test_cuts_are_the_best_power_of_the_shares(metric: str) -> None:
    p, truth, share = uneven()
    truth[:5] = -1  # never seen in training
    cuts = best_cuts(p, truth, share, metric)
    reached = {
        "balanced_accuracy": lambda guess: sk.balanced_accuracy_score(truth[5:], guess[5:]),
        "macro_f1": lambda guess: sk.f1_score(truth[5:], guess[5:], average="macro"),
    }[metric]
    best = reached(called(p, None, cuts, None))
    assert best == pytest.approx(max(reached((p / share**t).argmax(1)) for t in STRENGTHS))
    assert best > reached(p.argmax(1)) and cuts[0] > cuts[2]


def test_cuts_hold_on_other_rows() -> None:
    """What 600 rows choose makes the balanced accuracy of 20,000 others much better."""
    p, truth, share = uneven()
    cuts = best_cuts(p, truth, share, "balanced_accuracy")
    other, theirs, _ = uneven(20_000, 1)
    gain = [sk.balanced_accuracy_score(theirs, called(other, None, c, None)) for c in (None, cuts)]
    assert gain[1] > gain[0] + 0.1


def test_where_nothing_is_gained_the_likeliest_is_called() -> None:
    p = np.eye(3)[[0, 1, 2, 0]] * 0.8 + 0.05
    assert best_cuts(p, np.array([0, 1, 2, 0]), np.array([0.5, 0.25, 0.25]), "macro_f1") == [1.0, 1.0, 1.0]
    assert best_cuts(p[:0], np.zeros(0, int), np.array([0.5, 0.25, 0.25]), "macro_f1") == [1.0, 1.0, 1.0]
    assert called(p, None, [0.9, 0.05, 0.05], None).tolist() == [1, 1, 2, 1]
