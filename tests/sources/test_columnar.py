"""Parquet and Arrow: plain types stay, rich ones are rewritten and told, broken files are one clear error."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.errors import MilepostError
from milepost.sources import columnar
from milepost.sources.arrow import ArrowStream
from milepost.sources.packed import Stream
from milepost.sources.read import opened

from .reading import look, refusal, seen

TABLE = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "é"], "c": [0.5, None, 2.0], "d": [True, False, None]})


@pytest.mark.parametrize("name", ["d.parquet", "d.arrow", "d.feather", "s.arrow"])
def test_plain_types_stay(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "CELLS", 8)  # two rows a block
    write = {"d.parquet": TABLE.write_parquet, "s.arrow": TABLE.write_ipc_stream}.get(name, TABLE.write_ipc)
    write(tmp_path / name)
    got = look(name, tmp_path)
    assert got.columns == TABLE.columns and got.rows == TABLE.rows() and got.lines == [1, 2, 3] and not got.findings


def test_rich_types_are_told(tmp_path: Path) -> None:
    rich = pl.DataFrame(
        {
            "list": [[1, 2], None],
            "struct": [{"x": 1, "y": "é"}, {"x": None, "y": "b"}],
            "span": [dt.timedelta(seconds=90), None],
            "bytes": [b"\x00\xff", None],
            "money": [Decimal("1.50"), None],
            "kind": pl.Series(["u", None], dtype=pl.Categorical),
            "day": [dt.date(2024, 1, 2), None],
        }
    )
    rich.write_parquet(tmp_path / "d.parquet")
    got = look("d.parquet", tmp_path)
    first = ("[1, 2]", '{"x": 1, "y": "é"}', 90.0, "00ff", 1.5, "u", dt.date(2024, 1, 2))
    assert got.rows[0] == first and got.rows[1][2:] == (None,) * 5
    assert [f.where for f in got.findings] == [f"column {c}" for c in ("list", "struct", "span", "bytes")]


def test_no_rows(tmp_path: Path) -> None:
    for write, name in ((TABLE.head(0).write_parquet, "d.parquet"), (TABLE.head(0).write_ipc_stream, "d.arrow")):
        write(tmp_path / name)
        got = look(name, tmp_path)
        assert got.columns == TABLE.columns and got.rows == []


def test_truncated_files(tmp_path: Path) -> None:
    for name, write in (("d.parquet", TABLE.write_parquet), ("d.arrow", TABLE.write_ipc)):
        write(tmp_path / name)
        raw = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(raw[: len(raw) * 2 // 3])
        error = refusal(name, tmp_path)
        assert "the file cannot be read" in error.what and "is it complete?" in error.fix


def stream_of(*tables: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    pl.concat(tables, rechunk=False).write_ipc_stream(out)
    return out.getvalue()


def arrow_of(raw: bytes) -> ArrowStream:
    return ArrowStream(Stream("x.arrow", ".arrow", len(raw), lambda: io.BytesIO(raw)))


def test_a_stream_is_read_batch_by_batch() -> None:
    kinds = TABLE.with_columns(pl.col("b").cast(pl.Categorical))
    raw = stream_of(kinds, kinds)
    assert seen(arrow_of(raw)).rows == TABLE.rows() * 2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2_000))
def test_a_stream_that_is_cut_short(cut: int) -> None:
    raw = stream_of(TABLE)
    part = arrow_of(raw[: -min(cut, len(raw) - 8)])
    try:
        got = seen(part)
    except MilepostError as error:
        assert "broken or cut short" in str(error) or "empty" in str(error)
    else:
        assert got.rows in (TABLE.rows(), [])  # the mark of the end may be absent


def test_a_web_page_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "d.parquet").write_bytes(b"<!DOCTYPE html><html>")
    assert "it is a web page" in refusal("d.parquet", tmp_path).what
    (tmp_path / "d.parquet").write_bytes(b"\0\1\2\3")
    assert "does not begin as `.parquet` files do" in refusal("d.parquet", tmp_path).what


def test_a_frame_in_memory() -> None:
    (part,) = opened(TABLE).parts
    assert seen(part).rows == TABLE.rows()
