"""HTML -> the text that a reader sees, in one pass whatever is left open."""

from __future__ import annotations

import html
import re

UNSEEN = (  # what opens a stretch that nobody sees, and what closes it
    (re.compile(r"<!--"), re.compile(r"-->")),
    *((re.compile(rf"<{n}\b", re.I), re.compile(rf"</{n}\s*>", re.I)) for n in ("head", "script", "style", "title")),
)
BREAK = re.compile(r"</?(?:p|br|div|tr|li|ul|ol|h[1-6]|table|blockquote|hr|pre|section|article)\b[^<>]*>", re.I)
CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.I)
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
BLANKS, LINES = re.compile(r"[^\S\n]+"), re.compile(r"\s*\n\s*")


def text_of_page(page: str) -> str:
    """Return the text of a page, a line for every block."""
    for opening, closing in UNSEEN:
        page = _without(page, opening, closing)
    page = BREAK.sub("\n", page.replace("\n", " "))
    text = html.unescape(TAG.sub("", CELL.sub(" ", page)))
    return LINES.sub("\n", BLANKS.sub(" ", text)).strip()


def _without(page: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Leave out every stretch from an opening to the next closing; an opening that is never closed is no stretch."""
    out, at = list[str](), 0
    while (start := opening.search(page, at)) and (end := closing.search(page, start.end())):
        out.append(page[at : start.start()])
        at = end.end()
    return "".join([*out, page[at:]])
