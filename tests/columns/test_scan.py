"""What columns are, by all their rows: whatever the cut, and against what people would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.scan import Scan, glance
from milepost.columns.schema import ColumnRule, ColumnWish, Type, typed
from milepost.errors import MilepostError
from milepost.types import Finding

WORDS = [
    "", " ", "?", "N/A", "na", "unknown", "无", "yes", "no", "low", "high", "a", "A ", "b c", "1", "2", " 3 ", "-4.5",
    "0.125", "1.234", "1,234", "1,5", "$5", "7 %", "(3)", "007", "12", "20240301", "19991231", "1/2/2024", "13/2/2024",
    "2/13/2024", "24-03-01", "2024-03-01", "2024-03-01 12:30", "Mar 1, 2024", "12345678901234567", "1e400", "inf",
    "3.5万", "a sentence of some words", "x" * 60, "这是一个很长很长的句子，它没有空格，也不需要空格", "１２",
]  # fmt: skip


def scanned(
    pieces: Sequence[pl.DataFrame],
    wishes: Mapping[str, ColumnWish] | None = None,
    wanted: Mapping[str, Type] | None = None,
) -> tuple[tuple[ColumnRule, ...], list[Finding]]:
    scan = Scan()
    for piece in pieces:
        scan.add(glance(piece))
    return scan.rules(wishes or {}, wanted or {})


def of(cells: Sequence[Any], name: str = "x", **wish: Any) -> tuple[ColumnRule, dict[str, Finding]]:
    """The rule and the findings of one column."""
    table = pl.DataFrame({name: pl.Series(cells, strict=False)})
    rules, findings = scanned([table], {name: ColumnWish(**wish)} if wish else {})
    return rules[0], {f.code: f for f in findings}


@st.composite
def columns(draw: st.DrawFn) -> pl.DataFrame:
    """A table of columns that hold a few kinds of cells each, mostly of one kind."""
    rows, table = draw(st.integers(1, 120)), {}
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    for c in range(draw(st.integers(1, 4))):
        some = draw(st.lists(st.one_of(st.none(), st.sampled_from(WORDS)), min_size=1, max_size=6))
        likely = np.array([8.0, *[0.3] * (len(some) - 1)][: len(some)])
        cells = [some[i] for i in rng.choice(len(some), rows, p=likely / likely.sum())]
        numbered = draw(st.sampled_from(["", "{} {}", "{}{}"]))
        cells = [numbered.format(w, i) if numbered and w else w for i, w in enumerate(cells)] if numbered else cells
        table[draw(st.sampled_from(["x", "date", "id", "zip"])) + str(c)] = pl.Series(cells, dtype=pl.String)
    table["n"] = pl.Series([[1, 2, None, 9007199254740993][i] for i in rng.integers(0, 4, rows)], dtype=pl.Int64)
    table["f"] = pl.Series(rng.choice([0.5, 2.0, np.nan, np.inf], rows))
    table["t"] = pl.Series(rng.integers(0, 3, rows)).cast(pl.Date)
    table["b"] = pl.Series(rng.random(rows) < 0.5)
    return pl.DataFrame(table)


@settings(max_examples=40, deadline=None)
@given(columns(), st.lists(st.integers(0, 120), max_size=5), st.sampled_from([None, "number", "date", "category"]))
def test_the_cut_changes_nothing(table: pl.DataFrame, cuts: list[int], kind: Any) -> None:
    ends = sorted({0, table.height, *(min(c, table.height) for c in cuts)})
    pieces = [table.slice(a, b - a) for a, b in pairwise(ends)]
    first = table.columns[0]
    wishes = {first: ColumnWish(type=kind, missing=("a", "2"))} if kind else {}
    rules, findings = scanned(pieces, wishes)
    assert (rules, findings) == scanned([table], wishes)
    assert all(len(f.rows) <= f.count for f in findings)


@pytest.mark.parametrize("kind", [None, "number", "date", "category"])
def test_nor_does_it_where_few_words_are_mixed(kind: Any) -> None:
    """Of one column, and many more cases than hypothesis tries."""
    for seed in range(50):
        rng = np.random.default_rng(seed)
        rows, place = int(rng.integers(2, 60)), rng.integers(0, len(WORDS), 5)
        some = [None if i == 0 else WORDS[i - 1] for i in place]
        cells = [some[i] for i in rng.choice(5, rows, p=[0.6, 0.1, 0.1, 0.1, 0.1])]
        table = pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)})
        wishes = {"x": ColumnWish(type=kind, missing=("a", "2"))} if kind else {}
        cut = int(rng.integers(1, rows))
        assert scanned([table[:cut], table[cut:]], wishes) == scanned([table], wishes), (seed, cells)


@settings(max_examples=30, deadline=None)
@given(columns())
def test_numbers_and_dates_lose_only_what_is_reported(table: pl.DataFrame) -> None:
    """Cells that are null once typed are counted as missing, or as no numbers or dates."""
    rules, findings = scanned([table])
    cells = typed(rules, table)
    for rule in rules:
        told = sum(f.count for f in findings if f.where.endswith(f" {rule.name}") and f.code in LOSSES)
        if rule.type in ("number", "date"):
            assert cells[rule.name].null_count() == told, (rule, table[rule.name].to_list())


LOSSES = ("missing", "not_a_number", "not_a_date")
NUMBERS = [str(round(i * 1.7, 2)) for i in range(60)]
EXPECTED: dict[Type, list[list[Any]]] = {
    "number": [
        NUMBERS, [f"{i * 37:,}.50" for i in range(60)], [f"{n} €".replace(".", ",") for n in NUMBERS],
        ["1", "2", "3"] * 20, ["0", "1"] * 20, [f"({i})" if i % 3 else f"{i}" for i in range(20)], list(range(7)) * 9,
        [*NUMBERS, "unknown", "?", "abc"], ["1 234,5", "12,5"] * 20, ["３", "４"] * 20, ["3.5万", "1.2亿", "800"] * 9,
        [f" {n} " for n in NUMBERS], [str(2**40 + i * 977) for i in range(40)], [1.5, None] * 9,
    ],
    "date": [
        ["2024-03-01", "2024-03-02"] * 9, ["1/2/2024", "31/12/2023"] * 9, ["1.2.2024", "3.4.2024"] * 9,
        ["2024年3月1日", "2024年12月31日"] * 9, ["01-Mar-24", "02-Mar-24"] * 9, ["March 1, 2024", "May 3, 2024"] * 9,
        ["2024-03-01T10:00:00Z", "2024-03-02T10:00:00Z"] * 9, [*["2024-03-01", "2024-03-04"] * 20, "soon", "unknown"],
    ],
    "boolean": [["yes", "no"] * 9, ["TRUE", "False"] * 9, ["是", "否"] * 9, ["有", "无"] * 9, [True, False] * 9],
    "ordinal": [["low", "high", "medium"] * 9, ["18-25", "26-35", "36-45", "46+"] * 9, ["一般", "好", "很差"] * 9],
    "category": [["red", "green", "blue"] * 9, ["00123", "94110", "10001"] * 20, ["007", "12"] * 20, ["a1", "a2"] * 9],
    "id": [
        [f"A{i:05}" for i in range(90)], [str(i) for i in range(60)], [f"{i:07}" for i in range(90)],
        [str(6222021234567890123 + i) for i in range(90)], [6222021234567890123 + i for i in range(90)],
    ],
    "text": [
        [f"this is review number {i} of many" for i in range(90)],
        [f"第{i}位客人说这家酒店的早餐很好吃，服务也不错" for i in range(90)],
    ],
    "constant": [["x"] * 9, ["5"] * 9, [5.0] * 9, ["2024-03-01"] * 9],
    "empty": [["", " ", None], [None, None], ["?", "N/A", "nan"]],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "cells"), [(k, c) for k, many in EXPECTED.items() for c in many])
def test_types(kind: Type, cells: list[Any]) -> None:
    assert of(cells)[0].type == kind


def test_compact_dates_need_a_name() -> None:
    assert (
        of(["20240301", "20240315"] * 9, "date")[0].type == "date"
        and of(["20240301"] * 9 + ["20240302"])[0].type == "number"
    )


def test_row_numbers_are_no_amounts_unless_named() -> None:
    table = pl.DataFrame({"n": [str(i) for i in range(50)]})
    scan = Scan()
    scan.add(glance(table))
    assert scan.rules({}, {})[0][0].type == "id" and scan.rules({}, {}, ["n"])[0][0].type == "number"


def test_unknown_in_a_number_column_is_settled_by_one_line() -> None:
    cells = [*NUMBERS, "?", "unknown"]
    rule, findings = of(cells, "age")
    assert rule.type == "number" and findings["not_a_number"].rows == (62,)
    assert findings["not_a_number"].fix == "columns: {age: {type: number, missing: [unknown]}}"
    rule, findings = of(cells, "age", type="number", missing=["?", "unknown"])
    assert set(findings) == {"missing"} and findings["missing"].count == 2 and findings["missing"].rows == (61, 62)


def test_wishes_go_before_tasks_and_tasks_before_what_is_found() -> None:
    table = pl.DataFrame({"a": ["1", "2"] * 9, "b": ["1", "2"] * 9, "c": ["1", "2"] * 9})
    rules, _ = scanned([table], {"a": ColumnWish(type="text")}, {"a": "category", "b": "category"})
    assert [r.type for r in rules] == ["text", "category", "number"]


def test_a_wish_for_no_column_is_an_error() -> None:
    with pytest.raises(MilepostError) as caught:
        scanned([pl.DataFrame({"price": ["1"]})], {"prise": ColumnWish(type="number")})
    (error,) = caught.value.errors
    assert error.where == "columns.prise" and "price" in error.fix


def test_the_owner_may_order_levels_and_name_a_format() -> None:
    rule, _ = of(["x", "y", "z"] * 9, type="ordinal", order=["y", "x", "z"])
    assert rule.type == "ordinal" and rule.order == ("y", "x", "z")
    rule, findings = of(["1/2/2024", "3/4/2024"] * 9, type="date", format="month-day-year")
    assert rule.format == "month-day-year" and not findings


def test_columns_may_come_later() -> None:
    rules, _ = scanned([pl.DataFrame({"a": ["1", "2"]}), pl.DataFrame({"b": ["x", "y"], "a": ["3", "4"]})])
    assert [(r.name, r.type) for r in rules] == [("a", "number"), ("b", "category")]


def test_an_empty_table_has_empty_columns() -> None:
    assert [r.type for r in scanned([pl.DataFrame({"a": pl.Series([], dtype=pl.String)})])[0]] == ["empty"]
    assert scanned([pl.DataFrame()]) == ((), [])


def test_memory_does_not_grow_with_the_rows() -> None:
    """A column of a million different names is kept as a sketch."""
    scan = Scan()
    for start in range(0, 200_000, 10_000):
        scan.add(glance(pl.DataFrame({"x": [f"name {i}" for i in range(start, start + 10_000)]})))
    kept = scan.words[0]
    assert kept.counts is None and sum(len(s.hashes) for s in kept.sketches) <= 17 * 512 and len(kept.prose) <= 64
    assert scan.seen("x").distinct == pytest.approx(200_000, rel=0.15)
