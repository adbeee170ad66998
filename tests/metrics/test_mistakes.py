"""The surest mistakes, against a plain sort; scores of each class against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from milepost.metrics import mistakes, pictures


def answered(n: int = 200) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), n)
    return {"probability": p, "guess": p.argmax(1), "truth": rng.integers(-1, 3, n)}


def test_the_wrong_rows_with_the_highest_probability_come_first() -> None:
    stats = answered()
    found = mistakes.of_classes(stats, ["a", "b", "c"])
    wrong = [(float(p.max()), i) for i, p in enumerate(stats["probability"]) if p.argmax() != stats["truth"][i]]
    assert [f["row"] for f in found] == [i for _, i in sorted(wrong, reverse=True)][: mistakes.LISTED]
    assert all(f["truth"] != f["answer"] for f in found)
    assert {f["truth"] is None for f in found if stats["truth"][f["row"]] < 0} == {True}


def test_of_several_labels_the_surest_wrong_one_counts() -> None:
    p = np.array([[0.9, 0.2], [0.6, 0.05], [0.9, 0.9]])
    truth = np.array([[True, False], [False, True], [True, True]])
    stats = {"probability": p, "called": p >= 0.5, "truth": truth}
    assert mistakes.of_labels(stats, ["a", "b"]) == [
        {"row": 1, "truth": ["b"], "answer": ["a"], "label": "b", "probability": pytest.approx(0.95)}
    ]


def test_of_numbers_the_farthest_off() -> None:
    found = mistakes.of_numbers({"guess": np.array([1.0, 5.0, 3.0]), "truth": np.array([1.0, 2.0, 4.0])})
    assert [(f["row"], f["error"]) for f in found] == [(1, 3.0), (2, 1.0)]
    assert mistakes.of_numbers({"guess": np.ones(3), "truth": np.ones(3)}) == []


def test_every_class_has_its_scores() -> None:
    stats = answered()
    stats["truth"] = np.abs(stats["truth"])
    found = pictures.of_classes(stats, ["a", "b", "c"])["classes"]
    for key, wanted in zip(
        ("precision", "recall", "f1", "rows"),
        precision_recall_fscore_support(stats["truth"], stats["guess"]),
        strict=True,
    ):
        assert [row[key] for row in found] == pytest.approx(wanted.tolist())


def test_nothing_is_divided_by_nothing() -> None:
    nowhere = {"class": "a", "rows": 0, "called": 0, "precision": None, "recall": None, "f1": None}
    assert pictures.of_class("a", 0, 0, 0) == nowhere
