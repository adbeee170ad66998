from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from milepost.numeric import softmax
from milepost.portable import design, linear
from milepost.runtimes.onnx import OnnxRun
from milepost.types import Array


def scaled(number: Array) -> Array:
    return np.clip(StandardScaler().fit_transform(number), -linear.FAR, linear.FAR)


@pytest.fixture
def one_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "PENALTIES", (2.0,))


@pytest.mark.usefixtures("one_penalty")
def test_is_scikit_learns_logistic_regression() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    x = x.astype(np.float32)
    truth = LogisticRegression(C=0.5, max_iter=1000).fit(scaled(x), y).predict_proba(scaled(x))
    run = OnnxRun(linear.classifier(x, np.empty((len(x), 0), int), [], y, 2, 0))
    np.testing.assert_allclose(softmax(run({"number": x})["out"][:, 0]), truth, atol=2e-3)


@pytest.mark.usefixtures("one_penalty")
def test_is_scikit_learns_ridge() -> None:
    x, y = load_diabetes(return_X_y=True)
    x = x.astype(np.float32)
    truth = Ridge(alpha=2.0).fit(scaled(x), y).predict(scaled(x))
    run = OnnxRun(linear.regressor(x, np.empty((len(x), 0), int), [], y, 0))
    np.testing.assert_allclose(run({"number": x})["out"][:, 0, 0], truth, rtol=1e-4)


@pytest.mark.usefixtures("one_penalty")
def test_categories_and_gaps_weigh_what_one_hot_columns_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    number, category = rng.normal(5, 2, (400, 2)).astype(np.float32), rng.integers(1, 5, (400, 2))
    y = number[:, 0] + category[:, 0] ** 2 + rng.normal(size=400)
    number[::7, 0] = np.nan
    z = np.nan_to_num((number - np.nanmean(number, 0)) / np.nanstd(number, 0)).clip(-linear.FAR, linear.FAR)
    hot = [np.eye(5)[c] for c in category.T]
    x = np.hstack([z, np.isnan(number[:, :1]), *hot])
    truth = Ridge(alpha=2.0).fit(x, y).predict(x)
    for name, only in (("PENALTIES", (2.0,)), ("FAINT", ()), ("REACHES", (linear.FAR,))):
        monkeypatch.setattr(linear, name, only)
    for dense in (design.DENSE, 0):  # the sparse matrix is the same
        monkeypatch.setattr(design, "DENSE", dense)
        run = OnnxRun(linear.regressor(number, category, [5, 5], y, 0))
        said = run({"number": number, "category": category})["out"][:, 0, 0]
        np.testing.assert_allclose(said, truth, atol=1e-2)


def test_an_unknown_category_is_the_average_of_the_known() -> None:
    category = np.repeat([1, 2, 3], [100, 50, 10])[:, None]
    y = np.repeat([1.0, 4.0, 9.0], [100, 50, 10])
    run = OnnxRun(linear.regressor(np.empty((160, 0), np.float32), category, [4], y, 0))
    known = run({"category": category})["out"][:, 0, 0]
    unknown = run({"category": np.zeros((1, 1), int)})["out"][0, 0, 0]
    assert unknown == pytest.approx(known.mean(), abs=1e-4)
    assert np.ptp(known) > 5


def test_large_numbers_keep_their_digits() -> None:
    days = np.linspace(20_000, 20_010, 500, dtype=np.float32)[:, None]
    y = (days[:, 0].astype(np.float64) - 20_000) * 3
    run = OnnxRun(linear.regressor(days, np.empty((500, 0), int), [], y, 0))
    np.testing.assert_allclose(run({"number": days})["out"][:, 0, 0], y, atol=0.02)


def test_noise_asks_for_a_stronger_penalty_than_a_clear_rule() -> None:
    rng = np.random.default_rng(2)
    x, none = rng.normal(size=(200, 30)).astype(np.float32), np.empty((200, 0), int)
    spread = []
    for y in (rng.normal(size=200), 3 * x[:, 0]):
        out = OnnxRun(linear.regressor(x, none, [], y, 0))({"number": x})["out"]
        spread.append(out.std() / y.std())
    assert spread[0] < 0.35 and spread[1] > 0.99  # least squares on pure noise would give .39


def test_the_sample_holds_the_rare_class() -> None:
    y = np.zeros(50_000, int)
    y[::5000] = 1
    some = linear._sample(y, 0)
    assert y[some].sum() == 10
    assert linear.SAMPLE <= len(some) <= linear.SAMPLE + 110
    assert len(np.unique(some)) == len(some)
