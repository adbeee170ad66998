"""Spreadsheets: the sheet, the header and the types are found; what is odd about them is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from milepost.sources.read import opened

from .books import write_locked, write_ods, write_xlsx
from .reading import look, refusal

DAY = dt.date(2024, 3, 1)
ROWS = [["name", "age", "day", "ok", "share"], ["ann", 33, DAY, True, 0.5], ["bob", None, DAY, False, 2]]


def test_cells_keep_their_types(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"Costs": ROWS})
    (part,) = opened("b.xlsx", tmp_path).parts
    (block,) = part.blocks()
    table, line_N, _ = block.parse()
    assert part.name == "b.xlsx/Costs" and line_N.tolist() == [2, 3] and not part.findings
    assert table.schema == pl.Schema(
        {"name": pl.String, "age": pl.Int64, "day": pl.Date, "ok": pl.Boolean, "share": pl.Float64}
    )
    assert table.rows() == [("ann", 33, DAY, True, 0.5), ("bob", None, DAY, False, 2.0)]


def test_a_sheet_by_name_or_the_first_with_rows(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"Empty": [], "One": [["a"], [1]], "Two": [["b"], [2]]})
    got = look("b.xlsx", tmp_path)
    assert got.columns == ["a"] and got.codes == ["sheet_chosen"] and "`One`" in got.findings[0].what
    assert look("b.xlsx", tmp_path, sheet="Two").columns == ["b"]
    error = refusal("b.xlsx", tmp_path, sheet="Tow")
    assert "no sheet `Tow`" in error.what and "`Two`" in error.fix


def test_a_title_above_the_header_is_told(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"S": [["Costs of 2024"], [], ["a", "b", "c"], [1, 2, 3], [4, 5, "x"]]}, first=3)
    got = look("b.xlsx", tmp_path)
    assert got.columns == ["a", "b", "c"] and got.rows == [(1, 2, "3"), (4, 5, "x")] and got.lines == [6, 7]
    assert got.codes == ["title_rows"] and got.findings[0].rows == (3, 4)


def test_merged_headers_are_refused(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"S": [["who", "when", None], ["ann", 1, 2]]}, merged="B1:C1")
    error = refusal("b.xlsx", tmp_path)
    assert "columns without a name: C" in error.what and "merged" in error.fix


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"S": [["a", "a"], [1, 2]]})
    assert "two columns are named `a`" in refusal("b.xlsx", tmp_path).what


def test_blank_rows_and_ragged_rows(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"S": [["a", "b"], [1], [], [None, "x"]]})
    got = look("b.xlsx", tmp_path)
    assert got.rows == [(1, None), (None, "x")] and got.lines == [2, 4]


def test_opendocument(tmp_path: Path) -> None:
    write_ods(tmp_path / "b.ods", "S", [["a", "b"], ["x", "y"]])
    assert look("b.ods", tmp_path).rows == [("x", "y")]


def test_a_password(tmp_path: Path) -> None:
    write_locked(tmp_path / "b.xlsx")
    assert "password" in refusal("b.xlsx", tmp_path).what


def test_no_rows_at_all(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.xlsx", {"S": []})
    assert "no sheet has rows" in refusal("b.xlsx", tmp_path).what


def test_a_csv_that_is_really_a_workbook(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "b.csv", {"S": [["a"], [1]]})
    got = look("b.csv", tmp_path)
    assert got.rows == [(1,)] and got.codes == ["misnamed_file"]
