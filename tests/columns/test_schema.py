"""Cells read by the rules of their columns: the same alone and among many, in files and in requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from milepost.columns.schema import ColumnRule, ColumnWish, Type, plain_word, typed, unread

CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "?", "N/A", "NaN", "null", "unknown", "-", "无", "缺失", "yes", "A", " a ", "ſ", "K", "-999", "1,5",
         "1.234", "1,234", "$5", "(3)", "7 %", "１２", "3.5万", "007", "1e400", "inf", "2024-03-01", "1/2/2024",
         "24-03-01", "20240301", "March 1, 2024", "2024-03-01T12:00:00Z", "\u00a012\u3000", "12345678901234567",
         "\ufeffx"]
    ),
    st.floats(-1e6, 1e6).map(str),
    st.text(max_size=6),
)  # fmt: skip
RULES = st.builds(
    ColumnRule,
    name=st.just("x"),
    type=st.sampled_from(get_args(Type)),
    missing=st.sampled_from([(), ("unknown",), ("-999", "a"), ("2024-03-01", "1,5")]),
    decimal=st.sampled_from([".", ","]),
    format=st.sampled_from(["day-month-year", "month-day-year", "year-month-day"]),
    compact=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(RULES, st.lists(CELLS, min_size=1, max_size=30), st.integers(1, 8))
def test_a_cell_alone_is_read_as_among_many(rule: ColumnRule, cells: list[str | None], times: int) -> None:
    table = pl.DataFrame({"x": pl.Series(cells * times, dtype=pl.String), "other": cells * times})
    many = typed([rule], table)
    for i in range(len(cells)):
        alone = typed([rule], table.slice(i, 1))
        assert alone.rows() == [many.row(i)] and alone.schema == many.schema


@settings(max_examples=30, deadline=None)
@given(RULES, st.lists(CELLS, min_size=1, max_size=30))
def test_typed_cells_stay_and_unread_is_what_is_lost(rule: ColumnRule, cells: list[str | None]) -> None:
    raw = pl.Series("x", cells, dtype=pl.String)
    once = typed([rule], raw.to_frame())
    assert typed([rule], once).equals(once)
    lost = unread(rule, raw)
    assert lost.dtype == pl.Boolean and not (lost & once["x"].is_not_null()).any()


def read(rule: dict[str, Any], *cells: Any) -> list[Any]:
    return typed([ColumnRule(name="x", **rule)], pl.DataFrame({"x": pl.Series("x", cells, strict=False)}))[
        "x"
    ].to_list()


def test_numbers() -> None:
    assert read({"type": "number"}, "1", "1,234.5", "$5", "?", "unknown", "abc", None) == [1, 1234.5, 5, *[None] * 4]
    assert read({"type": "number", "decimal": ","}, "1.234", "1,5", "2.5", "7") == [1234, 1.5, 2.5, 7]
    assert read({"type": "number", "missing": ("-999",)}, "-999", "-999.0", "1") == [None, None, 1]
    assert read({"type": "number", "missing": ("-999",)}, -999, 1.5, float("nan"), float("inf")) == [
        None,
        1.5,
        None,
        None,
    ]
    assert read({"type": "number"}, True, False, None) == [1, 0, None]


def test_dates() -> None:
    day = datetime(2024, 3, 1)
    assert read({"type": "date"}, "2024-03-01", "1/3/2024", "soon", None) == [day, day, None, None]
    assert read({"type": "date", "format": "month-day-year"}, "3/1/2024") == [day]
    assert read({"type": "date", "compact": True}, 20240301, None) == [day, None]
    assert read({"type": "date", "missing": ("1900-01-01",)}, "1900-01-01", "2024-03-01") == [None, day]
    assert read({"type": "date"}, day.date()) == [day]
    away = pl.Series("x", [day]).dt.replace_time_zone("Asia/Shanghai")
    assert typed([ColumnRule(name="x", type="date")], away.to_frame())["x"].to_list() == [datetime(2024, 2, 29, 16)]


def test_words() -> None:
    assert read({"type": "category"}, " a\u3000", "", "N/A", "none", None) == ["a", None, None, "none", None]
    assert read({"type": "category", "missing": ("none",)}, "None", "a") == [None, "a"]
    assert read({"type": "text"}, "00123", "12345678901234567890", "1.50") == ["00123", "12345678901234567890", "1.50"]


def test_requests_say_the_same_as_files() -> None:
    """JSON has 1 and 1.0 and true where a file has text."""
    category = {"type": "category"}
    assert read(category, 1, 2) == read(category, 1.0, 2.0) == read(category, "1", "2") == ["1", "2"]
    assert read(category, 1.5, None) == ["1.5", None] and read(category, True, False) == ["true", "false"]
    assert read(category, 6222021234567890123) == ["6222021234567890123"]


def test_unread_cells_say_something() -> None:
    rule = ColumnRule(name="x", type="number", missing=("none",))
    assert unread(rule, pl.Series("x", ["1", "abc", "?", "none", "", None, "5 €"])).to_list() == [
        False, True, False, False, False, False, False,
    ]  # fmt: skip
    assert unread(ColumnRule(name="x", type="category"), pl.Series("x", ["abc"])).to_list() == [False]
    assert unread(ColumnRule(name="x", type="date"), pl.Series("x", ["abc", "2024-03-01"])).to_list() == [True, False]


def test_many_categories_are_read_at_once() -> None:
    cells = ["a ", "N/A", "b", None, ""] * 100
    assert read({"type": "category"}, *cells) == ["a", None, "b", None, None] * 100


def test_a_wish_takes_what_yaml_gives() -> None:
    wish = ColumnWish(missing=[-999, None, "?", 7.0, True])  # type: ignore[arg-type]
    assert wish.missing == ("-999", "null", "?", "7", "true")
    assert ColumnWish(missing="?").missing == ("?",)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        ColumnWish(type="nummer")  # type: ignore[arg-type]
    assert plain_word(1e300) == "1e+300"
