"""Logistic regression on any matrix, its penalty chosen along a path by held-out rows.

Shape letters: M examples, D columns, Y outputs, L labels.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.types import Array

HELD = 0.2  # share of the rows that choose C ...
FEWEST, MOST = 100, 4_000  # ... and how many, at least and at most
STEPS = 100  # of L-BFGS, more than enough from the last C on
DENSE = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # C of scikit-learn, of columns of unit spread


def fitted(matrix: Any, y: Array, outputs: int, relaxed: Sequence[float]) -> tuple[Array, Array]:
    """Return weights [Y, D] and intercepts [Y] of classes y [M], or of labels y [M, L] each by itself.

    The values `relaxed` of scikit-learn's C are tried in turn, until held-out rows say no.
    """
    return _labels(matrix, y, relaxed) if y.ndim == 2 else _classes(matrix, y, outputs, relaxed)


def last_layer(features_MF: Array, y: Array, outputs: int) -> tuple[Array, Array]:
    """Fit the last matrix [Y, F] and bias [Y], float32, of a network to what the layers below say."""
    middle, spread = features_MF.mean(0), features_MF.std(0) + 1e-6
    coef_YF, bias_Y = fitted((features_MF - middle) / spread, y, outputs, DENSE)
    weight_YF = coef_YF / spread
    return weight_YF.astype(np.float32), (bias_Y - weight_YF @ middle).astype(np.float32)


def _classes(matrix: Any, y: Array, outputs: int, relaxed: Sequence[float]) -> tuple[Array, Array]:
    """Return the weights [Y, D] and intercepts [Y] of classes."""
    known = y >= 0
    model = _chosen(matrix[known], y[known], relaxed)
    signs = np.array([[-0.5], [0.5]]) if len(model.classes_) == 2 else np.ones((1, 1))
    coef_YD, bias_Y = np.zeros((outputs, matrix.shape[1])), np.full(outputs, -20.0)  # a class that no training row has
    coef_YD[model.classes_], bias_Y[model.classes_] = signs * model.coef_, (signs * model.intercept_).ravel()
    return coef_YD, bias_Y


def _labels(matrix: Any, y_ML: Array, relaxed: Sequence[float]) -> tuple[Array, Array]:
    """Return the weights [L, D] and intercepts [L] of labels; one that all rows have, or none, is a constant."""
    coef_LD, bias_L = np.zeros((y_ML.shape[1], matrix.shape[1])), np.zeros(y_ML.shape[1])
    for label, y in enumerate(y_ML.T):
        if 0 < y.sum() < len(y):
            model = _chosen(matrix, y, relaxed)
            coef_LD[label], bias_L[label] = model.coef_[0], model.intercept_[0]
        else:
            bias_L[label] = np.log((y.sum() + 0.5) / (len(y) - y.sum() + 0.5))
    return coef_LD, bias_L


def _chosen(matrix: Any, y: Array, relaxed: Sequence[float]) -> Any:
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
            for c in relaxed:
                model.set_params(C=c).fit(matrix[~held_out], y[~held_out])
                losses.append(_loss(model, matrix[held_out], y[held_out]))
                if losses[-1] > min(losses):
                    break
        best = relaxed[int(np.argmin(losses))] if losses else 1.0
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
