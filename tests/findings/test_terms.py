"""Leaving each text out in closed form is what leaving it out would give; products are those of a matrix."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import Ridge

from milepost.data.vocabulary import Vocabulary
from milepost.findings import terms
from milepost.findings.terms import Entries, products, told_by_terms
from milepost.types import Array, Ragged


@pytest.mark.parametrize(("columns", "entries"), [(50, 4000), (2000, 8000)])
def test_products_are_those_of_a_matrix(columns: int, entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "PAIRS", 10_000)
    monkeypatch.setattr(terms, "COLUMNS", 7)
    rng = np.random.default_rng(0)
    place = np.unique(rng.integers(0, 300 * columns, entries))
    row, term = np.divmod(place, columns)
    weight = rng.random(len(place)).astype(np.float32)
    x = np.zeros((300, columns))
    x[row, term] = weight
    assert products(Entries(row, term, weight), 300, columns) == pytest.approx(x @ x.T, rel=1e-4, abs=1e-4)


def texts(rows: int) -> tuple[pl.Series, Array]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, rows)
    return pl.Series([" ".join(f"w{i}" for i in rng.integers(0, 40, 6) + 12 * k) for k in y]), y


def matrix(vocabulary: Vocabulary, column: pl.Series) -> Array:
    found = vocabulary.encode([column])
    term, weight = found["term"], found["weight"]
    assert isinstance(term, Ragged) and isinstance(weight, Ragged)
    x = np.zeros((len(column), vocabulary.size))
    x[np.repeat(np.arange(len(column)), term.lengths), term.values] = weight.values
    return x


def test_a_text_is_guessed_as_ridge_regression_without_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    column, y = texts(60)
    monkeypatch.setattr(terms, "LEARNED", 60)
    found = told_by_terms(column, y, 3)
    x, y_NK = matrix(Vocabulary.of([[column]]), column), np.eye(3)[y] - np.eye(3)[y].mean(0)
    x -= x.mean(0)
    for i in range(0, 60, 13):
        others = np.arange(60) != i
        model = Ridge(alpha=terms.PENALTY, fit_intercept=False).fit(x[others], y_NK[others])
        assert found[i] == pytest.approx(model.predict(x[i : i + 1])[0], abs=1e-4)
    assert np.abs(found.sum(1)).max() < 1e-4


def test_texts_beyond_those_that_are_learned_from_are_guessed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "LEARNED", 200)
    column, y = texts(900)
    found = told_by_terms(column, y, 3)
    assert (found.argmax(1) == y).mean() > 0.8
    at_random = np.random.default_rng(1).permutation(y)
    assert (told_by_terms(column, at_random, 3).argmax(1) == at_random).mean() < 0.45


def test_texts_without_a_shared_word_say_nothing() -> None:
    column = pl.Series([f"x{i}y" for i in range(40)] + ["", None])
    found = told_by_terms(column, np.arange(42) % 2, 2)
    assert np.isfinite(found).all() and np.abs(found).max() < 0.5
