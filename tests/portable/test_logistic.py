"""Logistic regression on any matrix, against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from milepost.numeric import sigmoid, softmax
from milepost.portable.logistic import FEWEST, HELD, fitted, last_layer
from milepost.types import Array


def data(classes: int, rows: int = 400) -> tuple[Array, Array]:
    return make_classification(rows, 12, n_informative=8, n_classes=classes, flip_y=0.2, random_state=0)


def held_out(rows: int) -> Array:
    held = int(max(HELD * rows, min(FEWEST, rows // 2)))
    return np.isin(np.arange(rows), np.random.default_rng(0).permutation(rows)[:held])


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_it_is_scikit_learns(classes: int, form) -> None:
    x, y = data(classes)
    other = LogisticRegression(C=0.3, tol=1e-6, max_iter=1000).fit(x, y)
    coef_YD, bias_Y = fitted(form(x), y, classes, (0.3,))
    assert coef_YD.shape == (classes, 12) and bias_Y.shape == (classes,)
    np.testing.assert_allclose(softmax(x @ coef_YD.T + bias_Y), other.predict_proba(x), atol=2e-3)
    if classes > 2:
        np.testing.assert_allclose(coef_YD, other.coef_, atol=0.02)
    else:
        np.testing.assert_allclose(coef_YD[1] - coef_YD[0], other.coef_[0], atol=0.02)


def test_each_label_is_fitted_by_itself() -> None:
    x, y = data(4)
    y_ML = np.stack([y == 0, y >= 2, np.ones(len(y)), np.zeros(len(y))], 1).astype(int)
    coef_LD, bias_L = fitted(x, y_ML, 4, (0.3,))
    p_ML = sigmoid(x @ coef_LD.T + bias_L)
    for label in (0, 1):
        other = LogisticRegression(C=0.3, tol=1e-6, max_iter=1000).fit(x, y_ML[:, label])
        np.testing.assert_allclose(p_ML[:, label], other.predict_proba(x)[:, 1], atol=2e-3)
    np.testing.assert_allclose(p_ML[:, 2], 400.5 / 401)  # always there: the middle of Jeffreys' prior
    np.testing.assert_allclose(p_ML[:, 3], 0.5 / 401)


def test_rows_of_an_unknown_class_teach_nothing_and_a_class_of_no_row_is_never_likely() -> None:
    x, y = data(3)
    known = y != 1
    coef_YD, bias_Y = fitted(x, np.where(known, y, -1), 3, (1.0,))
    alone, bias = fitted(x[known], np.where(y == 2, 1, 0)[known], 2, (1.0,))
    np.testing.assert_allclose(coef_YD[[0, 2]], alone, rtol=1e-6)
    np.testing.assert_allclose(bias_Y[[0, 2]], bias, rtol=1e-6)
    assert softmax(x @ coef_YD.T + bias_Y)[:, 1].max() < 1e-4


@pytest.mark.parametrize("noise", [0.0, 0.9])
def test_held_out_rows_choose_the_penalty(noise: float) -> None:
    x, y = make_classification(300, 60, n_informative=5, flip_y=noise, class_sep=3, random_state=1)
    path, held, losses = (0.001, 0.01, 0.1, 1.0, 10.0), held_out(300), list[float]()
    for c in path:
        model = LogisticRegression(C=c, tol=1e-6, max_iter=1000).fit(x[~held], y[~held])
        losses.append(log_loss(y[held], model.predict_proba(x[held])))
        if losses[-1] > min(losses):
            break
    best = path[int(np.argmin(losses))]
    coef_YD, _ = fitted(x, y, 2, path)
    expected = LogisticRegression(C=best, tol=1e-6, max_iter=1000).fit(x, y).coef_[0]
    np.testing.assert_allclose(coef_YD[1] - coef_YD[0], expected, atol=0.02 * np.abs(expected).max())
    assert (best <= 0.01) == (noise > 0)


@pytest.mark.parametrize("many", [1, 2])
def test_a_class_may_be_on_one_side_alone(many: int) -> None:
    """In held-out rows alone it cannot be judged; the last fit knows it all the same."""
    x, y = data(2, 120)
    held = np.flatnonzero(held_out(120))
    x[held[:many]] += 30
    y[held[:many]] = 2
    coef_YD, bias_Y = fitted(x, y, 3, (0.1, 1.0))
    assert (softmax(x @ coef_YD.T + bias_Y).argmax(1)[held[:many]] == 2).all()
    y[~held_out(120)] = 0
    y[held] = np.arange(len(held)) % 2
    coef_YD, bias_Y = fitted(x, y, 2, (0.1,))  # nothing to learn from but the rows that would judge
    assert np.isfinite(coef_YD).all() and coef_YD.any()


def test_the_last_layer_of_a_network_is_fitted_to_features_of_any_scale() -> None:
    x, y = load_iris(return_X_y=True)
    scale, shift = np.array([1e-3, 1, 100, 5]), np.array([0, 50, -3, 7])
    weight_YF, bias_Y = last_layer((x * scale + shift).astype(np.float32), y, 3)
    assert weight_YF.dtype == bias_Y.dtype == np.float32
    p = softmax((x * scale + shift) @ weight_YF.T + bias_Y)
    z = StandardScaler().fit_transform(x)
    others = [LogisticRegression(C=c, max_iter=1000).fit(z, y).predict_proba(z) for c in (0.3, 1.0)]
    assert min(np.abs(p - other).max() for other in others) < 0.01


def test_a_feature_that_never_moves_is_borne() -> None:
    x, y = data(2)
    x[:, 3] = 5
    weight_YF, bias_Y = last_layer(x, y, 2)
    assert np.isfinite(weight_YF).all() and np.isfinite(bias_Y).all()
    assert np.abs(weight_YF[:, 3]).max() < 1e-3
