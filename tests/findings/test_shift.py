"""Chances agree with scipy's; shifts that matter are found, trifles are not; what is known too late is named."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from milepost.findings.alike import chi_square, holm, kolmogorov, of_counts, of_numbers
from milepost.findings.base import Look
from milepost.findings.shift import notice_shift
from milepost.types import Finding


def said(tables: dict[str, pl.DataFrame], time: str | None = None, personal: tuple[str, ...] = ()) -> list[Finding]:
    schema = tables["train"].schema
    kinds = {c: "number" if t.is_numeric() else "date" if t.is_temporal() else "category" for c, t in schema.items()}
    rows = {s: np.arange(1, t.height + 1) for s, t in tables.items()}
    totals = {s: t.height for s, t in tables.items()}
    look = Look(tables, rows, totals, kinds, (), tuple(schema), time=time, personal=frozenset(personal))
    return notice_shift(look)


@given(st.floats(0, 6))
def test_kolmogorov_is_scipys(x: float) -> None:
    assert kolmogorov(x) == pytest.approx(special.kolmogorov(x), abs=1e-12, rel=1e-9)


@given(st.floats(0, 500), st.integers(1, 200))
def test_chi_square_is_scipys(x: float, degrees: int) -> None:
    assert chi_square(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), abs=1e-12, rel=1e-9)


@given(st.integers(0, 10**6), st.integers(20, 200), st.integers(20, 200))
@settings(max_examples=30, derandomize=True)
def test_two_samples_as_scipy_compares_them(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 9, n).astype(float), rng.integers(0, 9, m) + 0.5 * rng.random()
    size, chance = of_numbers(a, b)
    assert size == pytest.approx(stats.ks_2samp(a, b).statistic)
    assert chance == pytest.approx(special.kolmogorov(size * np.sqrt(n * m / (n + m))), abs=1e-12)
    counts = np.stack([rng.integers(30, 60, 5), rng.integers(30, 60, 5)])
    found, expected = of_counts(*counts), stats.chi2_contingency(counts, correction=False)
    assert found.chance == pytest.approx(expected.pvalue)
    assert found.size == pytest.approx(stats.contingency.association(counts, "cramer"))


def test_rare_values_are_pooled() -> None:
    common, rare = np.array([500, 500]), np.ones(40, int)
    assert of_counts(np.r_[common, rare, 0 * rare], np.r_[common, 0 * rare, rare]).chance > 0.9
    assert of_counts(np.array([5, 0]), np.array([3, 0])).chance == 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_corrects_as_defined(chances: list[float]) -> None:
    corrected = holm(chances)
    for limit in (0.01, 0.2):  # step down, by the definition
        rejected = set[int]()
        for place, i in enumerate(np.argsort(chances, kind="stable")):
            if chances[i] * (len(chances) - place) > limit:
                break
            rejected.add(int(i))
        assert {i for i, c in enumerate(corrected) if c <= limit} == rejected


def table(seed: int, rows: int, moved: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    few = rng.choice(["a", "b", "c"], rows, p=[0.6 - moved / 4, 0.3 + moved / 4, 0.1])
    return pl.DataFrame({"x": rng.normal(moved, 1, rows), "c": few})


def test_alike_sides_are_silent() -> None:
    assert [said({"train": table(s, 700), "test": table(1000 + s, 200)}) for s in range(100)] == [[]] * 100


def test_a_shift_is_found_and_a_trifle_is_not() -> None:
    x, c = said({"train": table(0, 700), "test": table(1, 300, moved=1)})
    assert (x.code, x.where, x.severity, x.count) == ("shift", "column x", "warning", 300)
    assert (c.code, c.where) == ("shift", "column c")
    assert "median of `x`" in x.what and "of `c` is" in c.what
    assert said({"train": table(0, 90_000), "test": table(1, 90_000, moved=0.05)}) == []  # certain, but small


def test_no_value_of_a_personal_column_is_quoted() -> None:
    found = said({"train": table(0, 700), "test": table(1, 300, moved=1)}, personal=("x", "c"))
    assert [f.what for f in found] == ["train and test differ: `x`", "train and test differ: `c`"]


def test_gaps_shift_too() -> None:
    gone = table(1, 300).with_columns(x=pl.when(pl.int_range(300) % 2 == 0).then("x"))
    (found,) = said({"train": table(0, 700), "test": gone})
    assert "`x` is empty in 0 % and 50 % of the rows" in found.what


def test_many_columns_are_said_together() -> None:
    train, test = (
        pl.DataFrame({f"x{i}": np.random.default_rng(i).normal(m, 1, 400) for i in range(9)}) for m in (0, 1)
    )
    (found,) = said({"train": train, "test": test})
    assert (found.where, found.count) == ("test", 9) and "9 columns, most of all `x" in found.what


def by_day(rows: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    opened = pl.Series([dt.datetime(2020, 1, 1) + dt.timedelta(int(d)) for d in np.sort(rng.integers(0, 900, rows))])
    later = opened + pl.Series([dt.timedelta(int(d)) for d in rng.integers(1, 40, rows)])
    return pl.DataFrame({"opened": opened, "closed": later, "due_date": later, "x": rng.normal(size=rows)})


def test_a_date_after_the_row_is_known_too_late() -> None:
    rows = by_day()
    found = said({"train": rows[:450], "test": rows[450:]}, time="opened")
    assert [f.where for f in found if f.code == "unknown_at_prediction"] == ["column closed"]
    assert all(f.where != "column opened" for f in found)
    assert all(f.severity == "info" and "over time" in f.what for f in found if f.code == "shift")


def test_what_only_old_rows_have_is_known_too_late() -> None:
    rows = by_day().drop("closed", "due_date").with_columns(rating=pl.when(pl.int_range(600) < 520).then("x"))
    found = said({"train": rows[:450], "test": rows[450:]}, time="opened")
    assert [f.where for f in found if f.code == "unknown_at_prediction"] == ["column rating"]


def test_without_a_time_it_is_a_hint() -> None:
    rows = by_day().sample(fraction=1, shuffle=True, seed=0)
    (found,) = said({"train": rows[:450], "test": rows[450:]})
    assert (found.code, found.where, found.severity) == ("unknown_at_prediction", "column closed", "info")
    assert said({"train": rows[:450].drop("opened"), "test": rows[450:].drop("opened")}) == []
