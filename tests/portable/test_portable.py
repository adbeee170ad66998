"""What every portable model promises, whatever is inside."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import onnx
import pytest

from milepost.portable import linear, trees
from milepost.runtimes.onnx import OnnxRun
from milepost.types import Array, Graphs

SIZES = [4, 6]
both = pytest.mark.parametrize("model", [linear, trees], ids=["linear", "trees"])


def table(rows: int = 300, numbers: int = 3, sizes: Sequence[int] = SIZES) -> tuple[Array, Array, Array]:
    """Numbers with gaps, categories with unknown ids, and a value that hangs on the first of each."""
    rng = np.random.default_rng(0)
    number = rng.normal(20_000, 100, (rows, numbers)).astype(np.float32)
    category = np.array([rng.integers(0, s, rows) for s in sizes], np.int32).T.reshape(rows, len(sizes))
    value = rng.normal(0, 0.3, rows)
    value += (number[:, 0] - 20_000) / 100 if numbers else 0
    value += category[:, 0] % 3 if len(sizes) else 0
    number[rng.random(number.shape) < 0.05] = np.nan
    return number, category, value.astype(np.float32)


def fitted(
    model: ModuleType, number: Array, category: Array, sizes: Sequence[int], value: Array, classes: int
) -> Graphs:
    """A regressor for 0 classes, else a classifier of quantiles."""
    if not classes:
        return model.regressor(number, category, sizes, value, 0)
    y = np.digitize(value, np.quantile(value, np.arange(1, classes) / classes))
    return model.classifier(number, category, sizes, y, classes, 0)


@both
@pytest.mark.parametrize("classes", [0, 2, 4])
@pytest.mark.parametrize(("numbers", "sizes"), [(3, SIZES), (0, SIZES), (3, [])])
def test_answers_of_any_shape_of_table(model: ModuleType, classes: int, numbers: int, sizes: list[int]) -> None:
    number, category, value = table(300, numbers, sizes)
    graphs = fitted(model, number, category, sizes, value, classes)
    inputs = {i.name for i in onnx.load_from_string(graphs["forward"]).graph.input}
    assert inputs == ({"number"} if numbers else set()) | ({"category"} if sizes else set())
    run = OnnxRun(graphs)
    out = run({"number": number, "category": category})["out"]
    assert out.shape == (300, 1, classes or 1) and out.dtype == np.float32
    np.testing.assert_array_equal(run({"number": number[:1], "category": category[:1]})["out"], out[:1])


@both
def test_learns(model: ModuleType) -> None:
    number, category, value = table(800)
    columns = {"number": number[600:], "category": category[600:]}
    seen = number[:600], category[:600], SIZES, value[:600]
    said = OnnxRun(fitted(model, *seen, 0))(columns)["out"][:, 0, 0]
    assert np.corrcoef(said, value[600:])[0, 1] > 0.8
    logits = OnnxRun(fitted(model, *seen, 2))(columns)["out"][:, 0]
    assert ((logits[:, 1] > logits[:, 0]) == (value[600:] > np.median(value))).mean() > 0.75


@both
@pytest.mark.parametrize("classes", [0, 2])
def test_far_numbers_and_unknown_categories_stay_finite(model: ModuleType, classes: int) -> None:
    number, category, value = table()
    run = OnnxRun(fitted(model, number, category, SIZES, value, classes))
    far = np.array([[3e38] * 3, [-3e38] * 3, [np.nan] * 3], np.float32)
    out = run({"number": far, "category": np.zeros((3, 2), np.int32)})["out"]
    assert np.isfinite(out).all()
    assert np.abs(out).max() < 100


@both
@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("rows", [3, 12])
def test_learns_from_next_to_nothing_in_silence(
    model: ModuleType, classes: int, rows: int, capfd: pytest.CaptureFixture[str]
) -> None:
    number, category, value = table(rows)
    number[:, 1] = np.nan
    number[:, 2] = 7
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = OnnxRun(fitted(model, number, category, SIZES, value, classes))({"number": number, "category": category})
    assert np.isfinite(out["out"]).all()
    assert capfd.readouterr() == ("", "")


@both
def test_a_class_of_no_row_or_one_is_never_likely(model: ModuleType) -> None:
    number, category, _ = table()
    y = np.arange(300) % 2 * 3
    y[5] = 1  # class 1 has one row, class 2 none
    out = OnnxRun(model.classifier(number, category, SIZES, y, 4, 0))({"number": number, "category": category})["out"]
    assert set(out[:, 0].argmax(1)) <= {0, 1, 3}
    assert (out[:, 0, 2] < out[:, 0].max(1) - 5).all()


@both
def test_the_same_seed_gives_the_same_bytes(model: ModuleType) -> None:
    number, category, value = table()
    assert fitted(model, number, category, SIZES, value, 2) == fitted(model, number, category, SIZES, value, 2)


@both
def test_is_readable_by_the_oldest_runtime_promised(model: ModuleType) -> None:
    made = onnx.load_from_string(fitted(model, *table()[:2], SIZES, table()[2], 2)["forward"])
    assert made.ir_version <= 10  # of onnxruntime 1.20
    assert {o.domain: o.version for o in made.opset_import} == {"": 17, "ai.onnx.ml": 3}
