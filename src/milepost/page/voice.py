"""The words and numbers of a page, in its reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from milepost.page.html import Html, joined, text
from milepost.words.say import say

HOLE = re.compile(r"\{(\d)\}")
TAGS = {"en": "en", "zh": "zh-Hans"}
LEAST, MOST = 1e-3, 1e15  # beyond, a figure is written with a power of ten
YEARS = 10_000  # from which whole numbers have commas
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Voice:
    """Speak one language; what is put into the holes {0}, {1} ... of a message stays as it is."""

    lang: str = "en"

    def __call__(self, message: str, *held: str) -> Html:
        """Return a message in the language, its holes filled with words or markup."""
        said = text(say(self.lang)(message))
        return Html(HOLE.sub(lambda hole: text(held[int(hole[1])]), said))

    def sentence(self, words: str) -> str:
        """Return a whole sentence of another room in the language."""
        return say(self.lang)(words)

    def listed(self, items: Iterable[str]) -> Html:
        """Return items parted by commas."""
        return joined(items, "、" if self.lang == "zh" else ", ")


def number(value: float) -> str:
    """Write a count: 1,234."""
    return f"{value:,}".replace("-", MINUS)


def figure(value: float | None) -> str:
    """Write a measured number with four digits, or all of its whole ones; 2024 may be a year and has no comma."""
    if value is None:
        return "–"
    size = abs(value)
    if size and not LEAST <= size < MOST:
        return f"{value:.3g}".replace("-", MINUS)
    if value == int(value) or size >= YEARS:
        return number(round(value)) if size >= YEARS else f"{value:.0f}".replace("-", MINUS)
    return f"{value:.4g}".replace("-", MINUS)


def share(part: float, whole: float) -> str:
    """Write a part in percent: 12.3%; what is there is never 0%, what lacks something never 100%."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 0.1:
        return "<0.1%"
    if 99.9 < percent < 100:
        return ">99.9%"
    return f"{percent:.1f}%" if percent % 100 else f"{percent:.0f}%"
