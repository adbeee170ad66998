"""Encodings are told line by line, whatever the blocks; what is no text is never guessed at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.sources.encoding import BROKEN, encoding_of

from .reading import csv_of, cut_into, outcome, seen

CHINESE = "姓名,城市\n张伟,北京市\n王芳,上海市\n李娜,广州市\n"
FRENCH = "nom,ville\nHélène,Besançon\nZoë,Orléans\nJosé,Nîmes\n"


def cells_of(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in text.splitlines()[1:]]


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB18030"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_file_of_one_encoding(codec: str, said: str | None, size: int) -> None:
    text = FRENCH if codec == "cp1252" else CHINESE
    with cut_into(size):
        got = seen(csv_of(text.encode(codec)))
    assert got.columns == text.split("\n")[0].split(",") and got.rows == cells_of(text)
    assert got.codes == ([] if said is None else ["encoding"])
    assert said is None or said in got.findings[0].what


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["utf-8", "gb18030", "cp1252"]), min_size=3, max_size=12), st.integers(1, 90))
def test_lines_of_several_encodings(codecs: list[str], size: int) -> None:
    line = {"utf-8": "王芳,上海市", "gb18030": "王芳,上海市", "cp1252": "Hélène,Besançon"}
    codecs = ["utf-8"] * 13 + codecs  # most lines are
    raw = b"a,b\n" + b"".join(line[c].encode(c) + b"\n" for c in codecs)
    got = outcome(csv_of(raw), size)
    assert not isinstance(got, str) and got.rows == [tuple(line[c].split(",")) for c in codecs]
    odd = [n for n, c in enumerate(codecs, 2) if c != "utf-8"]
    assert got.codes == (["mixed_encoding"] if odd else [])
    assert not odd or (got.findings[0].count, got.findings[0].rows) == (len(odd), tuple(odd[:5]))


@pytest.mark.parametrize("line", ["caf\u00e9 \u4e2d\u6587".encode()[:-1], b"\xe4\xb8", b"ok,\xff\xfe", b"\x81\x8d"])
def test_text_that_lost_a_byte_is_broken(line: bytes) -> None:
    assert encoding_of(line, "UTF-8") == BROKEN


def test_half_a_character_of_utf_16_is_set_aside() -> None:
    raw = "a,b\nx,y\n".encode("utf-16-le") + b"\x00\xd8" + "z,w\nv,u\n".encode("utf-16-le")
    got = seen(csv_of(raw))
    assert got.rows == [("x", "y"), ("v", "u")] and got.reasons == [(3, "broken_text")]


def test_a_few_nul_bytes_make_no_utf_16() -> None:
    assert seen(csv_of(b"a,b\n1,2\n\0,3\n4,5\n")).rows == [("1", "2"), ("4", "5")]
