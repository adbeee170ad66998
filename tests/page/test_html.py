from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milepost.page.html import LETTERS, Html, coded, joined, name, tag, text

from .reader import Element, Reader

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Cf"]))


@given(PLAIN, PLAIN)
def test_no_word_becomes_markup(inside: str, label: str) -> None:
    found = Reader(tag("p", inside, title=label))
    assert found.elements == [Element("p", {"title": label})]
    assert "".join(t.words for t in found.texts) == (inside if inside.strip() else "")


@given(st.text())
def test_any_text_can_be_written_as_utf_8(words: str) -> None:
    assert not {c for c in text(words).encode().decode() if ord(c) < 32} - set("\t\n\r")


def test_markup_is_not_escaped_twice() -> None:
    assert tag("b", tag("i", "<&>")) == "<b><i>&lt;&amp;&gt;</i></b>"
    assert joined(["<", Html("<br>"), "", ">"], " & ") == "&lt; &amp; <br> &amp; &gt;"


def test_attributes_are_spelt_as_html_has_them() -> None:
    assert tag("line", class_="a", aria_hidden="true", x1=0.5, hidden=True, id=None) == (
        '<line class="a" aria-hidden="true" x1="0.5" hidden></line>'
    )
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_backticks_make_code_and_names_keep_their_direction() -> None:
    assert coded("`a<b` is <odd>") == "<code><bdi>a&lt;b</bdi></code> is &lt;odd&gt;"
    assert name("\u202eevil\0") == '<bdi class="name">\ufffdevil\u2400</bdi>'


def test_a_very_long_name_is_cut() -> None:
    assert [t.words for t in Reader(name("x" * 10_000)).texts] == ["x" * (LETTERS - 1) + "…"]
