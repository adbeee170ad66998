"""Reading files: encodings and delimiters are found, and what cannot be read is one clear error."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.data.delimited import header
from milepost.data.encoding import decode
from milepost.data.read import read, read_noting
from milepost.errors import MilepostError

ROWS = [["名称", "值"], ["甲, 乙", "1"], ['say "hi"', ""]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    quoted = "\n".join(delimiter.join('"' + c.replace('"', '""') + '"' for c in row) for row in ROWS)
    (tmp_path / "t.csv").write_bytes(quoted.encode(encoding))
    found = read(tmp_path / "t.csv")
    assert found.columns == ROWS[0]
    assert found.rows() == [("甲, 乙", "1"), ('say "hi"', None)] or found.rows()[1][1] in ("", None)


@pytest.mark.parametrize(
    "text", ["Müller,Café", "Größe", "Descrição,Preço\nLocalização,São Paulo", "naïve “quoted” £5", "x;Ärzte\n1;ja"]
)
def test_latin_letters_are_not_taken_for_chinese(text: str) -> None:
    assert decode(text.encode("cp1252"), Path("x")) == (text, "Windows-1252")


@pytest.mark.parametrize("text", ["name,城市\nann,北京\nbob,上海", "年龄,a,b\n1,2,3\n4,5,6", "甲 乙，丙"])
def test_chinese_is_not_taken_for_latin(text: str) -> None:
    assert decode(text.encode("gb18030"), Path("x")) == (text, "GB18030")


def test_text_stays_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("zip,flag\n00501,no\n")
    assert read(tmp_path / "t.csv").rows() == [("00501", "no")]


def test_all_formats_agree(tmp_path: Path) -> None:
    table = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    table.write_parquet(tmp_path / "t.parquet")
    table.write_ipc(tmp_path / "t.arrow")
    table.write_ndjson(tmp_path / "t.jsonl")
    table.write_json(tmp_path / "t.json")
    for name in ("t.parquet", "t.arrow", "t.jsonl", "t.json"):
        assert read(tmp_path / name).equals(table), name
    assert read(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})).equals(table)


def test_a_folder_and_a_glob_are_many_files(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"part{i}.csv").write_text(f"a,b\n{i},x\n")
    (tmp_path / "notes.md").write_text("not data")
    assert read(tmp_path)["a"].to_list() == ["0", "1", "2"]
    assert read("part[12].csv", tmp_path)["a"].to_list() == ["1", "2"]


BAD = {
    "empty.csv": (b"", "empty"),
    "header.csv": (b"a,b\n", "no rows"),
    "twice.csv": (b"a,a\n1,2\n", "two columns"),
    "wide.csv": (b"a,b\n1,2\n1,2,3\n", "3 cells"),
    "nul.csv": (b"a,b\n1,\x002\n", "NUL"),
    "bad.parquet": (b"PAR1 nothing", "cannot be read"),
    "bad.jsonl": (b'{"a": 1}\n{"a": \n', "no JSON object"),
    "what.exe": (b"MZ", "not a kind of file"),
    "nameless.csv": (b"a,,b,\n1,2,3,4\n", "columns 2 and 4 have no name"),
    "quote.csv": (b'a,b\n1,2\n3,"4\n5,6\n', "never closed"),
    "bad.json": (b'[{"a": 1},\n{"a" 2}]', "no JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str) -> None:
    content, word = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MilepostError, match=word) as caught:
        read(tmp_path / name)
    assert name in caught.value.where


def test_the_line_of_a_row_that_is_too_wide_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n"1\n1",2\n1,2,3\n')
    with pytest.raises(MilepostError) as caught:
        read(tmp_path / "t.csv")
    assert caught.value.where.endswith("t.csv:4")


@pytest.mark.parametrize(("name", "line"), [("quote.csv", 3), ("bad.jsonl", 2), ("bad.json", 2)])
def test_the_line_of_what_is_malformed_is_named(tmp_path: Path, name: str, line: int) -> None:
    (tmp_path / name).write_bytes(BAD[name][0])
    with pytest.raises(MilepostError) as caught:
        read(tmp_path / name)
    assert caught.value.where.endswith(f"{name}:{line}")


def test_short_rows_and_a_foreign_encoding_are_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("größe,a,b\n1,2,3\n1,2\n\n4\n1,2,\n".encode("cp1252"))
    found = {f.code: f for f in read_noting(tmp_path / "t.csv")[1]}
    assert found["short_rows"].count == 2 and "lines 3, 5" in found["short_rows"].what
    assert "Windows-1252" in found["encoding"].what


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path: Path, codec: str) -> None:
    (tmp_path / "t.csv").write_bytes("城市,a\n北京,1\n".encode(codec))
    assert read(tmp_path / "t.csv").rows() == [("北京", "1")]


def test_missing_files_name_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "heart.csv").write_text("a\n1\n")
    with pytest.raises(MilepostError) as caught:
        read("haert.csv", tmp_path)
    assert "heart.csv" in caught.value.fix
    (tmp_path / "void").mkdir()
    with pytest.raises(MilepostError, match="no data files"):
        read("void", tmp_path)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "t.csv"
    path.write_bytes(content)
    with contextlib.suppress(MilepostError):
        assert read(path).height


def test_a_header_of_one_column_has_no_delimiter() -> None:
    assert header("name\nann\nbob\n", Path("x"))[0] == ["name"]


def test_rich_columns_become_numbers_or_text(tmp_path: Path) -> None:
    rich = pl.DataFrame(
        {
            "list": [[1, 2], None],
            "record": [{"a": 1}, {"a": None}],
            "bytes": [b"\x00\xff", None],
            "took": [timedelta(seconds=90), None],
            "price": pl.Series(["1.50", "2.25"]).cast(pl.Decimal(10, 2)),
            "kind": pl.Series(["x", "y"], dtype=pl.Categorical),
        }
    )
    rich.write_parquet(tmp_path / "t.parquet")
    found, said = read_noting(tmp_path / "t.parquet")
    assert [f.where for f in said] == ["column list", "column record", "column bytes", "column took"]
    assert found.row(0) == ("[1, 2]", '{"a": 1}', "00ff", 90.0, 1.5, "x")
    assert found.row(1) == (None, '{"a": null}', None, None, 2.25, "y")


@pytest.mark.parametrize(
    "frame", [[1, 2], 7, pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"a": [1, "x", [2]]})]
)
def test_what_is_no_data_frame_is_one_clear_error(frame: object) -> None:
    with pytest.raises(MilepostError, match="cannot be read"):
        read(frame)  # type: ignore[arg-type]
