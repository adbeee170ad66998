"""Logistic and ridge regression on a table, exported as the one matrix product that they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from milepost.portable.base import forward, starts
from milepost.types import Array, Graphs

FAR = 3.0  # standard deviations at which a number stops pulling: log loss .502 -> .496 on pima, .437 -> .433 on credit
REACHES = (FAR, 100.0)  # of a regression, whose line may rightly go on: cross-validation chooses
SAMPLE = 5_000  # rows that choose the penalty: it is a prior on the weights, so more rows do not move it
RARE = 100  # rows of every class that the sample holds if there are as many
PENALTIES = (100.0, 30.0, 10.0, 3.0, 1.0, 0.1)  # the strongest wins where nothing tells them apart
FAINT = (1e-2, 1e-4)  # of a regression, too: columns that nearly repeat each other bear no shrinking
FOLDS = 5
DENSE = 2_000_000  # cells up to which a dense float64 matrix is the fastest


@dataclass(frozen=True)
class _Design:
    """How a row becomes a row of the matrix: N standardised numbers, G flags of missing ones, one-hot categories."""

    mean: Array  # float32 [N]
    std: Array  # float32 [N]
    gaps: Array  # int64 [G], the numbers that training rows lack now and then
    sizes: Sequence[int]
    far: float  # in standard deviations

    @classmethod
    def of(cls, number: Array, sizes: Sequence[int], far: float) -> _Design:
        gone = np.isnan(number)
        known = np.maximum(1, (~gone).sum(0))
        mean = np.where(gone, 0, number).sum(0, dtype=np.float64) / known
        off = np.where(gone, 0, number - mean.astype(np.float32))
        std = np.sqrt(np.square(off, dtype=np.float64).sum(0) / known)
        tiny = std <= 1e-6 * np.abs(mean)  # constant but for rounding
        return cls(
            mean.astype(np.float32), np.where(tiny, 1, std).astype(np.float32), np.flatnonzero(gone.any(0)), sizes, far
        )

    def matrix(self, number: Array, category: Array) -> Any:
        """[M, N + G + sum(sizes)], dense float64 where small, else sparse or dense float32; id 0 is a row of zeros."""
        from scipy import sparse  # type: ignore[import-untyped]

        gone = np.isnan(number)
        z = np.clip((number - self.mean) / self.std, -self.far, self.far)
        z[gone] = 0
        left = np.hstack([z, gone[:, self.gaps].astype(np.float32)])
        if not self.sizes:
            return left.astype(np.float64) if left.size <= DENSE else left
        rows, width = len(number), int(sum(self.sizes))
        ends = np.arange(rows + 1) * len(self.sizes)
        seen = (category > 0).astype(np.float32).ravel()
        hot = sparse.csr_array((seen, (category + starts(self.sizes)).ravel(), ends), shape=(rows, width))
        if rows * (left.shape[1] + width) <= DENSE:
            return np.hstack([left.astype(np.float64), hot.toarray()])
        return sparse.hstack([sparse.csr_array(left), hot], format="csr")

    def graphs(self, coef_YD: Array, intercept_Y: Array, category: Array) -> Graphs:
        """Fold the scales into the weights and the average category into the intercept, so that id 0 is the average."""
        n, g = len(self.mean), len(self.gaps)
        number_NY = coef_YD[:, :n].T / self.std[:, None]
        gap_NY = np.zeros_like(number_NY)
        gap_NY[self.gaps] = coef_YD[:, n : n + g].T
        table_RY, bias_Y = coef_YD[:, n + g :].T.copy(), intercept_Y.copy()
        for start, size, ids in zip(starts(self.sizes), self.sizes, category.T, strict=True):
            count = np.bincount(ids, minlength=size)[1:]
            rows = slice(start + 1, start + size)
            average = count @ table_RY[rows] / max(1, count.sum())
            table_RY[rows] -= average
            table_RY[start] = 0
            bias_Y += average
        return self._export(number_NY, gap_NY, table_RY, bias_Y)

    def _export(self, number_NY: Array, gap_NY: Array, table_RY: Array, bias_Y: Array) -> Graphs:
        from onnx import helper

        node, constants, nodes, parts = helper.make_node, {"bias": bias_Y}, [], ["bias"]
        if len(self.mean):
            far = self.far * self.std
            # the mean is subtracted, not folded: dates are large, and float32 would lose their digits
            constants |= {"mean": self.mean, "zero": np.zeros(1), "low": -far, "high": far}
            constants |= {"number_weight": number_NY, "gap_weight": gap_NY}
            nodes += [
                node("IsNaN", ["number"], ["gone"]),
                node("Sub", ["number", "mean"], ["off"]),
                node("Where", ["gone", "zero", "off"], ["filled"]),
                node("Max", ["filled", "low"], ["above"]),
                node("Min", ["above", "high"], ["near"]),
                node("MatMul", ["near", "number_weight"], ["from_number"]),
                node("Cast", ["gone"], ["gap"], to=1),
                node("MatMul", ["gap", "gap_weight"], ["from_gap"]),
            ]
            parts += ["from_number", "from_gap"]
        constants = {k: a.astype(np.float32) for k, a in constants.items()}
        if self.sizes:
            constants |= {"table": table_RY.astype(np.float32), "start": starts(self.sizes), "columns": np.array([1])}
            nodes += [
                node("Add", ["category", "start"], ["row"]),
                node("Gather", ["table", "row"], ["each"]),
                node("ReduceSum", ["each", "columns"], ["from_category"], keepdims=0),
            ]
            parts.append("from_category")
        nodes.append(node("Sum", parts, ["scores"]))
        return forward(nodes, constants, {"number": len(self.mean), "category": len(self.sizes)}, len(bias_Y))


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
) -> tuple[_Design, Any]:
    """Choose reach and penalty by cross-validation on `some` rows, then fit all rows with them."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    designs = [_Design.of(number, sizes, far) for far in reaches]
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
