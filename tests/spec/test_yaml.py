"""The loader against PyYAML's own writer, the YAML 1.2 core schema, and texts that mean harm."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.errors import MilepostError
from milepost.spec.places import Places, put
from milepost.spec.yaml import parse, resolve

# PyYAML writes YAML 1.1, where 1e3 and 0o7 are text without quotes, and its three further line breaks bare
written_bare = "\x85\u2028\u2029\ufeff"
letters = st.characters(exclude_characters="\0" + written_bare, exclude_categories=["Cs"])
texts = st.text(letters, max_size=12).filter(
    lambda s: isinstance(resolve(s), str) or not re.fullmatch(r"[-+.0-9a-fA-FoxX]+", s)
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(texts.filter(lambda s: s != "<<"), v, max_size=4)
)


@given(values, st.sampled_from([True, False, None]))
@settings(max_examples=200, deadline=None)
def test_reads_what_another_writes(value: Any, flow: bool | None) -> None:
    written = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    assert parse(written, "f")[0] == value


@given(st.text(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@\t\n ,?<", max_size=40))
@settings(max_examples=500, deadline=None)
def test_refuses_anything_else_with_an_error_of_ours(text: str) -> None:
    try:
        _, places = parse(text, "f")
    except MilepostError as error:
        lines = len(text.splitlines()) + 1
        assert all(e.fix and 1 <= int(e.where.removeprefix("f:")) <= lines for e in error.errors)
    else:
        assert all(1 <= n <= len(text.splitlines()) + 1 for n in places.lines.values())


CORE: dict[str, object] = {
    **dict.fromkeys(("yes", "no", "on", "OFF", "y", "nUll", "tRue", "1_000", "1:30", "12:30:45", "=", "0b1"), str),
    **dict.fromkeys(("2026-03-31", "2026-03-31T10:00:00Z", ".", "-x", "+.nan", "0x", "1e", "e3"), str),
    **{"TRUE": True, "False": False, "~": None, "": None, "NULL": None, "'true'": "true"},
    **{"1e-3": 1e-3, "1E5": 1e5, ".5": 0.5, "5.": 5.0, "-.inf": -math.inf, "+3": 3, "010": 10, "0o17": 15, "0x1F": 31},
    **{"!!str 12": "12", "!!float 3": 3.0, "! 12": "12", "!!null ''": None},
}


@pytest.mark.parametrize(("text", "value"), [(t, t if v is str else v) for t, v in CORE.items()])
def test_core_schema(text: str, value: object) -> None:
    read = parse(f"k: {text}", "f")[0]["k"]
    assert read == value
    assert type(read) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(parse("k: .NaN", "f")[0]["k"])
    assert parse("k: " + "1" * 5000, "f")[0]["k"] == math.inf  # and Python's limit on long integers is not met


def test_keys_become_text() -> None:
    assert parse("1: a\n2.50: b\ntrue: c\n~: d", "f")[0] == {"1": "a", "2.50": "b", "true": "c", "~": "d"}


def test_anchors_and_merge_keys() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 9\nd: *a"
    read, places = parse(text, "f")
    assert read["c"] == yaml.safe_load(text)["c"] == {"x": 9, "y": 2, "z": 4}
    assert read["d"] == {"x": 1, "y": 2}
    assert [places.line(p) for p in (("c", "x"), ("c", "z"), ("d",))] == [5, 2, 6]


def test_places() -> None:
    _, places = parse("# first\ntrain:\n  lr: 1\nmilestones:\n  product:\n    - a > 1\n    - b > 2\n", "f")
    assert places.line(("train", "lr")) == 3
    assert places.line(("milestones", "product", 1)) == 7
    assert places.line(("train", "seed")) == 2  # the nearest parent
    assert places.line(("privacy",)) == 2  # where the keys start
    assert places.where(("train",), "f") == "f:2"
    changed = places.overridden(("train",), Places({(): 1}, {("lr",): "7"}))
    assert changed.where(("train", "lr"), "f") == "command line"
    assert changed.texts["train", "lr"] == "7"


def test_put_copies() -> None:
    tree = {"a": [1, {"b": 2}]}
    assert put(tree, ("a", 1, "b"), 3) == {"a": [1, {"b": 3}]}
    assert put(tree, ("c", "d"), 4) == {"a": [1, {"b": 2}], "c": {"d": 4}}
    assert tree == {"a": [1, {"b": 2}]}
    with pytest.raises(TypeError):
        put({"a": "text"}, ("a", "b"), 1)


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
)
DEEP = "a0: &a0 " + "[" * 30 + "]" * 30 + "\n" + "a1: " + "[" * 30 + "*a0" + "]" * 30


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("a:\n\tb: 1", 2, "indented with a tab", "spaces"),
        ("a: 1\nlr:0.1\nb: 2", 2, "`lr:0.1` is no `key: value`", "space after the colon"),
        ("a: 1\ntask: {kind:x, target: y}", 2, "`kind:x` lacks a space", "`kind: x`"),
        ("a: 1\nb: 'x\nc: 2\n", 2, "quote is opened", "close it"),
        ("a: 'x\n---\n", 1, "quote is opened", "close it"),
        ("a: %x", 1, "`%` cannot start", "quotes"),
        ("a: !<x", 1, "`!` and `%` have a meaning", "quotes"),
        (" a: 1\nb: 2", 2, "`b: 2` does not belong", "align"),
        ('a: "x\n', 1, "quote is opened", "close it"),
        ("a: 1\nb: [1, 2\nc: 3\n", 2, "`[` is opened", "close it with `]`"),
        ("a: {b: 1\nc: 2\n", 1, "`{` is opened", "close it with `}`"),
        ("a: [", 1, "missing here", "close"),
        ("need: this: that", 1, "a key cannot stand here", "quote"),
        ("a: }", 1, "cannot start like this: `a: }`", "quotes"),
        ("a: {b:{ c}}", 1, "a `:` cannot stand here", "space after the colon"),
        ("a: - b", 1, "a list item", "line of its own"),
        ("m:\n - @x", 2, "`@` cannot start", "quotes"),
        ("m: >= 3", 1, "start a block of text", "quotes"),
        ("a: *", 1, "`*` start a name", "quotes"),
        ('a: "\\q"', 1, "escape", "single quotes"),
        ("- 1\nb: 2", 2, "`b: 2` does not belong", "align"),
        ('a: 1\nb: "x" y', 2, "does not belong", "inside"),
        ("a: 1\nb: 2\na: 3", 3, "`a` is written twice: on line 1 and on line 3", "keep one"),
        ("1: a\n'1': b", 2, "written twice", "keep one"),
        ("a: 1\n---\nb: 2", 2, "second document", "---"),
        ("a: x\0y", 1, "U+0000", "UTF-8"),
        ('a: 1\nb: "x\\0y"', 2, "NUL", "remove"),
        ("a: 1\nb: \x07", 2, "U+0007", "remove"),
        ("a: *b", 1, "`*b` is not defined", "quotes"),
        ("a: &a [*a]", 1, "stands inside itself", "quotes"),
        ("a: !!python/object/apply:os.system [ls]", 1, "the tag `!!python/object/apply:os.system`", "remove"),
        ("a: !env HOME", 1, "the tag `!env`", "remove"),
        ("a: !!map x", 1, "the tag `!!map`", "remove"),
        ("a: !!int x", 1, "does not fit", "remove"),
        ("? [a]\n: b", 1, "cannot be a key", "quotes"),
        ("<<: 3", 1, "`<<` takes", "*name"),
        ("[" * 60 + "]" * 60, 1, "nested more than 50", "flatter"),
        ("[" * 500_000, 1, "nested more than 50", "flatter"),
        (DEEP, 2, "nested more than 50", "flatter"),
        (LAUGHS, 6, "more than 100,000 values", "files"),
    ],
)
def test_refused(text: str, line: int, what: str, fix: str) -> None:
    with pytest.raises(MilepostError) as caught:
        parse(text, "f.yaml")
    error = caught.value.errors[0]
    assert (error.where, what in error.what, fix in error.fix) == (f"f.yaml:{line}", True, True), str(error)


def test_limits_are_for_what_is_beyond_them() -> None:
    assert parse("[" * 49 + "1" + "]" * 49, "f")[0]
    assert len(parse("- x\n" * 99_999, "f")[0]) == 99_999
    with pytest.raises(MilepostError, match="longer than 1,000,000"):
        parse("#" * 1_000_001, "f")


def test_every_doubled_key_is_told() -> None:
    with pytest.raises(MilepostError) as caught:
        parse("a: {x: 1, x: 2}\nb: {y: 1, y: 2}", "f")
    assert [e.where for e in caught.value.errors] == ["f:1", "f:2"]
