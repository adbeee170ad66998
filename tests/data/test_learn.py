"""What typed training rows say of each column, and what is left out; the cut of the rows changes nothing."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.data import learn as room
from milepost.data.learn import learn
from milepost.data.numbers import SAMPLE

N = 60


def facts_of(**columns):
    facts, findings = learn([pl.DataFrame(columns, strict=False)])
    return {c.name: c for c in facts.columns}, {(f.code, f.where.removeprefix("column ")) for f in findings}


def test_a_column_is_what_its_cells_are() -> None:
    rng = np.random.default_rng(0)
    facts, findings = facts_of(
        number=rng.normal(size=N),
        category=["a", "b", "c"] * (N // 3),
        moment=[datetime.datetime(2026, 1, 1 + i % 28, 5) for i in range(N)],
    )
    assert {n: c.type for n, c in facts.items()} == {"number": "number", "category": "category", "moment": "date"}
    assert facts["category"].categories == ["a", "b", "c"] and not findings
    assert facts["moment"].field.example == "2026-01-13" and facts["moment"].field.low is None


def test_what_never_varies_is_left_out_and_said() -> None:
    facts, findings = facts_of(always=[7.0] * N, blank=pl.Series([None] * N, dtype=pl.String), word=["same"] * N)
    assert not facts and findings == {("constant_column", c) for c in ("always", "blank", "word")}


def test_that_a_cell_is_missing_may_tell_something() -> None:
    facts, findings = facts_of(x=[7.0, None] * 30, c=["a", None] * 30)
    assert set(facts) == {"x", "c"} and facts["c"].categories == ["a", None] and not findings


def test_too_many_texts_are_no_category(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MANY", 50)
    facts, findings = facts_of(name=[f"person {i}" for i in range(N)], kind=["a", "b"] * 30)
    assert set(facts) == {"kind"} and findings == {("id_like", "name")}


def test_rare_categories_are_as_good_as_never_seen() -> None:
    facts, _ = facts_of(c=[*[f"v{i}" for i in range(20)] * 2, *[f"once{i}" for i in range(20)]])
    assert facts["c"].categories == sorted(f"v{i}" for i in range(20))


ROW = st.tuples(
    st.one_of(st.none(), st.sampled_from(["a", "b", "c"])), st.one_of(st.none(), st.sampled_from([1.0, 2.5, -3.0]))
)


@given(st.lists(ROW, min_size=1, max_size=60), st.integers(1, 20))
def test_the_cut_does_not_matter(rows, piece: int) -> None:
    table = pl.DataFrame(rows, schema={"p": pl.String, "q": pl.Float64}, orient="row")
    assert learn([table]) == learn(table.iter_slices(piece))


def test_quantiles_of_many_rows_are_a_fair_sample() -> None:
    values = np.random.default_rng(0).normal(size=5 * SAMPLE)
    facts, _ = learn(pl.DataFrame({"x": values}).iter_slices(7_001))
    assert facts.columns[0].knots[16] == pytest.approx(0, abs=0.03)
    assert facts.columns[0].knots[-1] == values.max()


def test_only_and_leave() -> None:
    table = pl.DataFrame({"x": np.arange(60.0), "y": np.arange(60.0), "z": np.arange(60.0)})
    assert [c.name for c in learn([table], leave=("y",))[0].columns] == ["x", "z"]
    assert [c.name for c in learn([table], only=("z",))[0].columns] == ["z"]


def test_facts_of_many_rows_do_not_depend_on_the_cut() -> None:
    x = 1e9 + np.random.default_rng(0).normal(0, 5, 50_000)
    table = pl.DataFrame({"x": x})
    whole, pieces = learn([table]), learn([table[:41_000], table[41_000:]])
    assert whole == pieces and whole[0].columns[0].field.low == x.min()


def test_a_stray_zero_does_not_hide_the_origin() -> None:
    stamps = np.append(1.7e9 + np.random.default_rng(0).random(99) * 86_400, 0)
    assert facts_of(x=stamps)[0]["x"].origin > 1e9
