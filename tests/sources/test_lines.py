"""JSON lines are read as Python's json module reads them, cell by cell, whatever the blocks."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from milepost.errors import MilepostError
from milepost.sources import encoding
from milepost.sources.flat import flat
from milepost.sources.lines import Lines
from milepost.sources.packed import Stream

from .reading import cut_into, outcome, seen

Value = Any
letters = st.sampled_from('a":,{}[]\\/ \n\t\x7fé漢😀') | st.characters(
    exclude_categories=["Cs"], exclude_characters="\0"
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text(letters, max_size=8)
deep = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.sampled_from("ab"), scalars, max_size=2)
keys = st.sampled_from(["a", "b", "c:", 'q"', "\\", "longer than eight", "longer than sixteen letters", "é"])


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Value]]:
    """Some rows, alike or each with keys of its own."""
    all_keys = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    some = st.just(all_keys) if draw(st.booleans()) else st.lists(st.sampled_from(all_keys), unique=True, min_size=1)
    value = draw(st.sampled_from([scalars, scalars, deep]))
    return [{k: draw(value) for k in draw(some)} for _ in range(draw(st.integers(1, 6)))]


def lines_of(raw: bytes) -> Lines:
    return Lines(Stream("x.jsonl", ".jsonl", len(raw), lambda: io.BytesIO(raw)))


def cell_of(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@settings(max_examples=150, deadline=None)
@given(
    records(),
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.integers(1, 200),
)
def test_cells_are_those_of_the_json_module(
    rows: list[dict[str, Value]], ascii: bool, marks: tuple[str, str], end: str, size: int
) -> None:
    raw = end.join(json.dumps(r, ensure_ascii=ascii, separators=marks) for r in rows).encode()
    columns = list(dict.fromkeys(k for r in rows for k in r))
    with cut_into(size):
        got = seen(lines_of(raw))
    assert not got.bad and got.columns == columns
    assert got.rows == [tuple(cell_of(r.get(c)) for c in columns) for r in rows]
    step = 2 if end == "\n\n" else 1
    assert got.lines == list(range(1, step * len(rows) + 1, step))


TOKENS = [b'{"a":1}\n', b'{"a":"x","b":2}\n', b'"', b"{", b"}", b":", b",", b"\n", b"\r", b"1", b'"a"', b"[", b"]"]
TOKENS += [b"\\", b" ", b"null", b"\xff", b"\0", "é".encode(), rb"\ud800", b'"a":', b'{"a":0', b"}\n", b'{"c":01}\n']


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=20).map(b"".join), st.integers(1, 40), st.integers(1, 300))
@example(b'{"a":1}\n{"a":1,"c":01}\n', 1, 300)
def test_blocks_do_not_matter(mess: bytes, one: int, two: int) -> None:
    first, second = outcome(lines_of(mess), one), outcome(lines_of(mess), two)
    assert first == second
    if isinstance(first, str):
        return
    lines = mess.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for number, line in enumerate(lines, 1):
        assert not line.strip() or number in first.lines or number in [b.line for b in first.bad]
    for number in first.lines:
        assert isinstance(json.loads(lines[number - 1].decode(errors="replace"), strict=False), dict)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":1.}',
        b'{"a":nul}',
        b'{"a":1,2}',
        b'{"a":"x"y"}',
        rb'{"a":"\q"}',
        rb'{"a":"\ud800"}',
        b'{"a":}',
        b'{"a":[1]}',
        b'{"a":{"b":1}}',
        b'{"a":1,"a":2}',
        b'{"a" :1}',
        b'{"a":"x\0"}',
        b'["a":1]',
        b'{"a":1}}',
        b'{"a":1},',
        b'x{"a":1}',
        b'{"a":"x',
        b"{}",
        b"",
    ],
)
def test_what_is_not_flat_and_sound_is_read_slowly(line: bytes) -> None:
    assert flat(line + b"\n") is None
    assert flat(b'{"a":1}\n' + line + b"\n") is None


def test_numbers_and_nested_values_stay_as_they_were_written() -> None:
    got = seen(lines_of(b'{"a":1.50,"b":{"x": [1.0, "\\u00e9"]},"c":12345678901234567890123}\n{"a":1e5}\n'))
    assert got.rows == [("1.50", '{"x":[1.0,"é"]}', "12345678901234567890123"), ("1e5", None, None)]


def test_what_is_wrong_with_lines() -> None:
    mess = [
        '{"a":"é"}'.encode(),
        b"oops",
        b"[1]",
        b'{"a":"\xc3"}',
        b'{"a":"\0"}',
        b'{"a":"y"}',
        rb'{"a":"\udc00"}',
        b"7",
    ]
    got = seen(lines_of(b"\n".join(mess)))
    assert got.rows == [("é",), ("y",)] and got.lines == [1, 6]
    reasons = ["not_json", "not_an_object", "broken_text", "nul_bytes", "broken_text", "not_an_object"]
    assert got.reasons == list(zip([2, 3, 4, 5, 7, 8], reasons, strict=True))


def test_encodings() -> None:
    rows = '{"name":"中文的名字"}\n{"name":"再来一个"}\n'
    for codec, said in (
        ("utf-8-sig", []),
        ("utf-16", ["encoding"]),
        ("utf-16-be", ["encoding"]),
        ("gb18030", ["encoding"]),
    ):
        got = seen(lines_of(rows.encode(codec)))
        assert got.rows == [("中文的名字",), ("再来一个",)] and got.codes == said


def test_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "LONG", 64)
    with cut_into(16):
        got = seen(lines_of(b'{"a":1}\n{"a":"' + 99 * b"x" + b'"}\n{"a":3}\n'))
    assert got.rows == [("1",), ("3",)] and got.reasons == [(2, "long_line")]


def test_no_object_at_all() -> None:
    with pytest.raises(MilepostError, match="no line is a JSON object"):
        seen(lines_of(b"1\n2\n"))
