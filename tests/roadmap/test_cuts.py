"""Three classes, one of them rare: what a gate counts alike is called as validation chose, in the product, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from milepost import load
from milepost.roadmap.run import run
from milepost.stages.base import Prepared

ROADMAP = """name: grades
task: {kind: tabular-classification, target: grade}
data: {source: grades.csv}
model: linear
milestones: {product: [balanced_accuracy > naive]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, rng, rows = tmp_path_factory.mktemp("grades"), np.random.default_rng(0), 1500
    grade = rng.choice(3, rows, p=[0.8, 0.14, 0.06])
    x, y = rng.normal(size=(2, rows)) + 1.2 * np.eye(3)[grade].T[1:]
    table = {"x": x.round(3), "y": y.round(3), "grade": np.array(["most", "some", "few"])[grade]}
    pl.DataFrame(table).write_csv(made / "grades.csv")
    (made / "product.yaml").write_text(ROADMAP, "utf-8")
    run(made / "product.yaml")
    return made


def metrics_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "runs" / "latest" / "metrics.json").read_text("utf-8"))


def test_the_product_calls_rare_classes_more_readily(folder: Path) -> None:
    metrics, product = metrics_of(folder), load(folder / "runs" / "latest" / "product")
    [prepared] = (folder / ".milepost" / "done").glob("prepare-*")
    rows = Prepared(prepared).table("test")
    answers = product(rows)
    names, cuts = list(answers[0]["probabilities"]), metrics["cuts"]["values"]
    assert metrics["cuts"]["metric"] == "balanced_accuracy" and names[int(np.argmin(cuts))] == "few"
    p = np.array([list(a["probabilities"].values()) for a in answers])
    assert [a["label"] for a in answers] == [names[i] for i in (p / cuts).argmax(1)]
    truth = rows["grade"].to_numpy()
    likeliest = np.array(names)[p.argmax(1)]
    even = np.mean([(likeliest[truth == c] == c).mean() for c in names])
    assert metrics["test"]["balanced_accuracy"]["value"] > even + 0.05


def test_the_cuts_are_told(folder: Path) -> None:
    card = (folder / "runs" / "latest" / "model_card.md").read_text("utf-8")
    assert "threshold" not in metrics_of(folder)
    assert "divided by these before the largest is called, chosen for balanced_accuracy: `few` " in card


def test_without_such_a_gate_the_likeliest_is_called(folder: Path) -> None:
    run(folder / "product.yaml", ["milestones={product: [accuracy > naive]}"])
    assert "cuts" not in metrics_of(folder)
