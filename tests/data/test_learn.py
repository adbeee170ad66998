"""What a column is: numbers, categories, dates, and what is left out; the cut of the rows changes nothing."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.data.learn import learn
from milepost.data.numbers import SAMPLE

N = 60


def facts_of(**columns):
    facts, findings = learn([pl.DataFrame(columns, strict=False)], leave=())
    return {c.name: c for c in facts.columns}, {(f.code, f.where.removeprefix("column ")) for f in findings}


def test_types_are_found() -> None:
    rng = np.random.default_rng(0)
    facts, findings = facts_of(
        number=[f"{x:.2f}" for x in rng.normal(size=N)],
        native=rng.normal(size=N),
        category=["a", "b", "c"] * (N // 3),
        flag=[True, False] * (N // 2),
        day=[f"2026-03-{1 + i % 28:02d}" for i in range(N)],
        moment=[datetime.datetime(2026, 1, 1 + i % 28, 5) for i in range(N)],
        stamp=[f"2026-03-{1 + i % 28:02d} 10:30:00" for i in range(N)],
    )
    assert {n: c.type for n, c in facts.items()} == {
        "number": "number",
        "native": "number",
        "category": "category",
        "flag": "category",
        "day": "date",
        "moment": "date",
        "stamp": "date",
    }
    assert facts["flag"].categories == ["false", "true"] and not findings
    assert facts["day"].field.example == "2026-03-13" and facts["day"].field.low is None


def test_what_tells_nothing_is_left_out_and_said() -> None:
    facts, findings = facts_of(
        always=[7] * N, blank=[""] * N, word=["same"] * N, name=[f"person {i}" for i in range(N)], row=list(range(N))
    )
    assert not facts
    assert findings == {
        ("constant_column", "always"),
        ("empty_column", "blank"),
        ("constant_column", "word"),
        ("id_like", "name"),
        ("id_like", "row"),
    }


def test_stray_words_in_a_number_column_are_said() -> None:
    facts, findings = facts_of(age=[*(str(20 + i / 2) for i in range(N - 3)), "unknown", "?", "N/A"])
    assert facts["age"].type == "number" and facts["age"].missing == 3
    assert {("not_a_number", "age"), ("missing", "age")} <= findings


def test_a_column_of_words_and_few_numbers_is_a_category() -> None:
    facts, _ = facts_of(answer=["yes", "no", "maybe", "3"] * (N // 4))
    assert facts["answer"].type == "category"


cells = st.one_of(st.none(), st.sampled_from(["", "a", "b", "?", "1", "2.5", "-3", "1e3", "2026-01-02"]))


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=60), st.integers(1, 20))
def test_the_cut_does_not_matter(rows, piece: int) -> None:
    table = pl.DataFrame(rows, schema={"p": pl.String, "q": pl.String}, orient="row")
    assert learn([table], ()) == learn(table.iter_slices(piece), ())


def test_quantiles_of_many_rows_are_a_fair_sample() -> None:
    values = np.random.default_rng(0).normal(size=5 * SAMPLE)
    facts, _ = learn(pl.DataFrame({"x": values}).iter_slices(7_001), ())
    assert facts.columns[0].knots[16] == pytest.approx(0, abs=0.03)
    assert facts.columns[0].knots[-1] == values.max()


def test_row_numbers_are_seen_through_a_split() -> None:
    rng = np.random.default_rng(0)
    kept = np.sort(rng.choice(500, 300, replace=False))
    facts, findings = facts_of(number=kept, age=rng.integers(18, 90, 300), income=rng.integers(0, 10**6, 300))
    assert set(facts) == {"age", "income"} and findings == {("id_like", "number")}
    asked, _ = learn([pl.DataFrame({"number": kept})], leave=(), only=("number",))
    assert [c.name for c in asked.columns] == ["number"]


@pytest.mark.parametrize("form", ["{},{}", "{}.{} %", "$1,{}{}.00", "({},{})", "1.234.5{},0{}", "-{},{} €", "{}'00{}"])
def test_numbers_written_otherwise_are_said(form: str) -> None:
    texts = [form.format(i, i % 10) for i in range(10, 30)] * 5
    assert ("looks_like_numbers", "x") in facts_of(x=[*texts, "?", "7"])[1]


def test_words_and_codes_are_no_numbers_written_otherwise() -> None:
    codes = ["A11", "B2", "term_36", "2026-01-02x", "no"] * 20
    assert not facts_of(x=codes)[1]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "No", "customer_id", "序号"])
def test_keys_are_known_by_their_name(name: str) -> None:
    sparse = np.random.default_rng(0).choice(10**6, 200, replace=False)
    assert facts_of(**{name: sparse}) == ({}, {("id_like", name)})
    assert set(facts_of(**{name: sparse // 20_000, "paid": sparse})[0]) == {name, "paid"}


@pytest.mark.parametrize("cell", ["12.03.2026", "10.0.0.1", "a,5", "3-4", "5 kg", "030 123 456"])
def test_other_text_is_not_taken_for_numbers(cell: str) -> None:
    assert ("looks_like_numbers", "x") not in facts_of(x=[cell, "x"] * 30)[1]
    assert ("looks_like_numbers", "x") not in facts_of(x=[cell, "12"] * 30)[1]


def test_facts_of_many_rows_do_not_depend_on_the_cut() -> None:
    x = 1e9 + np.random.default_rng(0).normal(0, 5, 50_000)
    table = pl.DataFrame({"x": x})
    whole, pieces = learn([table], ()), learn([table[:41_000], table[41_000:]], ())
    assert whole == pieces and whole[0].columns[0].field.low == x.min()


def test_a_stray_zero_does_not_hide_the_origin() -> None:
    stamps = np.append(1.7e9 + np.random.default_rng(0).random(99) * 86_400, 0)
    assert facts_of(x=stamps)[0]["x"].origin > 1e9
