"""Packed files are read as what is in them; what is broken, dangerous or ambiguous is one clear error."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path

import polars as pl
import pytest
import zstandard

from milepost.sources import packed
from milepost.sources.read import opened

from .books import write_xlsx
from .reading import look, refusal

CSV = b"a,b\n1,x\n2,y\n"


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [("d.csv.gz", gzip.compress), ("d.csv.zst", zstandard.compress), ("d.zip", lambda b: zip_of(**{"d.csv": b}))],
)
def test_a_packed_csv(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / name).write_bytes(pack(CSV))
    got = look(name, tmp_path)
    assert got.rows == [("1", "x"), ("2", "y")] and not got.findings
    assert opened(name, tmp_path).parts[0].name == ("d.zip/d.csv" if name == "d.zip" else name)


def test_every_kind_may_be_packed(tmp_path: Path) -> None:
    table = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    for kind in ("jsonl", "json", "parquet", "arrow", "stream.arrow", "xlsx"):
        path = tmp_path / f"d.{kind}"
        if kind == "xlsx":
            write_xlsx(path, {"S": [["a", "b"], [1, "x"], [2, None]]})
        else:
            write = {"jsonl": table.write_ndjson, "json": table.write_json, "parquet": table.write_parquet}
            write |= {"arrow": table.write_ipc, "stream.arrow": table.write_ipc_stream}
            write[kind](path)
        for name, raw in ((path.name + ".gz", gzip.compress(path.read_bytes())), ("d.zip", None)):
            (tmp_path / name).write_bytes(raw or zip_of(**{path.name: path.read_bytes()}))
            got = look(name, tmp_path)
            assert [(str(a), b) for a, b in got.rows] == [("1", "x"), ("2", None)], (kind, name)


def test_folders_and_noise_in_a_zip_are_passed_over(tmp_path: Path) -> None:
    members = {"in/": b"", "in/d.csv": CSV, "__MACOSX/in/._d.csv": b"\0", ".DS_Store": b"\0"}
    (tmp_path / "d.zip").write_bytes(zip_of(**members))
    assert len(look("d.zip", tmp_path).rows) == 2


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("d.csv.gz", gzip.compress(b""), "the file is empty"),
        ("d.csv.gz", gzip.compress(CSV * 9_999)[:-12], "it is broken or cut short"),
        ("d.csv.zst", zstandard.compress(CSV * 99_999)[:-4], "it is broken or cut short"),
        ("d.zip", zip_of(**{"d.csv": CSV})[:-30], "the zip is broken or cut short"),
        ("d.zip", zip_of(**{"d.csv": CSV}).replace(zlib.compress(CSV)[2:-4], b"\xff" * 9, 1), "broken or cut short"),
        ("d.zip", zip_of(**{"../d.csv": CSV}), "points outside of it"),
        ("d.zip", zip_of(**{"C:\\d.csv": CSV}), "points outside of it"),
        ("d.zip", zip_of(**{"a.csv": CSV, "b.csv": CSV}), "the zip holds 2 files: a.csv, b.csv"),
        ("d.zip", zip_of(), "the zip holds no file"),
        ("d.zip", zip_of(**{"d.csv.gz": gzip.compress(CSV)}), "it is packed twice"),
        ("d.csv.gz", gzip.compress(gzip.compress(CSV)), "it is packed twice"),
        ("d.csv.gz", CSV, "it is named `.gz` but is not packed so"),
        ("d.db.gz", gzip.compress(b"SQLite format 3\0" + bytes(99)), "a database cannot be read while it is packed"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, raw: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(raw)
    error = refusal(name, tmp_path)
    assert what in error.what and error.where.startswith(name) and error.fix
    assert {p.name for p in tmp_path.iterdir()} == {name}


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "FREE", 1 << 20)
    bomb = b"a,b\n" + b"0,0\n" * 2_000_000
    for name, raw in (("d.csv.gz", gzip.compress(bomb)), ("d.zip", zip_of(**{"d.csv": bomb}))):
        (tmp_path / name).write_bytes(raw)
        assert "a zip bomb" in refusal(name, tmp_path).what


def test_an_encrypted_zip(tmp_path: Path) -> None:
    raw = bytearray(zip_of(**{"d.csv": CSV}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    (tmp_path / "d.zip").write_bytes(raw)
    assert "the zip is encrypted" in refusal("d.zip", tmp_path).what


def test_a_csv_that_is_really_packed(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(gzip.compress(CSV))
    got = look("d.csv", tmp_path)
    assert len(got.rows) == 2 and got.codes == ["misnamed_file"]
