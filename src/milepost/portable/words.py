"""Logistic regression on the weighted terms of texts, and on a table beside them.

Shape letters: M examples, V terms, Y outputs, L labels.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.portable.design import Design
from milepost.portable.linear import FAR
from milepost.types import Array, Graphs, Ragged

RELAXED = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # C of scikit-learn, tried in turn until held-out rows say no
HELD = 0.2  # share of the rows that choose C ...
FEWEST, MOST = 100, 4_000  # ... and how many, at least and at most
STEPS = 100  # of L-BFGS, more than enough from the last C on


def classifier(
    term: Ragged,
    weight: Ragged,
    terms: int,
    number: Array,
    category: Array,
    sizes: Sequence[int],
    y: Array,
    outputs: int,
) -> Graphs:
    """Fit term ids and weights [M], number [M, N] (nan = missing) and category [M, C] to classes y [M]; give logits.

    Where y is [M, L] of 0 and 1, each label is fitted by itself, and the logits are one for each.
    """
    from scipy import sparse  # type: ignore[import-untyped]

    design = Design.of(number, sizes, FAR)
    shape = (len(term), max(1, terms))
    text = sparse.csr_array((weight.values, term.values, term.offsets), shape=shape)
    matrix = text if not design.width else sparse.hstack([design.matrix(number, category), text], format="csr")
    coef_YD, bias_Y = _labels(matrix, y) if y.ndim == 2 else _classes(matrix, y, outputs)
    return design.graphs(coef_YD[:, : design.width], bias_Y, category, coef_YD[:, design.width :].T)


def _classes(matrix: Any, y: Array, outputs: int) -> tuple[Array, Array]:
    """Return the weights [Y, D] and intercepts [Y] of classes."""
    known = y >= 0
    model = _fitted(matrix[known], y[known])
    signs = np.array([[-0.5], [0.5]]) if len(model.classes_) == 2 else np.ones((1, 1))
    coef_YD, bias_Y = np.zeros((outputs, matrix.shape[1])), np.full(outputs, -20.0)  # a class that no training row has
    coef_YD[model.classes_], bias_Y[model.classes_] = signs * model.coef_, (signs * model.intercept_).ravel()
    return coef_YD, bias_Y


def _labels(matrix: Any, y_ML: Array) -> tuple[Array, Array]:
    """Return the weights [L, D] and intercepts [L] of labels; one that all rows have, or none, is a constant."""
    coef_LD, bias_L = np.zeros((y_ML.shape[1], matrix.shape[1])), np.zeros(y_ML.shape[1])
    for label, y in enumerate(y_ML.T):
        if 0 < y.sum() < len(y):
            model = _fitted(matrix, y)
            coef_LD[label], bias_L[label] = model.coef_[0], model.intercept_[0]
        else:
            bias_L[label] = np.log((y.sum() + 0.5) / (len(y) - y.sum() + 0.5))
    return coef_LD, bias_L


def _fitted(matrix: Any, y: Array) -> Any:
    """Fit with the C that held-out rows like best, each fit going on from the one before."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    held = int(np.clip(HELD * len(y), min(FEWEST, len(y) // 2), MOST))
    held_out = np.zeros(len(y), bool)
    held_out[np.random.default_rng(0).permutation(len(y))[:held]] = True
    model, losses = LogisticRegression(max_iter=STEPS, tol=1e-4, warm_start=True), list[float]()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged after so many steps is near enough
        if len(np.unique(y[~held_out])) > 1:
            for c in RELAXED:
                model.set_params(C=c).fit(matrix[~held_out], y[~held_out])
                losses.append(_loss(model, matrix[held_out], y[held_out]))
                if losses[-1] > min(losses):
                    break
        best = RELAXED[int(np.argmin(losses))] if losses else 1.0
        return model.set_params(C=best).fit(matrix, y) if _same(model, y) else _fresh(model, best).fit(matrix, y)


def _loss(model: Any, matrix: Any, y: Array) -> float:
    place = np.searchsorted(model.classes_, y).clip(max=len(model.classes_) - 1)
    known = model.classes_[place] == y  # a class of one row cannot be on both sides
    return -float(model.predict_log_proba(matrix)[known, place[known]].mean())


def _same(model: Any, y: Array) -> bool:
    """Tell whether the classes are those that the model has seen."""
    return hasattr(model, "classes_") and np.array_equal(model.classes_, np.unique(y))


def _fresh(model: Any, c: float) -> Any:
    from sklearn.base import clone

    return clone(model).set_params(C=c)
