"""A whole road with worth, groups, gaps and gates that deploy waits for; every figure worked out again by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from milepost import MilepostError, load
from milepost.roadmap import compare as beside
from milepost.roadmap.importance import importance
from milepost.roadmap.run import run
from milepost.roadmap.status import all_runs, days_left, status, text
from milepost.stages.base import Prepared
from milepost.stages.evaluate import Measured
from milepost.stages.prepare import prepare

ROADMAP = """name: loans
task: {kind: tabular-classification, target: bad, positive: "yes", sensitive: [branch]}
data: {source: loans.csv, split: "group:person"}
model: linear
value: {tp: 0, fp: -1, fn: -5, tn: 0, requests_per_day: 2000}
milestones:
  early: {gates: [roc_auc > naive, "roc_auc@branch=north > naive"], before: deploy}
  fair: [accuracy(gap)@branch <= 0.4, accuracy(gap)@branch=north <= 0.4]
  product:
    gates: [value_per_1k_usd > naive, value_per_1k_usd >= -2000, recall >= 0.5, roc_auc > baseline]
    by: 2020-01-01
"""
WORTH = {("yes", "no"): -5.0, ("no", "yes"): -1.0}


def loans(rows: int = 900) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    income, debt = rng.normal(size=rows), rng.normal(size=rows)
    bad = rng.random(rows) < 1 / (1 + np.exp(1.2 + 2.0 * income - 1.2 * debt))
    return pl.DataFrame(
        {
            "person": rng.integers(0, rows // 3, rows) + 10_000,
            "income": income.round(3),
            "debt": debt.round(3),
            "branch": rng.choice(["north", "south"], rows),
            "bad": np.where(bad, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("loans")
    loans().write_csv(made / "loans.csv")
    (made / "product.yaml").write_text(ROADMAP, "utf-8")
    run(made / "product.yaml")
    return made


def metrics_of(folder: Path, which: str = "latest") -> dict[str, Any]:
    return json.loads((folder / "runs" / which / "metrics.json").read_text("utf-8"))


def test_what_answers_bring_is_worked_out_again(folder: Path) -> None:
    metrics, product = metrics_of(folder), load(folder / "runs" / "latest" / "product")
    kept = sorted((folder / ".milepost" / "done").glob("prepare-*"))
    test = Prepared(kept[0]).table("test")
    labels = [a["label"] for a in product(test)]
    brought = [WORTH.get(pair, 0.0) for pair in zip(test["bad"].to_list(), labels, strict=True)]
    assert metrics["headline"] == "value_per_1k_usd"
    assert status(folder)["per_day"]["value"] == pytest.approx(2 * metrics["test"]["value_per_1k_usd"]["value"])
    assert "USD a day" in text(status(folder)) and "2,000 requests" in text(status(folder))
    assert metrics["test"]["value_per_1k_usd"]["value"] == pytest.approx(1000 * np.mean(brought))
    threshold = metrics["threshold"]
    assert threshold["metric"] == "value_per_1k_usd" and threshold["positive"] == "yes" and threshold["value"] < 0.5
    assert all((a["probabilities"]["yes"] >= threshold["value"]) == (a["label"] == "yes") for a in product(test))


def test_the_threshold_pays_on_validation(folder: Path) -> None:
    """No other cut brings more on the rows that chose it."""
    metrics = metrics_of(folder)
    assert metrics["valid"]["value_per_1k_usd"]["value"] >= -1000 * 5 * 0.5
    assert metrics["thresholds"]["naive"] is not None, "the answer that looks at nothing is called as pays best, too"


def test_rows_of_one_person_count_once(folder: Path) -> None:
    metrics = metrics_of(folder)
    report = json.loads((folder / "runs" / "latest" / "data_report.json").read_text("utf-8"))
    assert 30 < metrics["test"]["accuracy"]["n"] < report["split"]["test"]


def test_gates_of_every_form_are_judged(folder: Path) -> None:
    gates = {g["gate"]: g for m in status(folder)["milestones"] for g in m["gates"]}
    assert all(g["verdict"] != "not_measured" for g in gates.values()), gates
    gap = gates["accuracy(gap)@branch <= 0.4"]
    slices = metrics_of(folder)["slices"]
    values = [slices[f"branch={b}"]["accuracy"]["value"] for b in ("north", "south")]
    assert gap["value"] == pytest.approx(abs(values[0] - values[1])) and gap["low"] <= gap["value"] <= gap["high"]
    alone = gates["accuracy(gap)@branch=north <= 0.4"]
    assert (alone["value"], alone["n"]) == pytest.approx((gap["value"], gap["n"])), "two parts: one against the rest"
    assert gates["roc_auc > baseline"]["next"] == "the simple model is the product"


def test_days_are_counted_when_they_are_asked_for(folder: Path) -> None:
    found = status(folder)
    assert found["milestones"][2]["days"] < -2000 and "days late" in text(found)
    assert days_left(None) is None


def test_evidence_that_was_changed_is_refused(folder: Path) -> None:
    path = folder / "runs" / "latest" / "metrics.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"linear"', b'"lineal"'))
    with pytest.raises(MilepostError, match="not what the milestones were judged by"):
        status(folder)
    with pytest.raises(MilepostError, match="not what the milestones were judged by"):
        all_runs(folder)
    path.write_bytes(before)
    assert status(folder)["milestones"]


def test_two_runs_are_compared_in_pairs(folder: Path) -> None:
    """The gain of one run over another is the paired bootstrap of what both kept, and nobody else's rows."""
    first = (folder / "runs" / "latest").resolve().name
    run(folder / "product.yaml", ["task.features=[income]"])
    listed = all_runs(folder)
    pair = beside.last_two(folder, listed["runs"])
    assert pair is not None and pair[0] == first and len(listed["runs"]) == 2
    found = beside.compare(folder, *pair)
    scores = [metrics_of(folder, name)["test"]["roc_auc"]["value"] for name in pair]
    assert found["gain"]["roc_auc"]["value"] == pytest.approx(scores[1] - scores[0])
    assert found["gain"]["roc_auc"]["high"] < 0, "a model without the debt ranks worse"
    assert "worse" in text(listed | {"compared": found})
    assert beside.last_two(folder / "elsewhere", listed["runs"]) is None, "runs copied without their store"
    with pytest.raises(MilepostError, match="there is no run `7`"):
        beside.compare(folder, "1", "7")
    run(folder / "product.yaml", ["data.split=hash"])
    with pytest.raises(MilepostError, match="tested on different rows"):
        beside.compare(folder, "1", "3")


