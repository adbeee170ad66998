"""Logistic regression on terms and a table, against scikit-learn on the same matrix."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from milepost.numeric import sigmoid, softmax
from milepost.portable import words
from milepost.portable.design import Design
from milepost.portable.linear import FAR
from milepost.runtimes.onnx import OnnxRun
from milepost.types import Array, Columns, Ragged, take

ROWS, TERMS = 300, 40


@pytest.fixture(autouse=True)
def one_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "RELAXED", (2.0,))


def columns(numbers: int = 0, sizes: tuple[int, ...] = ()) -> tuple[Columns, Array]:
    """Texts of which some are empty, what stands beside them, and the matrix of the terms."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 9, ROWS)
    term = [rng.choice(TERMS, n, replace=False) for n in lengths]
    weight = [rng.random(n) + 0.1 for n in lengths]
    matrix = np.zeros((ROWS, TERMS))
    for i, (t, w) in enumerate(zip(term, weight, strict=True)):
        matrix[i, t] = w
    number = rng.normal(50, 9, (ROWS, numbers)).astype(np.float32)
    number[rng.random(number.shape) < 0.1] = np.nan
    category = np.array([rng.integers(0, s, ROWS) for s in sizes], np.int32).T.reshape(ROWS, len(sizes))
    found = {"term": Ragged.of(term, np.int32), "weight": Ragged.of(weight, np.float32)}
    return {**found, "number": number, "category": category}, matrix


def truth(matrix: Array, classes: int) -> Array:
    rng = np.random.default_rng(1)
    return (matrix @ rng.normal(0, 3, (TERMS, classes)) + rng.gumbel(size=(ROWS, classes))).argmax(1)


def graph(found: Columns, sizes: tuple[int, ...], y: Array, outputs: int, terms: int = TERMS) -> OnnxRun:
    parts = (found[k] for k in ("number", "category"))
    graphs = words.classifier(found["term"], found["weight"], terms, *parts, sizes, y, outputs)  # type: ignore[arg-type]
    inputs = {i.name for i in onnx.load_from_string(graphs["forward"]).graph.input}
    beside = ({"number"} if found["number"].shape[1] else set()) | ({"category"} if sizes else set())  # type: ignore[union-attr]
    assert inputs == {"term", "weight"} | beside
    return OnnxRun(graphs)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(("numbers", "sizes"), [(0, ()), (2, ()), (0, (4,)), (2, (4, 3))])
def test_the_graph_is_scikit_learns_model(classes: int, numbers: int, sizes: tuple[int, ...]) -> None:
    found, matrix = columns(numbers, sizes)
    y = truth(matrix, classes)
    run = graph(found, sizes, y, classes)
    if numbers or sizes:
        number, category = np.asarray(found["number"]), np.asarray(found["category"])
        matrix = np.hstack([Design.of(number, sizes, FAR).matrix(number, category), matrix])
    other = LogisticRegression(C=2.0, tol=1e-6, max_iter=2000).fit(sparse.csr_array(matrix), y)
    said = softmax(run(found)["out"][:, 0])
    known = (np.asarray(found["category"]) > 0).all(1)  # the unknown is taken for the average
    np.testing.assert_allclose(said[known], other.predict_proba(matrix)[known], atol=5e-3)


def test_several_labels_are_one_logit_each() -> None:
    found, matrix = columns()
    y_ML = np.stack([truth(matrix, 2), 1 - truth(matrix, 3) // 2], 1)
    said = sigmoid(graph(found, (), y_ML, 2)(found)["out"][:, 0])
    for label in (0, 1):
        other = LogisticRegression(C=2.0, tol=1e-6, max_iter=2000).fit(matrix, y_ML[:, label])
        np.testing.assert_allclose(said[:, label], other.predict_proba(matrix)[:, 1], atol=5e-3)


def test_a_class_that_no_row_has_is_never_likely_and_no_row_depends_on_another() -> None:
    found, matrix = columns(2, (4,))
    y = truth(matrix, 2) * 2
    run = graph(found, (4,), y, 4)
    out = run(found)["out"]
    assert set(out[:, 0].argmax(1)) == {0, 2}
    assert softmax(out[:, 0])[:, [1, 3]].max() < 1e-3
    for i in (0, 7, ROWS - 1):
        np.testing.assert_allclose(run(take(found, np.array([i])))["out"], out[i : i + 1], rtol=1e-5, atol=1e-6)


def test_texts_without_a_known_term_get_the_share_of_the_classes() -> None:
    found, matrix = columns()
    y = (truth(matrix, 2) + (np.arange(ROWS) % 3 > 0)) // 2
    none = {**found, "term": Ragged.of([[]] * ROWS, np.int32), "weight": Ragged.of([[]] * ROWS, np.float32)}
    said = softmax(graph(none, (), y, 2, terms=0)(none)["out"][:, 0])
    np.testing.assert_allclose(said[:, 1], y.mean(), atol=0.02)
