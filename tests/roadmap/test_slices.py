"""Parts of the test rows: named, searched, held against each other."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from milepost.roadmap import slices
from milepost.stages.evaluate import Measured, Score
from milepost.tasks.tabular_classification import Facts, TabularClassification


def measured(right: np.ndarray) -> Measured:
    """A product of two classes that is right on the rows marked."""
    task = TabularClassification.model_validate({"target": "y"})
    table = {"columns": [], "findings": []}
    facts = Facts.model_construct(classes=["a", "b"], counts=[1, 1], positive="b", table=table, findings=[])
    truth = np.arange(len(right)) % 2
    guess = np.where(right, truth, 1 - truth)
    p = np.where(guess[:, None] == np.arange(2), 0.8, 0.2)
    return Measured(task.model_copy(update={"learned": facts}), {"probability": p, "guess": guess, "truth": truth})


def test_values_are_named_as_a_gate_writes_them() -> None:
    table = pl.DataFrame({"n": [1.0, 2.0, None, 1.0], "f": [0.5, 1.0, 1.0, 0.5], "s": ["a", "b", "a", None]})
    assert {k: v.tolist() for k, v in slices.named("n=1", table).items()} == {"n=1": [True, False, False, True]}
    assert set(slices.named("f", table)) == {"f=0.5", "f=1.0"}
    assert slices.named("s=c", table) == {} == slices.named("nowhere=1", table)
    assert {k: int(v.sum()) for k, v in slices.named("s", table).items()} == {"s=a": 2, "s=b": 1}


def test_the_search_finds_the_part_that_is_worse() -> None:
    rng = np.random.default_rng(0)
    table = pl.DataFrame({f"c{i}": rng.choice(["x", "y", "z"], 2000) for i in range(20)} | {"n": rng.normal(size=2000)})
    bad = (table["c7"] == "y").to_numpy()
    found = slices.worst(measured(rng.random(2000) < np.where(bad, 0.6, 0.9)), table, table.columns)
    assert found[0]["slice"] == "c7=y" and found[0]["certain"]
    assert found[0]["rest"] == pytest.approx(0.9, abs=0.03) and found[0]["n"] == bad.sum()


def test_the_search_is_rarely_certain_where_nothing_is_worse() -> None:
    """At most one search in twenty, though each tries 60 parts."""
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        table = pl.DataFrame({f"c{i}": rng.choice(["x", "y", "z"], 400) for i in range(20)})
        found = slices.worst(measured(rng.random(400) < 0.85), table, table.columns)
        alarms += any(f["certain"] for f in found)
    assert alarms <= stats.binom.ppf(0.999, 60, 0.05)


def test_quarters_missing_cells_and_too_few_rows() -> None:
    table = pl.DataFrame({"n": [*range(150), *[None] * 50], "rare": ["a"] * 10 + ["b"] * 190})
    parts = dict(slices._parts(table, ["n", "rare"]))
    assert {k: int(v.sum()) for k, v in parts.items()} == {
        "n missing": 50,
        "n 0 to 36": 37,
        "n 37 to 74": 38,
        "n 75 to 111": 37,
        "n 112 to 149": 38,
    }


def test_the_gap_of_two_parts_is_newcombes() -> None:
    """Newcombe 1998, table II, a: 56/70 - 48/80 by method 10 is 0.0524 to 0.3339."""
    parts = [{"accuracy": Score(56 / 70, 0.6921, 0.8781, 70)}, {"accuracy": Score(48 / 80, 0.4904, 0.7003, 80)}]
    found = slices.gap(parts)["accuracy"]
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-3) and found.n == 70


def test_more_parts_are_held_at_once_and_one_is_none() -> None:
    part = {"accuracy": Score(0.8, 0.7, 0.9, 60)}
    two, four = slices.gap([part] * 2)["accuracy"], slices.gap([part] * 4)["accuracy"]
    assert two.value == four.value == 0 == two.low and two.high < four.high
    assert slices.gap([part]) == {} == slices.gap([])
