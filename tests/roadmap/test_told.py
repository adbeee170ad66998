"""Columns that a kind adds to tell its answers apart are taken as those of the data are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from milepost import MilepostError
from milepost.roadmap import slices
from milepost.roadmap.check import check
from milepost.roadmap.run import run
from milepost.tasks.tabular_classification import TabularClassification

KIND = """
import polars as pl
from milepost.tasks.tabular_classification import TabularClassification

class Noted(TabularClassification):
    def told(self, table):
        size = pl.col("note").cast(pl.String).str.len_chars().cast(pl.Float64)
        lang = pl.when(pl.col("note").cast(pl.String).str.starts_with("z")).then(pl.lit("zh")).otherwise(pl.lit("en"))
        return table.with_columns(size.alias("length"), lang.alias("language"), pl.lit("mine").alias("branch"))

TASK = Noted
"""
ROADMAP = """name: notes
task: {kind: noted.kind, target: bad, features: [income]}
data: {source: notes.csv}
model: linear
milestones:
  early: {gates: ["accuracy@language=en >= 0.3"], before: deploy}
  product: ["accuracy@language=zh >= 0.9", "accuracy(gap)@length <= 0.9", "accuracy@branch=north > naive - 0.5"]
"""


def notes(rows: int = 600) -> pl.DataFrame:
    """The label is what the income says, but where the note is Chinese it is drawn by lot."""
    rng = np.random.default_rng(0)
    income, chinese = rng.normal(size=rows), rng.random(rows) < 0.4
    bad = np.where(chinese, rng.random(rows) < 0.5, income < 0)
    size = rng.integers(5, 90, rows)
    said = [("z" if chinese[i] else "e") + "x" * int(size[i]) + str(i) for i in range(rows)]
    columns = {"income": income.round(4), "note": said, "branch": rng.choice(["north", "south"], rows)}
    return pl.DataFrame(columns | {"bad": np.where(bad, "yes", "no")})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = tmp_path_factory.mktemp("notes")
    (made / "noted").mkdir()
    (made / "noted" / "kind.py").write_text(KIND, "utf-8")
    (made / "product.yaml").write_text(ROADMAP, "utf-8")
    notes().write_csv(made / "notes.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(made)
        patch.setenv("PYTHONPATH", str(made))  # of the process that proves the product
        yield made


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    return run(folder / "product.yaml")


def test_gates_name_them_before_and_after_deploy(folder: Path, found: dict[str, Any]) -> None:
    gates = {g["gate"]: g["verdict"] for m in found["milestones"] for g in m["gates"]}
    assert gates["accuracy@language=en >= 0.3"] == "passed" and gates["accuracy@language=zh >= 0.9"] == "failed"
    assert gates["accuracy@branch=north > naive - 0.5"] == "passed", "a column of the data is not replaced"
    assert "not_measured" not in gates.values()


def test_the_evidence_tells_every_value_and_quarter_and_searches_them(folder: Path, found: dict[str, Any]) -> None:
    metrics = json.loads((folder / "runs" / "latest" / "metrics.json").read_text("utf-8"))
    told = metrics["slices"]
    assert {"language=en", "language=zh"} < set(told) and sum(s.startswith("length ") for s in told) == 4
    counted = sum(told[f"language={v}"]["accuracy"]["n"] for v in ("en", "zh"))
    assert counted == metrics["test"]["accuracy"]["n"]
    assert metrics["worst"][0]["slice"] == "language=zh" and metrics["worst"][0]["certain"]


def test_what_neither_the_data_nor_the_kind_has_is_no_slice(folder: Path) -> None:
    errors = check(folder / "product.yaml", ["milestones.more=[accuracy@langage=zh >= 0.5]"])["errors"]
    assert [e.what for e in errors] == ["there is no column `langage`"] and "`language`" in errors[0].fix
    with pytest.raises(MilepostError, match="no column `size`"):
        run(folder / "product.yaml", ["milestones.more=[accuracy@size=1 >= 0.5]"])


def test_most_kinds_add_nothing() -> None:
    task = TabularClassification.model_validate({"target": "bad"})
    assert slices.derived(task, ["a"]) == [] and slices.told(task, notes(5)).equals(notes(5))


def test_lengths_are_written_whole() -> None:
    table = pl.DataFrame({"length": [float(i * 1234) for i in range(100)]})
    assert list(slices.named("length", table))[-1] == "length 92550 to 122166"
