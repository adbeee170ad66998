from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

from milepost.portable import trees
from milepost.runtimes.onnx import OnnxRun
from milepost.types import Array


def holed(x: Array) -> Array:
    """Float32, every ninth row without the first half of its cells."""
    out = x.astype(np.float32)
    out[np.arange(len(out)) % 9 == 0, : x.shape[1] // 2] = np.nan
    return out


def on_the_fence(number: Array, booster: lightgbm.Booster) -> Array:
    """Rows with one cell at a threshold, the next number below it or the next above."""
    read = [trees._tree(t, b, 1) for t, b in enumerate(booster.model_to_string().split("\nTree=")[1:])]
    feature, threshold = (np.concatenate([r[k] for r in read]) for k in ("nodes_featureids", "nodes_values_as_tensor"))
    at = threshold.astype(np.float32)
    at = np.concatenate([at, np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))])
    at[np.abs(at) < 2e-35] = 0  # LightGBM takes what is nearer to 0 for 0
    rows = number[np.arange(len(at)) % len(number)].copy()
    rows[np.arange(len(at)), np.tile(feature, 3)] = at
    return rows


@pytest.mark.parametrize(
    ("load", "objective", "outputs"),
    [
        (load_breast_cancer, {"objective": "binary"}, 2),
        (load_wine, {"objective": "multiclass", "num_class": 3}, 3),
        (load_diabetes, {"objective": "regression"}, 1),
    ],
)
@pytest.mark.parametrize("extra", [True, False])
def test_is_lightgbm_to_the_last_threshold(load, objective, outputs, extra) -> None:  # type: ignore[no-untyped-def]
    x, y = load(return_X_y=True)
    number, rng = holed(x), np.random.default_rng(0)
    fill = trees._fill(number)
    settings = {**objective, **trees.RECIPE, "extra_trees": extra, "num_threads": 1}
    booster = lightgbm.train(settings, lightgbm.Dataset(np.where(np.isnan(number), fill, number), y), 60)
    run = OnnxRun(trees._export(booster, fill, [], np.empty(0, np.float32), outputs))
    rows = np.vstack([number, on_the_fence(number, booster), np.where(rng.random(x.shape) < 0.5, np.nan, number)])
    truth = booster.predict(np.where(np.isnan(rows), fill, rows), raw_score=True).reshape(len(rows), -1)
    out = run({"number": rows})["out"][:, 0]
    np.testing.assert_allclose(out[:, -truth.shape[1] :], truth, rtol=1e-6, atol=1e-6)
    assert outputs != 2 or not out[:, 0].any()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_missing_number_is_no_outlier(sign: int) -> None:
    rng = np.random.default_rng(0)
    number = sign * rng.uniform(10, 20, (600, 1)).astype(np.float32)
    number[::3] = np.nan
    y = np.where(np.isnan(number[:, 0]), 5.0, 0.0)
    run = OnnxRun(trees.regressor(number, np.empty((600, 0), int), [], y, 0))
    asked = np.array([[np.nan], [15 * sign], [0], [-1e6], [1e6]], np.float32)
    np.testing.assert_allclose(run({"number": asked})["out"][:, 0, 0], [5, 0, 0, 0, 0], atol=0.5)


def test_a_number_that_training_never_lacks_falls_to_the_median() -> None:
    number = np.arange(101, dtype=np.float32)[:, None]
    run = OnnxRun(trees.regressor(number, np.empty((101, 0), int), [], number[:, 0], 0))
    missing, middle = run({"number": np.array([[np.nan], [50]], np.float32)})["out"]
    np.testing.assert_array_equal(missing, middle)


def test_a_category_becomes_its_smoothed_mean() -> None:
    ids, y = np.array([[1], [1], [2], [2], [2]]), np.array([0, 0, 1, 1, 1])
    want = (np.array([0, 0, 3]) + trees.PRIOR * 0.6) / (np.array([0, 2, 3]) + trees.PRIOR)
    np.testing.assert_allclose(trees._table(ids, 3, y), want, rtol=1e-6)
    np.testing.assert_array_equal(trees._table(ids, 3, None), [0, 2, 3])


def test_a_row_never_sees_its_own_truth() -> None:
    rng = np.random.default_rng(0)
    ids, y = rng.integers(0, 9, (50, 2)), rng.normal(size=50)
    order = rng.permutation(50)
    before = trees._levels(ids, 9, y, order)
    changed = y.copy()
    changed[7] += 100
    after = trees._levels(ids, 9, changed, order)
    np.testing.assert_array_equal(after[7], before[7])
    assert (after != before).any()


def test_many_empty_categories_teach_nothing() -> None:
    rng = np.random.default_rng(0)
    category, y = rng.integers(1, 200, (600, 1)), rng.integers(0, 2, 600)
    run = OnnxRun(trees.classifier(np.empty((600, 0), np.float32), category, [200], y, 2, 0))
    said = run({"category": category})["out"][:, 0, 1] > 0
    assert (said == y).mean() < 0.75  # means that a row has a part in fit noise


@pytest.mark.parametrize(("rows", "styles"), [(400, 1), (6_000, 2), (120_000, 1)])
def test_enough_rows_are_asked_for_the_style(rows: int, styles: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "ROUNDS", 3)
    calls, train = [], lightgbm.train
    monkeypatch.setattr(lightgbm, "train", lambda p, *a, **k: (calls.append(p["num_leaves"]), train(p, *a, **k))[1])
    x = np.random.default_rng(0).normal(size=(rows, 1)).astype(np.float32)
    trees.regressor(x, np.empty((rows, 0), int), [], x[:, 0], 0)
    assert len(calls) == styles + 1
    assert calls[-1] == (6 if rows == 400 else 64)
