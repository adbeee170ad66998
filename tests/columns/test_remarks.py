"""What is said of columns: each finding where it belongs, none where nothing is odd."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from milepost.columns.judge import found, judged
from milepost.columns.remarks import remarks
from milepost.columns.scan import Scan, glance
from milepost.columns.schema import ColumnWish
from milepost.types import Finding

NUMBERS = [str(round(i * 1.7, 2)) for i in range(40)]


def said(cells: list[Any], name: str = "x", **wish: Any) -> dict[str, Finding]:
    scan = Scan()
    scan.add(glance(pl.DataFrame({name: pl.Series(cells, strict=False)})))
    return {f.code: f for f in scan.rules({name: ColumnWish(**wish)} if wish else {}, {})[1]}


@pytest.mark.parametrize(
    ("code", "cells"),
    [
        ("empty_column", ["", None]),
        ("constant_column", ["x"] * 9),
        ("id_like", [str(i) for i in range(50)]),
        ("id_like", [f"Ann {i}" for i in range(90)]),
        ("free_text", [f"this is a text of some words {i}" for i in range(90)]),
        ("code_column", ["00123", "94110"] * 9),
        ("number_format", ["$5.50", "7"] * 9),
        ("number_format", ["3.5万", "7"] * 9),
        ("number_format", ["1,234.5", "7"] * 9),
        ("ambiguous_number", ["1,234", "950"] * 9),
        ("ambiguous_number", ["1.234", "950"] * 9),
        ("mixed_decimals", ["1,5", "1.5"] * 9),
        ("not_a_number", [*NUMBERS, "unknown"]),
        ("mixed_column", [*NUMBERS, *"abcdef"]),
        ("ambiguous_date", ["1/2/2024", "3/4/2024"] * 9),
        ("ambiguous_date", ["24-03-01", "24-03-15"] * 9),
        ("date_format", ["1/2/2024", "13/4/2024"] * 9),
        ("mixed_dates", [*["1/2/2024", "13/4/2024"] * 20, "4/13/2024"]),
        ("mixed_dates", ["4/13/2024", "13/4/2024"] * 9),
        ("not_a_date", [*["2024-03-01", "2024-03-02"] * 20, "soon"]),
        ("similar_values", ["Yes", "YES", "maybe"] * 9),
        ("word_kept", ["a", "b", "unknown"] * 9),
        ("missing", [*NUMBERS, "", "?", None]),
    ],
)
def test_what_is_said(code: str, cells: list[Any]) -> None:
    assert code in said(cells)


@pytest.mark.parametrize(
    "cells",
    [
        NUMBERS, ["1", "2", "3"] * 20, ["0.123", "0.456", "12"] * 9, ["1.234", "0.5", "7"] * 9, [1.234, 2.345, 7.0] * 9,
        ["red", "green", "blue"] * 20, ["yes", "no"] * 20, ["low", "mid", "high"] * 9, ["2024-03-01", "2024-03-02"] * 9,
        ["2024年3月1日", "2024年3月2日"] * 9, ["none", "some", "all"] * 9, ["-5", "+5"] * 9, ["A", "B", "NA"] * 9,
    ],
)  # fmt: skip
def test_nothing_is_said_of_plain_columns(cells: list[Any]) -> None:
    assert not said(cells)


def test_rows_and_counts() -> None:
    cells = [*NUMBERS, "", "?", "oops", "oops", None]
    found = said(cells)
    assert found["not_a_number"].rows == (43, 44) and found["not_a_number"].count == 2
    assert found["missing"].rows == (41, 42, 45) and found["missing"].count == 3


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([*NUMBERS, "unknown", "#odd: 'one'"], "not_a_number"),
        (["1/2/2024", "3/4/2024"] * 9, "ambiguous_date"),
        (["1,234", "950"] * 9, "ambiguous_number"),
        (["a", "b", "unknown"] * 9, "word_kept"),
    ],
)
@pytest.mark.parametrize("name", ["age", "年龄", "No: 1", "2x", "yes"])
def test_the_line_of_a_finding_settles_it(cells: list[str], code: str, name: str) -> None:
    line = yaml.safe_load(said(cells, name)[code].fix)["columns"]
    assert list(line) == [name] and code not in said(cells, name, **line[name])


def test_no_cell_is_quoted_where_words_are_withheld() -> None:
    for cells in ([*NUMBERS, "Ann"], ["Ann Li", "ANN LI", "Bo"] * 9, [*["2024-03-01"] * 40, "2024-03-02", "Ann"]):
        scan = Scan()
        scan.add(glance(pl.DataFrame({"x": cells})))
        seen = replace(scan.seen("x"), words=None, strays=None)
        rule = judged(seen, found(scan.seen("x")))
        assert "ann" not in str(remarks(seen, rule, ColumnWish(), asked=False)).lower()


def test_a_demanded_type_that_no_cell_has_is_an_error() -> None:
    error = said(["a", "b"] * 9, "age", type="number")["not_a_number"]
    assert error.severity == "error" and error.where == "columns.age"


def test_clean_tables_are_quiet(data: Path) -> None:
    """Real columns that are in order get no warning."""
    for file in ("german_credit/german_credit.csv", "pima_diabetes/diabetes.csv", "breast_cancer_wdbc/train.csv"):
        table = pl.read_csv(data / file, infer_schema=False)
        scan = Scan()
        scan.add(glance(table))
        assert not scan.rules({}, {})[1]
