"""Texts made plain: what goes, what stays, and that nothing but the text itself decides."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from milepost.data.text import FEW, cleaned, lengths

MARKUP = "< > & ; / <b> </b> <br/> <!-- --> <script> </script> &amp; &lt; &gt; amp; #38; lt; &#8203; b> <a href=x> ="
SIGNS = "www. http:// https://x.y a@b.c @ . [url] \x00 \u200b \ufeff \u202e \u00ad \n \t \xa0 \u3000 é 好 😀 \u200d a"
PIECES = st.sampled_from([*MARKUP.split(" "), *SIGNS.split(" ")])
TEXTS = st.one_of(st.none(), st.text(max_size=15), st.lists(PIECES, max_size=12).map("".join))
CHOICE = st.sampled_from(["keep", "mask"])


def clean(text: str | None, urls: str = "keep", emails: str = "keep") -> str:
    out: str = cleaned(pl.Series([text], dtype=pl.String), urls, emails).item()  # type: ignore[arg-type]
    return out


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, ""),
        ("  two\n\n words\u3000\xa0\t", "two words"),
        ("a < b and c > d", "a < b and c > d"),
        ("if a <b and c> d, a<3, <me@x.org>, List<String>", "if a <b and c> d, a<3, <me@x.org>, List<String>"),
        ("Tom &amp; Jerry &lt;3 &#20320;&#x597d;", "Tom & Jerry <3 你好"),
        ("AT&T &unknown; ?a=1&copy=2", "AT&T &unknown; ?a=1&copy=2"),
        ("&amp;amp;lt;b&amp;amp;gt;bold", "bold"),
        ("good<br /><br />very<p class='x'>good</P>", "good very good"),
        ("<!-- a <b> --><style>p {}</style><SCRIPT src=x>if (a<b) {}</SCRIPT >left", "left"),
        ("say <script> it is open", "say <script> it is open"),
        ("N\x00U\x07L \ufeffB\u200bO\u200eM", "NUL BOM"),
        ("👩\u200d👩\u200d👧 क्\u200dष", "👩\u200d👩\u200d👧 क्\u200dष"),  # joiners are letters there
        ("&#xD800;half", "\ufffdhalf"),
    ],
)  # fmt: skip
def test_what_goes_and_what_stays(given: str | None, wanted: str) -> None:
    assert clean(given) == wanted


def test_addresses_are_masked_only_if_asked() -> None:
    text = "see https://x.org/a?b=1 or www.y.de, write to ann.b@x-y.co.uk"
    assert clean(text) == text
    assert clean(text, urls="mask") == "see [url] or [url] write to ann.b@x-y.co.uk"
    assert clean(text, emails="mask") == "see https://x.org/a?b=1 or www.y.de, write to [email]"


@given(st.lists(TEXTS, max_size=5), CHOICE, CHOICE)
def test_each_text_is_cleaned_by_itself_and_once_is_enough(texts: list[str | None], urls: str, emails: str) -> None:
    column = pl.Series("text", texts, dtype=pl.String)
    out = cleaned(column, urls, emails)  # type: ignore[arg-type]
    assert out.name == "text" and out.to_list() == [clean(t, urls, emails) for t in texts]
    assert cleaned(out, urls, emails).to_list() == out.to_list()  # type: ignore[arg-type]


@given(st.lists(TEXTS, min_size=1, max_size=FEW), CHOICE, CHOICE)
@example(["&lt;\u0131&gt; &#28; <\u017fpan>"], "keep", "keep")
def test_few_texts_are_cleaned_as_many_are(texts: list[str | None], urls: str, emails: str) -> None:
    """Python reads few, expressions read many."""
    few, many = (pl.Series(some, dtype=pl.String) for some in (texts, texts * (FEW + 1)))
    out = cleaned(few, urls, emails).to_list()  # type: ignore[arg-type]
    assert out * (FEW + 1) == cleaned(many, urls, emails).to_list()  # type: ignore[arg-type]


@given(
    st.lists(st.sampled_from(["one", "two <3", "Tom & Jerry", "好"]), max_size=6), st.sampled_from(["p", "div", "b"])
)
def test_markup_goes_as_a_parser_of_html_sees_it(words: list[str], tag: str) -> None:
    page = "".join(f"<{tag} class='a'>{html.escape(w)}</{tag}>" for w in words)
    data = list[str]()
    parser = HTMLParser()
    parser.handle_data = data.append  # type: ignore[method-assign]
    parser.feed(page)
    parser.close()
    assert clean(page) == " ".join(data)


@pytest.mark.parametrize("evil", ["<!--<b>", "&amp;#38;", "<b", "<script>", "<a x=", "&"])
def test_a_long_text_of_open_marks_is_read_once(evil: str) -> None:
    """Were each sought to the end of the text, this would take hours."""
    text = evil * (400_000 // len(evil))
    out = clean(text)
    assert len(out) <= len(text) and clean(out) == out


def test_lengths_are_in_characters() -> None:
    assert lengths(pl.Series(["你好", None, "abc"])).to_list() == [2, 0, 3]
