"""HTML out of functions: everything that is not markup yet is escaped, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias

Inside: TypeAlias = "str | Iterable[str] | None"

VOID = ("br", "link", "meta")
LETTERS = 400  # of a name that are shown
# characters that a browser may not be told are shown by their pictures; line feeds and tabs stay
PICTURES = {c: 0x2400 + c for c in range(32) if c not in (9, 10, 13)} | {0x7F: 0x2421}
PICTURES |= dict.fromkeys((*range(0x80, 0xA0), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF), 0xFFFD)
PICTURES |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)  # they turn what follows around
CODE = re.compile(r"`([^`]+)`")


class Html(str):
    """Markup: what it holds is escaped."""

    __slots__ = ()


def text(value: str) -> Html:
    """Return words as markup: escaped, unless they are markup already."""
    if isinstance(value, Html):
        return value
    whole = value.encode("utf-8", "replace").decode("utf-8").translate(PICTURES)
    return Html(escape(whole, quote=True))


def joined(parts: Inside, between: str = "") -> Html:
    """Return pieces one after the other."""
    if parts is None:
        return Html()
    return text(parts) if isinstance(parts, str) else Html(text(between).join(text(p) for p in parts if p))


def tag(element: str, *inside: Inside, **attributes: str | float | bool | None) -> Html:
    """Return an element; an attribute `class_` is written class, `aria_label` aria-label, None and False not at all."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if element in VOID:
        return Html(f"<{element}{written}>")
    return Html(f"<{element}{written}>{''.join(joined(i) for i in inside)}</{element}>")


def _attribute(name: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    spelt = name.removesuffix("_").replace("_", "-")
    if value is True:
        return f" {spelt}"
    return f' {spelt}="{text(value if isinstance(value, str) else f"{value:.6g}")}"'


def name(value: str) -> Html:
    """Return somebody's word, such as the name of a column: it turns no text around it from right to left."""
    return tag("bdi", short(value), class_="name")


def short(value: str) -> str:
    """Return somebody's word without its end, if it is very long."""
    return value if len(value) <= LETTERS else value[: LETTERS - 1] + "…"


def coded(words: str) -> Html:
    """Return a sentence with what stands in backticks as code."""
    parts = CODE.split(words)
    return Html("".join(tag("code", tag("bdi", p)) if i % 2 else text(p) for i, p in enumerate(parts)))
