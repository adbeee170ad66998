"""The door: parts of one source agree, a file is what its bytes say, and whatever comes is a table or one error."""

from __future__ import annotations

import gzip
import random
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.errors import MilepostError, MilepostErrors
from milepost.sources.read import opened, read, read_noting

from .books import write_ods, write_xlsx
from .reading import cut_into, look, refusal, seen

CSV = b"a,b\n1,x\n2,y\n"


def test_the_same_columns_in_another_order_are_brought_into_order(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes(CSV)
    (tmp_path / "2.csv").write_bytes(b"b;a\nz;3\n")
    (tmp_path / "3.jsonl").write_bytes(b'{"b":"w","a":4}\n')
    assert read(".", tmp_path).rows() == [("1", "x"), ("2", "y"), ("3", "z"), ("4", "w")]
    (tmp_path / "4.csv").write_bytes(b"a,c\n1,2\n")
    with pytest.raises(MilepostError, match=r"it has other columns than `1.csv`: `b`, `c`"):
        read(".", tmp_path)


def test_a_file_that_lacks_a_column_says_so(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1], "b": ["x"]}).write_parquet(tmp_path / "1.parquet")
    (tmp_path / "2.jsonl").write_bytes(b'{"a":2,"b":"y"}\n{"a":3,"c":"z"}\n')
    (tmp_path / "3.csv").write_bytes(b"b,a\nw,4\n")
    table, findings, bad = read_noting(".", tmp_path)
    assert table.columns == ["a", "b", "c"] and not bad
    assert table["c"].to_list() == [None, None, "z", None] and table["a"].cast(pl.Int64).to_list() == [1, 2, 3, 4]
    assert [(f.code, f.where, f.count) for f in findings] == [
        ("absent_columns", "1.parquet", 1),
        ("absent_columns", "3.csv", 1),
    ]


def test_bad_rows_are_errors_or_noted(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(CSV + b"1,2,3\n4,\0\n")
    with pytest.raises(MilepostErrors) as caught:
        read("d.csv", tmp_path)
    assert [e.where for e in caught.value.errors] == ["d.csv:4", "d.csv:5"]
    table, findings, bad = read_noting("d.csv", tmp_path)
    assert table.height == 2 and not findings and [b.reason for b in bad] == ["too_many_cells", "nul_bytes"]


@pytest.mark.parametrize(
    ("name", "raw", "codes"),
    [
        ("d.csv", b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', ["misnamed_file"]),
        ("d.csv", b'[{"a":1,"b":"x"},\n{"a":2,"b":"y"}]', ["misnamed_file"]),
        ("d.txt", b'{\n "data": [{"a":1,"b":"x"},{"a":2,"b":"y"}]}', ["misnamed_file"]),
        ("d.json", b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', ["misnamed_file"]),
        ("d.jsonl", b'[{"a":1,"b":"x"},{"a":2,"b":"y"}]', ["misnamed_file"]),
        ("d.dat", b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', []),
        ("d.TSV", b"a\tb\n1\tx\n2\ty\n", []),
        ("d.csv", CSV.decode().encode("utf-16"), ["encoding"]),
    ],
)
def test_a_file_is_what_its_bytes_say(tmp_path: Path, name: str, raw: bytes, codes: list[str]) -> None:
    (tmp_path / name).write_bytes(raw)
    got = look(name, tmp_path)
    assert got.rows == [("1", "x"), ("2", "y")] and got.codes == codes


def test_a_csv_that_is_really_something_else(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    assert look(path).rows == [(1,)] and look(path).codes == ["misnamed_file"]
    for raw in (b"\xef\xbb\xbf\n<!doctype html>\n<html>", b"<table><tr><td>1", b"%PDF-1.7"):
        path.write_bytes(raw)
        assert "which cannot be read" in refusal(path).what


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(CSV * 99)
    with cut_into(64):
        (part,) = opened(path).parts
        blocks = part.blocks()
        next(blocks).parse()
        with path.open("ab") as file:
            file.write(b"3,z\n")
        with pytest.raises(MilepostError, match="the file changed while it was read"):
            [b.parse() for b in blocks]


def test_nothing_but_a_frame_file_or_address() -> None:
    with pytest.raises(MilepostError, match="it cannot be read"):
        opened([1, 2])  # type: ignore[arg-type]


def test_errors_quote_no_cell(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"secret7,secret8\nsecret9,0.5,\0\nsecret7,1\n" + b"secret7,1\n" * 3)
    table, findings, bad = read_noting("d.csv", tmp_path)
    assert table.height and bad and findings
    with pytest.raises(MilepostError) as caught:
        read("d.csv", tmp_path)
    assert "secret" not in str(findings) + str(caught.value)


@cache
def samples() -> dict[str, bytes]:
    """A small file of every kind."""
    table = pl.DataFrame({"a": [1, 2, 3] * 9, "b": ["x", None, "é"] * 9})
    cells = [[str(cell) for cell in row] for row in table.rows()]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        table.write_parquet(at / "d.parquet")
        table.write_ipc(at / "d.arrow")
        table.write_ipc_stream(at / "s.arrow")
        table.write_ndjson(at / "d.jsonl")
        table.write_json(at / "d.json")
        table.write_csv(at / "d.csv")
        write_xlsx(at / "d.xlsx", {"S": [["a", "b"], *cells]})
        write_ods(at / "d.ods", "S", [["a", "b"], *cells])
        (at / "d.csv.gz").write_bytes(gzip.compress((at / "d.csv").read_bytes()))
        with zipfile.ZipFile(at / "d.zip", "w") as archive:
            archive.writestr("d.csv", (at / "d.csv").read_bytes())
        return {p.name: p.read_bytes() for p in at.iterdir()}


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Change, cut, repeat or insert some bytes."""
    out = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        at, size = rng.randrange(len(out) + 1), rng.randint(1, 40)
        change: Callable[[], bytes] = rng.choice(
            [lambda n=size: rng.randbytes(n), lambda: b"", lambda a=at, n=size: bytes(out[a : a + n]) * 2]
        )
        out[at : at + rng.choice([0, size, size])] = change()
    return bytes(out)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_mutated_file_is_a_table_or_one_error(seed: int) -> None:
    rng = random.Random(seed)
    name = rng.choice(sorted(samples()))
    raw = rng.randbytes(200) if rng.random() < 0.1 else mutated(samples()[name], rng)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(raw)
        try:
            for part in opened(name, Path(folder)).parts:
                seen(part)
        except MilepostError as error:
            assert error.what and error.where and "\n" not in error.what
        assert [p.name for p in Path(folder).iterdir()] == [name]


def test_threads_do_not_matter(tmp_path: Path) -> None:
    rows = [f"{i},{'é' if i % 7 else 'x'}{',' * (i % 97 == 0)}" for i in range(5_000)]
    (tmp_path / "d.csv").write_text("a,b\n" + "\n".join(rows))
    with cut_into(512):
        (part,) = opened("d.csv", tmp_path).parts
        alone = seen(part)
        with ThreadPoolExecutor(4) as pool:
            pieces = list(pool.map(lambda b: b.parse(), list(part.blocks())[::-1]))[::-1]
    assert [r for p in pieces for r in p.table.rows()] == alone.rows
    assert [b for p in pieces for b in p.bad] == alone.bad and part.findings == alone.findings
