"""Texts made plain, row by row, the same way in training and in the product."""

from __future__ import annotations

import html
from typing import Literal

import polars as pl

Choice = Literal["keep", "mask"]

TAG = (
    r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>|"
    r"</?(?:a|abbr|article|b|big|blockquote|body|br|center|code|del|div|dl|dt|dd|em|font|footer|form|h[1-6]|head|header|"
    r"hr|html|i|iframe|img|input|ins|label|li|link|meta|nav|ol|option|p|pre|q|s|section|small|span|strike|strong|sub|"
    r"sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|video)(?:\s[^<>]*)?/?>|<!doctype[^<>]*>"
)
ENTITY = r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
# control characters, marks of direction, of order and of no width; joiners stay, for emoji and Indic scripts need them
CONTROL = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
URL = r"(?i)\b(?:https?://|www\.)[^\s<>\x22]+"
EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"


def cleaned(column: pl.Series, urls: Choice = "keep", emails: Choice = "keep") -> pl.Series:
    """Return texts without markup, control characters and spaces that say nothing; a missing one is empty."""
    text = column.cast(pl.String).fill_null("")
    if text.str.contains_any(["<"]).any():
        text = text.str.replace_all(TAG, " ")
    if text.str.contains_any(["&"]).any():
        text = _unescaped(text)
    text = text.str.replace_all(CONTROL, "")
    if urls == "mask":
        text = text.str.replace_all(URL, "[url]")
    if emails == "mask":
        text = text.str.replace_all(EMAIL, "[email]")
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def _unescaped(text: pl.Series) -> pl.Series:
    """Turn entities of HTML into what they stand for; a lone ampersand stays."""
    coded = text.str.contains(ENTITY)
    if not coded.any():
        return text
    plain = [html.unescape(t) for t in text.filter(coded).to_list()]
    return text.scatter(coded.arg_true(), pl.Series(plain, dtype=pl.String))


def lengths(column: pl.Series) -> pl.Series:
    """Count the characters of each text, UInt32 [N]."""
    return column.fill_null("").str.len_chars()
