"""Far values are found on every scale; heavy tails, zeros and small groups are left in peace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.findings.base import Look
from milepost.findings.outliers import beyond, notice_outliers
from milepost.types import Finding

HONEST: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(0, 1, n),
    "log-normal": lambda rng, n: rng.lognormal(10, 1.5, n),
    "counts": lambda rng, n: rng.poisson(3, n).astype(float),
    "hurdle": lambda rng, n: np.where(rng.random(n) < 0.7, 0, rng.lognormal(3, 1, n)),
    "exponential": lambda rng, n: rng.exponential(1, n),
    "powers": lambda rng, n: rng.pareto(1.2, n) + 1,
    "t": lambda rng, n: rng.standard_t(3, n),
    "ages": lambda rng, n: rng.integers(18, 90, n).astype(float),
    "steps": lambda rng, n: rng.choice([6.0, 12, 24, 36, 48, 60, 72], n, p=[0.1, 0.1, 0.2, 0.2, 0.1, 0.296, 0.004]),
}


def said(table: pl.DataFrame, personal: tuple[str, ...] = ()) -> list[Finding]:
    types = {c: "date" if table[c].dtype.is_temporal() else "number" for c in table.columns}
    rows = {"train": np.arange(1, table.height + 1)}
    return notice_outliers(
        Look({"train": table}, rows, {"train": table.height}, types, (), tuple(types), personal=frozenset(personal))
    )


@pytest.mark.parametrize("name", HONEST)
def test_honest_tails(name: str) -> None:
    alarms = 0
    for seed in range(60):
        x = HONEST[name](np.random.default_rng(seed), (200, 1000, 5000)[seed % 3])
        alarms += bool(beyond(x, np.isfinite(x)).far_N.any())
    assert alarms <= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("ages", 999.0), ("ages", 1980.0), ("ages", 20024.0), ("normal", 1e4), ("normal", -100.0), ("counts", 300.0)],
)
def test_a_slip_of_the_pen(name: str, value: float) -> None:
    for seed in range(20):
        x = HONEST[name](np.random.default_rng(seed), 500)
        x[17] = value
        (found,) = said(pl.DataFrame({"x": x}))
        assert (found.code, found.where, found.count, found.rows) == ("outliers", "column x", 1, (18,))
        assert f"{value:.15g}" in found.what


@given(st.integers(0, 10**6), st.floats(0.2, 0.7), st.integers(1, 3))
@settings(max_examples=40, derandomize=True)
def test_a_thousand_times_too_much(seed: int, spread: float, slips: int) -> None:
    rng = np.random.default_rng(seed)
    grams = rng.lognormal(4, spread, 800)
    wrong = rng.choice(800, slips, replace=False)
    grams[wrong] *= 1000
    found = beyond(grams, np.isfinite(grams))
    assert np.flatnonzero(found.far_N).tolist() == sorted(wrong.tolist())
    assert found.high == np.delete(grams, wrong).max()


def test_dates_far_away() -> None:
    days = [dt.datetime(2015, 1, 1) + dt.timedelta(int(d)) for d in np.random.default_rng(0).integers(0, 3000, 300)]
    assert said(pl.DataFrame({"d": days})) == []
    days[7] = dt.datetime(2204, 1, 1)
    (found,) = said(pl.DataFrame({"d": days}))
    assert (found.rows, found.count) == ((8,), 1)
    assert "2204-01-01" in found.what and "which are 2015-" in found.what


def test_no_value_of_a_personal_column_is_quoted() -> None:
    x = HONEST["ages"](np.random.default_rng(0), 300)
    x[5] = 999.0
    (found,) = said(pl.DataFrame({"x": x}), ("x",))
    assert not any(figure.isdigit() for figure in found.what[2:] + found.fix)


def test_a_code_for_missing_and_a_group_are_no_slips() -> None:
    x = HONEST["ages"](np.random.default_rng(0), 300)
    x[:6] = 999.0
    assert said(pl.DataFrame({"x": x})) == []  # six times the same: that stands for missing
    x[:30] = 5000 + np.arange(30)
    assert said(pl.DataFrame({"x": x})) == []


def test_nothing_is_found_where_nothing_is() -> None:
    for cells in ([], [None] * 50, [1.0] * 50, [1.0, 2.0, 1e9]):
        assert said(pl.DataFrame({"x": pl.Series(cells, dtype=pl.Float64)})) == []


@pytest.mark.parametrize(
    "name", ["german_credit", "pima_diabetes", "breast_cancer_wdbc", "heart_disease_cleveland", "lending_club_risk"]
)
def test_real_tables(data: Path, name: str) -> None:
    table = pl.read_csv(data / name / "train.csv", infer_schema_length=None)
    assert said(table.select(cs.numeric().cast(pl.Float64))) == []
