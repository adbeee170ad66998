"""What a column is, by what was seen of it: the edges between kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from milepost.columns.judge import Seen, found, is_prose
from milepost.columns.scan import Scan, glance


def seen(cells: Sequence[Any], name: str = "x") -> Seen:
    scan = Scan()
    scan.add(glance(pl.DataFrame({name: pl.Series(cells, strict=False)})))
    return scan.seen(name)


NUMBERS = [str(i * 3 + 0.5) for i in range(100)]


@pytest.mark.parametrize(
    ("strays", "kind"),
    [(["a"] * 11, "number"), (["a"] * 12, "id"), (["a", "b", "c"], "number"), (["a"], "number"), ([*"abcd"], "id")],
)
def test_a_few_strays_leave_a_column_of_numbers(strays: list[str], kind: str) -> None:
    assert found(seen([*NUMBERS, *strays])) == kind


@pytest.mark.parametrize(
    ("texts", "prose"),
    [
        (["the room was clean and quiet", "I will not come again, ever"], True),
        (["第二天早上的早餐非常丰富，服务员也很热情", "房间太小而且很吵，以后再也不会来住了的"], True),
        (["Ann Smith", "Bo van Dyke"], False),
        (["10 Main Street", "7 High Street"], False),
        (["https://example.com/a/very/long/address/that/goes/on/1", "https://example.com/b"], False),
        (["上海", "北京"], False),
    ],
)
def test_prose_is_told_from_names(texts: list[str], prose: bool) -> None:
    assert is_prose(seen(texts)) is prose


@pytest.mark.parametrize(
    ("name", "start", "step", "key"),
    [("x", 0, 1, True), ("x", 500, 2, True), ("x", 0, 50, False), ("user_id", 0, 50, True), ("userId", 0, 50, True),
     ("paid", 0, 50, False), ("编号", 0, 977, True)],
)  # fmt: skip
def test_row_numbers_are_dense_or_named(name: str, start: int, step: int, key: bool) -> None:
    assert seen([str(start + i * step) for i in range(60)], name).is_key is key


def test_a_number_that_is_there_twice_is_no_key() -> None:
    assert not seen([*(str(i) for i in range(60)), "5"], "id").is_key


@pytest.mark.parametrize(
    ("name", "cells", "code"),
    [
        ("zip", ["94110", "10001"], True), ("手机", ["13800000000", "13900000000"], True), ("x", ["007", "123"], True),
        ("x", ["1", "02", *["300"] * 300], False), ("x", ["12345678901234567", "1"], True),
        ("x", ["94110", "10001"], False),
        ("price", ["007.5", "1.5"], False),
    ],
)  # fmt: skip
def test_codes_are_no_amounts(name: str, cells: list[str], code: bool) -> None:
    assert seen(cells, name).is_code is code


def test_the_order_and_the_sign_that_more_cells_prove() -> None:
    assert seen(["1/2/2024", "2/13/2024"]).format == "month-day-year"
    assert seen(["1/2/2024"]).format == "day-month-year"
    assert seen(["99-12-31", "24-01-02"]).format == "year-month-day"
    assert seen(["1,5", "2,5", "1.5"]).decimal == "," and seen(["1,5", "1.5"]).decimal == "."


def test_a_column_with_gaps_is_never_constant() -> None:
    assert found(seen(["x"] * 9)) == "constant" and found(seen(["x"] * 9 + [None])) == "category"
    assert found(seen([5, 5, 5])) == "constant" and found(seen([5, 5, None])) == "number"
