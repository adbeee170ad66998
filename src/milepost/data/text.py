"""Texts made plain, row by row, the same way in training and in the product."""

from __future__ import annotations

import html
import re
from functools import cache
from html.entities import html5
from typing import Literal

import polars as pl

Choice = Literal["keep", "mask"]

FEW = 8  # texts up to which Python is faster than expressions
SHORT = 1000  # characters of a text with markup, at most, that Python reads: its patterns may go back and forth
ROUNDS = 4  # of markup within markup; what holds more is a trick, and loses the signs of markup
# each is sought by itself: one that is never closed is then found out once, not at every tag
STRETCHES = {
    "<!--": r"(?s)<!--.*?-->",
    "script": r"(?is)<script\b.*?</script\s*>",
    "style": r"(?is)<style\b.*?</style\s*>",
}
TAG = (  # what follows its name holds a sign of equality, or it is `a <b and c> d`
    r"(?i)</?(?:a|abbr|article|b|big|blockquote|body|br|center|code|del|div|dl|dt|dd|em|font|footer|form|h[1-6]|head|"
    r"header|hr|html|i|iframe|img|input|ins|label|li|link|meta|nav|ol|option|p|pre|q|s|section|small|span|strike|strong|"
    r"sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|video)(?:\s+[^\s<>=]+\s*=[^<>]*)?\s*/?>|"
    r"<!doctype[^<>]*>"
)
ENTITY = r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
AMPERSANDS = r"(?i)&(?:(?:amp|#0{0,5}38|#x0{0,4}26);)+"  # escaped twice or more
# control characters, marks of direction, of order and of no width; joiners stay, for emoji and Indic scripts need them
CONTROL = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
URL = r"(?i)\b(?:https?://|www\.)[^\s<>\x22]+"
EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"


def cleaned(column: pl.Series, urls: Choice = "keep", emails: Choice = "keep") -> pl.Series:
    """Return texts without markup, control characters and spaces that say nothing; a missing one is empty.

    What is clean stays as it is, and no text depends on another.
    """
    if len(column) <= FEW and column.dtype == pl.String:
        few = [_alone(text or "", urls, emails) for text in column.to_list()]
        if None not in few:
            return pl.Series(column.name, few, dtype=pl.String)
    text = _plain(column.cast(pl.String).fill_null(""))
    if urls == "mask":
        text = text.str.replace_all(URL, "[url]")
    if emails == "mask":
        text = text.str.replace_all(EMAIL, "[email]")
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def _plain(text: pl.Series) -> pl.Series:
    """Take control characters and markup away until none is left: `&amp;lt;b&amp;gt;` is a tag, too."""
    text = text.str.replace_all(CONTROL, "")
    marked = text.str.contains_any(["<", "&"]).arg_true()
    for _ in range(ROUNDS):
        before = text.gather(marked)
        after = _unmarked(before)
        changed = (before != after).arg_true()
        if not len(changed):
            return text
        marked = marked.gather(changed)
        text = text.scatter(marked, after.gather(changed))
    return text.scatter(marked, text.gather(marked).str.replace_all("[<>&]", " "))


def _unmarked(text: pl.Series) -> pl.Series:
    for sign, stretch in STRETCHES.items():
        if text.str.contains_any([sign], ascii_case_insensitive=True).any():
            text = text.str.replace_all(stretch, " ")
    return _unescaped(text.str.replace_all(TAG, " ")).str.replace_all(CONTROL, "")


def _unescaped(text: pl.Series) -> pl.Series:
    """Turn entities of HTML into what they stand for; a lone ampersand stays."""
    coded = text.str.contains(ENTITY).arg_true()
    if not len(coded):
        return text
    single = text.gather(coded).str.replace_all(AMPERSANDS, "&amp;")
    plain = [re.sub(ENTITY, _meant, t) for t in single.to_list()]
    return text.scatter(coded, pl.Series(plain, dtype=pl.String))


def _alone(text: str, urls: Choice, emails: Choice) -> str | None:
    """Clean one text without expressions, which take 0.1 ms each; None where Python's patterns may see another."""
    if (urls == "mask" and ("/" in text or "." in text)) or (emails == "mask" and "@" in text):
        return None
    controls, tag, *stretches = _patterns()
    text = controls.sub("", text)
    for turn in range(ROUNDS + 1):
        if "<" not in text and "&" not in text:
            break
        if not text.isascii() or len(text) > SHORT or turn == ROUNDS:
            return None
        before = text
        for stretch in stretches:
            text = stretch.sub(" ", text)
        text = re.sub(ENTITY, _meant, re.sub(AMPERSANDS, "&amp;", tag.sub(" ", text)))
        text = controls.sub("", text)
        if text == before:
            break
    return " ".join(text.split())


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in (CONTROL, TAG, *STRETCHES.values())]


def _meant(entity: re.Match[str]) -> str:
    said = entity[0]
    return html.unescape(said) if said[1] == "#" or said[1:] in html5 else said


def lengths(column: pl.Series) -> pl.Series:
    """Count the characters of each text, UInt32 [N]."""
    return column.fill_null("").str.len_chars()
