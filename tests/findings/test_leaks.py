"""Leaks are found whatever form they take, and strong features are left in peace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from milepost.findings.base import Look
from milepost.findings.leaks import notice_leaks, ranks, stretch

ROWS = 400


def look(table: pl.DataFrame, target: str = "y", classes: bool = True) -> Look:
    rows = {"train": np.arange(1, table.height + 1)}
    types = {c: "number" if table[c].dtype.is_numeric() else "category" for c in table.columns}
    features = tuple(c for c in table.columns if c != target)
    return Look(
        {"train": table}, rows, {"train": table.height}, types, (target,), features, target if classes else None
    )


def clean(seed: int = 0, classes: int = 2) -> tuple[np.random.Generator, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=ROWS)
    y = np.clip(np.floor((x + rng.normal(size=ROWS) + 2) / 4 * classes), 0, classes - 1).astype(int)
    return rng, pl.DataFrame({"x": x, "c": rng.choice(list("abc"), ROWS), "y": [f"k{i}" for i in y]})


def leaking(table: pl.DataFrame, classes: bool = True) -> list[str]:
    return [f.where for f in notice_leaks(look(table, classes=classes)) if f.code == "leak"]


def test_a_strong_feature_is_no_leak() -> None:
    for seed in range(20):
        assert leaking(clean(seed, 2 + seed % 4)[1]) == []


@pytest.mark.parametrize("classes", [2, 4])
def test_forms_of_a_leak(classes: int) -> None:
    rng, table = clean(1, classes)
    y = table["y"]
    code = y.str.slice(1).cast(pl.Float64)
    finer = y + pl.Series(rng.integers(0, 5, ROWS)).cast(pl.String)
    near = code + pl.Series(rng.uniform(-0.4, 0.4, ROWS))
    for leak in (y.str.to_uppercase() + " ", finer, code, code * -3, near):
        assert leaking(table.with_columns(z=leak)) == ["column z"]


def test_a_number_in_another_form_is_the_same() -> None:
    table = clean()[1].with_columns(y=pl.col("y").str.slice(1), z=pl.col("y").str.slice(1) + ".0")
    assert [f.what.split(";")[0] for f in notice_leaks(look(table))] == ["`z` is `y` in nearly every row"]


def test_a_date_that_parts_the_classes() -> None:
    rng, table = clean()
    days = pl.Series(rng.integers(0, 100, ROWS)) + 200 * (table["y"] == "k1").cast(pl.Int64)
    table = table.with_columns(z=(days * 86_400_000_000).cast(pl.Datetime("us")))
    assert leaking(table) == ["column z"]


def test_cells_filled_in_only_for_one_class() -> None:
    rng, table = clean()
    some = pl.Series(rng.random(ROWS) < 0.5) & (table["y"] == "k1")
    filled = table.with_columns(z=pl.when(some).then(pl.lit("left")), n=pl.when(some).then(pl.col("x")))
    found = notice_leaks(look(filled))
    assert [f.where for f in found] == ["column z", "column n"]
    assert found[1].what.startswith("whether `n` is filled in tells `y`")
    by_chance = table.with_columns(z=pl.when(pl.Series(rng.random(ROWS) < 0.5)).then(pl.col("x")))
    assert leaking(by_chance) == []


def test_a_regression_target_in_other_clothes() -> None:
    rng, table = clean()
    y = table["x"] * 3 + pl.Series(rng.normal(size=ROWS))
    table = table.with_columns(y=y)
    assert leaking(table, classes=False) == []
    for leak in (y.exp(), y * -2 + 1, y + pl.Series(rng.normal(size=ROWS)) * 0.05, y.round(3).cast(pl.String)):
        assert leaking(table.with_columns(z=leak), classes=False) == ["column z"]


def test_texts_that_repeat_whole_rows_are_no_leak() -> None:
    rng = np.random.default_rng(0)
    texts = pl.DataFrame({"t": [f"text {i}" for i in range(80)], "y": [f"k{i}" for i in rng.integers(0, 2, 80)]})
    assert leaking(pl.concat([texts] * 6)) == []


def test_few_rows_say_nothing() -> None:
    assert leaking(pl.DataFrame({"x": [0.0, 1.0] * 5, "y": ["a", "b"] * 5})) == []
    assert leaking(pl.DataFrame({"x": [1.0] * 99, "y": ["a"] * 99})) == []
    assert leaking(pl.DataFrame({"x": [1.0], "y": [None]}, schema={"x": pl.Float64, "y": pl.String})) == []


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40))
def test_ranks_are_scipys(values: list[int]) -> None:
    assert ranks(np.array(values, float)).tolist() == stats.rankdata(values).tolist()


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=20))
def test_stretch_is_the_best_of_all(pairs: list[tuple[int, bool]]) -> None:
    x = np.array(sorted(p[0] for p in pairs), float)
    inside = np.array([p[1] for p in sorted(pairs, key=lambda p: p[0])])

    def errors(low: float, high: float) -> int:
        return int((((x >= low) & (x <= high)) != inside).sum())

    best = min(errors(a, b) for a in x for b in x if a <= b)
    assert errors(*stretch(x, inside)) == best


@pytest.mark.parametrize(
    ("name", "target", "leaks"),
    [
        ("trec", "label", ["column fine"]),
        ("german_credit", "class", []),
        ("pima_diabetes", "outcome", []),
        ("breast_cancer_wdbc", None, []),
        ("heart_disease_cleveland", "diameter narrowing", []),
        ("lending_club_risk", "Class", []),
    ],
)
def test_real_tables(data: Path, name: str, target: str | None, leaks: list[str]) -> None:
    table = pl.read_csv(data / name / "train.csv", infer_schema_length=None)
    target = target or table.columns[-1]
    assert [f.where for f in notice_leaks(look(table.with_columns(pl.col(target).cast(pl.String)), target))] == leaks
