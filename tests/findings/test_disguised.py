"""Values that stand for missing are named, in pima exactly; honest zeros and categories are left in peace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.findings.base import Look
from milepost.findings.disguised import notice_disguised, stand_ins
from milepost.types import Finding

ROWS = 400


def said(table: pl.DataFrame, kinds: dict[str, str] | None = None, personal: tuple[str, ...] = ()) -> list[Finding]:
    types = {
        c: "number" if t.is_numeric() else "date" if t.is_temporal() else "category" for c, t in table.schema.items()
    }
    rows = {"train": np.arange(1, table.height + 1)}
    look = Look({"train": table}, rows, {"train": table.height}, types | (kinds or {}), (), tuple(types))
    return notice_disguised(Look(**vars(look) | {"personal": frozenset(personal)}))


def with_some(column: np.ndarray, value: object, rows: tuple[int, ...] = (3, 50, 99, 200, 201, 350)) -> pl.DataFrame:
    cells = column.tolist()
    for row in rows:
        cells[row] = value
    return pl.DataFrame({"x": cells})


def drawn(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (drawn().normal(70, 12, ROWS).round(1), 0.0),
        (drawn().normal(0, 1, ROWS), -999.0),
        (drawn().integers(18, 90, ROWS).astype(float), 999.0),
        (drawn().integers(18, 90, ROWS).astype(float), -1.0),
        (drawn().integers(1, 6, ROWS).astype(float), 99.0),
        (drawn().lognormal(9, 1, ROWS).round(), -9999.0),
        (drawn().normal(0, 1000, ROWS).round(2), -999.0),  # amidst the others
    ],
)
def test_numbers_that_stand_for_missing(column: np.ndarray, value: float) -> None:
    (found,) = said(with_some(column, value))
    assert (found.code, found.where, found.count, found.severity) == ("disguised_missing", "column x", 6, "warning")
    assert found.rows == (4, 51, 100, 201, 202)
    assert f'missing: ["{value:.15g}"]' in found.fix


@pytest.mark.parametrize(
    "column",
    [
        drawn().poisson(2, ROWS).astype(float),
        drawn().normal(0, 10, ROWS).round(),
        drawn().integers(0, 100, ROWS).astype(float),
        np.where(drawn().random(ROWS) < 0.6, 0, drawn(1).lognormal(3, 1, ROWS)),
        drawn().exponential(3, ROWS).round(2),
        (drawn().random(ROWS) < 0.5).astype(float),
        drawn().integers(90, 110, ROWS).astype(float),  # 99 is one of many
        drawn().choice([-1.0, 0.0, 1.0], ROWS),
    ],
)
def test_honest_numbers(column: np.ndarray) -> None:
    assert said(pl.DataFrame({"x": column})) == []


def test_a_zero_is_judged_by_the_company_it_keeps() -> None:
    rng = drawn()
    absent = rng.random(ROWS) < 0.4
    skin = np.where(absent, 0, rng.normal(30, 8, ROWS).clip(8).round(1))
    insulin = np.where(absent, 0, rng.lognormal(4.8, 0.6, ROWS).round())
    sold = np.where(rng.random(ROWS) < 0.4, 0, rng.lognormal(4.8, 0.6, ROWS).round())
    found = stand_ins(pl.DataFrame({"skin": skin, "insulin": insulin, "sold": sold}))
    assert found == {"skin": [0.0], "insulin": [0.0], "sold": []}


def test_dates_that_stand_for_missing() -> None:
    rng = drawn()
    days = [dt.datetime(2019, 1, 1) + dt.timedelta(int(d)) for d in rng.integers(0, 1500, ROWS)]
    for day, n in ((dt.datetime(1900, 1, 1), 1), (dt.datetime(9999, 12, 31), 1), (dt.datetime(2019, 7, 7), 0)):
        cells = [*days[: ROWS - 4], *[day] * 4]
        found = said(pl.DataFrame({"x": pl.Series(cells, dtype=pl.Datetime("us"))}))
        assert [f.count for f in found] == [4] * n
    assert str(day.date()) not in str(found)


def test_words_that_say_nothing() -> None:
    words = drawn().choice(["red", "green", "blue", "grey"], ROWS)
    for word, severity in (("?", "warning"), ("Unknown", "warning"), ("无", "info"), ("none", "info")):
        (found,) = said(with_some(words, word))
        assert (found.count, found.severity) == (6, severity)
        assert f"`{word}`" in found.what
    often = np.where(drawn().random(ROWS) < 0.4, "none", words)
    assert said(pl.DataFrame({"x": often})) == []  # nobody guarantees most loans
    assert said(with_some(words, "test"), {"x": "text"}) == []  # a text may well be that


def test_a_column_may_be_called_count() -> None:
    words = with_some(drawn().choice(["red", "green", "blue"], ROWS), "?").rename({"x": "count"})
    assert [f.where for f in said(words)] == ["column count"]


def test_no_value_of_a_personal_column_is_quoted() -> None:
    (found,) = said(with_some(drawn().normal(70, 3, ROWS).round(1), -999.0), personal=("x",))
    assert "999" not in found.what + found.fix


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, derandomize=True)
def test_what_is_found_does_not_depend_on_order(seed: int) -> None:
    rng = drawn(seed)
    table = with_some(rng.normal(50, 10, ROWS).round(1), -999.0)
    assert stand_ins(table) == stand_ins(table.sample(fraction=1, shuffle=True, seed=seed)) == {"x": [-999.0]}


def test_few_rows_say_nothing() -> None:
    assert said(pl.DataFrame({"x": [1.0, 2.0, -999.0, -999.0]})) == []
    assert said(pl.DataFrame({"x": [None, None]}, schema={"x": pl.Float64})) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pima_diabetes", ["glucose", "blood_pressure", "skin_thickness", "insulin", "bmi"]),
        ("german_credit", []),
        ("credit_data_missing", []),
        ("breast_cancer_wdbc", []),
        ("heart_disease_cleveland", []),
        ("lending_club_risk", []),
    ],
)
def test_real_tables(data: Path, name: str, found: list[str]) -> None:
    table = pl.read_csv(data / name / "train.csv", infer_schema_length=None, null_values=["NA"])
    assert [f.where for f in said(table)] == [f"column {c}" for c in found]