def test_what_tells_nothing_is_not_important(examples) -> None:
    """A column that the model does not look at changes no answer when it is shuffled."""
    task, table = examples["tabular-classification"]
    prepared = prepare(table, task)

    class Blind:
        """Looks at the first column alone."""

        task = prepared.task

        def run(self, columns, graph="forward"):
            x = np.nan_to_num(np.asarray(columns["number"])[:, :1])
            return {"out": np.stack([x, -x], -1) / (1 + np.abs(x).max())}

    names = [f.name for f in prepared.task.fields][:3]
    found = {c["column"]: c for c in importance(Blind(), prepared.table("valid"), names)}
    first = found[names[0]]
    assert found[names[1]]["value"] == found[names[2]]["value"] == 0 != first["value"]
    assert first["low"] <= first["value"] <= first["high"]


def test_fewer_draws_are_still_an_interval(examples) -> None:
    task, table = examples["tabular-regression"]
    fitted = prepare(table, task).task
    truth = fitted.ask(table.head(100))[1]
    answers = [{"value": float(v)} for v in range(100)]
    found = Measured(fitted, fitted.measure(answers, truth), draws=100)
    assert len(found.drawn.draws["rmse"]) == 100 and not found.drawn.moves
    assert found.scores()["rmse"].low < found.scores()["rmse"].value < found.scores()["rmse"].high


def test_a_gate_that_deploy_measures_cannot_hold_it_back(folder: Path) -> None:
    with pytest.raises(MilepostError, match="measured after deploy"):
        run(folder / "product.yaml", ["milestones.early={gates: [size_mb <= 3], before: deploy}"])


def test_a_slice_that_is_compared_later_is_measured_again(folder: Path) -> None:
    """What was scored for a number is not taken for a comparison with the naive answer."""
    for bound in ("0.1", "naive"):
        found = run(folder / "product.yaml", [f"milestones.fair=[accuracy@branch=south > {bound}]"])
        gate = found["milestones"][1]["gates"][0]
        assert gate["verdict"] != "not_measured" and gate["against"] == ("naive" if bound == "naive" else "")
