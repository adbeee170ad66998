"""One JSON document: the same records as by the json module, counted by their places in the list."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from milepost.errors import MilepostError
from milepost.sources import scanner
from milepost.sources.arrays import Arrays
from milepost.sources.packed import Stream

from .reading import cut_into, outcome, seen
from .test_lines import TOKENS, cell_of, records


def array_of(raw: bytes | str) -> Arrays:
    text = raw.encode() if isinstance(raw, str) else raw
    return Arrays(Stream("x.json", ".json", len(text), lambda: io.BytesIO(text)))


@settings(max_examples=100, deadline=None)
@given(records(), st.sampled_from([None, 0, 2]), st.booleans(), st.integers(1, 200), st.integers(3, 60))
def test_records_are_those_of_the_json_module(
    rows: list[dict[str, Any]], indent: int | None, ascii: bool, size: int, chunk: int
) -> None:
    raw = json.dumps(rows, ensure_ascii=ascii, indent=indent)
    columns = list(dict.fromkeys(k for r in rows for k in r))
    with cut_into(size), pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "CHUNK", chunk)
        got = seen(array_of(raw))
    assert not got.bad and got.columns == columns
    assert got.rows == [tuple(cell_of(r.get(c)) for c in columns) for r in rows]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=20).map(b"".join), st.integers(1, 40), st.integers(1, 300))
@example(b'"a":"\n"}]', 1, 9)
def test_blocks_do_not_matter(mess: bytes, one: int, two: int) -> None:
    assert outcome(array_of(b'[{"a":1},{' + mess), one) == outcome(array_of(b'[{"a":1},{' + mess), two)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"a":1,"b":"x"},{"b":"y"}]', [("1", "x"), (None, "y")]),
        ('{"data":[{"a":1,"b":2}]}', [("1", "2")]),
        ('{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,null]]}', [("1", "x"), ("2", None)]),
        ('{"a":1.0,"b":"x"}', [("1.0", "x")]),
        ('[{"a":1,"b":{"c":[1, 2]}}]', [("1", '{"c":[1,2]}')]),
    ],
)
def test_shapes_of_a_document(text: str, rows: list[tuple[str | None, ...]]) -> None:
    got = seen(array_of(text))
    assert got.columns == ["a", "b"] and got.rows == rows and not got.findings


def test_places_and_what_is_left_out() -> None:
    got = seen(array_of('{"version": 1, "rows": [\n {"a": 1},\n {"a": 02},\n 7,\n {"a":\n 3}]}'))
    assert got.rows == [("1",), ("3",)] and got.lines == [1, 4]
    assert got.reasons == [(2, "not_json"), (3, "not_an_object")]
    assert got.codes == ["ignored_keys"]


def test_newlines_within_strings_are_kept() -> None:
    assert seen(array_of('[{"a": "x\ny",\n "b": [1, 2]}]')).rows == [("x\ny", "[1,2]")]


def test_utf_16() -> None:
    assert seen(array_of('[{"a":"中"}]'.encode("utf-16"))).rows == [("中",)]
    assert seen(array_of('[{"a":"x"}]'.encode("utf-16-le"))).rows == [("x",)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "it is empty"),
        ("[1", "it is no JSON"),
        ('[{"a":1}', "it is no JSON"),
        ('[{"a":1}] x', "something follows its end"),
        ('{"a":{"b":1}}', "the object holds no list of records"),
        ("[[1,2],[3,4]]", "the record is a list, not an object"),
        ("hello", "no list or object is there"),
        ("[" * 100_000, "it is nested too deep"),
        (b'[{"a":"\xff"}]', "the text is no UTF-8"),
    ],
)
def test_what_is_no_table(text: str | bytes, what: str) -> None:
    with pytest.raises(MilepostError, match=what) as caught:
        seen(array_of(text))
    assert caught.value.where.startswith("x.json")


def test_a_record_may_not_be_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "CHUNK", 16)
    monkeypatch.setattr(scanner, "LARGEST", 64)
    with pytest.raises(MilepostError, match="larger than 8 MB"):
        seen(array_of('[{"a":"' + 999 * "x"))
