"""Logistic and ridge regression on a table, exported as the one matrix product that they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from milepost.portable.design import Design
from milepost.types import Array, Graphs

FAR = 3.0  # standard deviations at which a number stops pulling: log loss .502 -> .496 on pima, .437 -> .433 on credit
REACHES = (FAR, 100.0)  # of a regression, whose line may rightly go on: cross-validation chooses
SAMPLE = 5_000  # rows that choose the penalty: it is a prior on the weights, so more rows do not move it
RARE = 100  # rows of every class that the sample holds if there are as many
PENALTIES = (100.0, 30.0, 10.0, 3.0, 1.0, 0.1)  # the strongest wins where nothing tells them apart
FAINT = (1e-2, 1e-4)  # of a regression, too: columns that nearly repeat each other bear no shrinking
FOLDS = 5


def classifier(number: Array, category: Array, sizes: Sequence[int], y: Array, classes: int, seed: int) -> Graphs:
    """Fit logistic regression on number [M, N] (nan = missing), category [M, C] (0 = unknown) to y [M]; give logits."""
    from sklearn.linear_model import LogisticRegression

    def fit(x: Any, y: Array, penalty: float) -> Any:
        return LogisticRegression(C=1 / penalty, max_iter=300).fit(x, y)

    def loss(model: Any, x: Any, y: Array) -> float:
        place = np.searchsorted(model.classes_, y).clip(max=len(model.classes_) - 1)
        known = model.classes_[place] == y  # a class of one row cannot be on both sides
        return -float(model.predict_log_proba(x)[known, place[known]].sum())

    design, model = _fitted(number, category, sizes, y, _sample(y, seed), fit, loss, (FAR,), PENALTIES)
    signs = np.array([[-0.5], [0.5]]) if len(model.classes_) == 2 else np.ones((1, 1))
    coef_YD = np.zeros((classes, model.coef_.shape[1]))
    bias_Y = np.full(classes, -20.0)  # a class that no training row has
    coef_YD[model.classes_], bias_Y[model.classes_] = signs * model.coef_, (signs * model.intercept_).ravel()
    return design.graphs(coef_YD, bias_Y, category)


def regressor(number: Array, category: Array, sizes: Sequence[int], y: Array, seed: int) -> Graphs:
    """Fit ridge regression on number [M, N] (nan = missing) and category [M, C] (0 = unknown) to y [M]."""
    from sklearn.linear_model import Ridge

    def fit(x: Any, y: Array, penalty: float) -> Any:
        return Ridge(alpha=penalty).fit(x, y)

    def loss(model: Any, x: Any, y: Array) -> float:
        return float(np.square(model.predict(x) - y).sum())

    some = _sample(np.zeros(len(y)), seed)
    design, model = _fitted(
        number, category, sizes, y.astype(np.float64), some, fit, loss, REACHES, (*PENALTIES, *FAINT)
    )
    return design.graphs(np.atleast_2d(model.coef_).astype(np.float64), np.atleast_1d(model.intercept_), category)


def _sample(stratum: Array, seed: int) -> Array:
    """Return about SAMPLE row numbers, stratum after stratum, at least RARE of each if there are as many."""
    order = np.random.default_rng(seed).permutation(len(stratum))
    place = np.argsort(stratum[order], kind="stable")
    ranked = stratum[order[place]]
    rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    return order[place[(place < SAMPLE) | (rank < RARE)]]


def _fitted(
    number: Array,
    category: Array,
    sizes: Sequence[int],
    y: Array,
    some: Array,
    fit: Callable[[Any, Array, float], Any],
    loss: Callable[[Any, Any, Array], float],
    reaches: Sequence[float],
    penalties: Sequence[float],
) -> tuple[Design, Any]:
    """Choose reach and penalty by cross-validation on `some` rows, then fit all rows with them."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    designs = [Design.of(number, sizes, far) for far in reaches]
    truth, fold = y[some], np.arange(len(some)) % FOLDS
    halves = [(fold != k, fold == k) for k in range(FOLDS)]
    halves = [(a, b) for a, b in halves if b.any() and len(np.unique(truth[a])) > 1]

    def held_out(x: Any, penalty: float) -> float:
        return sum(loss(fit(x[a], truth[a], penalty), x[b], truth[b]) for a, b in halves)

    # matrices this thin take 60 times as long when BLAS shares them out between cores that have other work
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged after so many steps is near enough
        matrices = [d.matrix(number[some], category[some]) for d in designs]
        losses = {(i, p): held_out(x, p) for i, x in enumerate(matrices) for p in penalties}
        best, penalty = min(losses, key=losses.__getitem__)
        return designs[best], fit(designs[best].matrix(number, category), y, penalty)
