"""A score in digits: its value and its interval with as many decimals as the interval is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from milepost.page.html import Html, joined, tag
from milepost.page.scale import finite
from milepost.page.voice import LEAST, MINUS, YEARS, Voice, figure, number

Score = Mapping[str, Any]
DIGITS = 6  # decimals, at most


class Written(NamedTuple):
    """A value, and its interval where it has one."""

    value: str
    between: str


def written(score: Score, beside: float | None = None, *, sign: bool = False, digits: int | None = None) -> Written:
    """Write a score; an end that is not the number `beside` it does not look like it either.

    `digits` are the decimals of a whole table; else the score has as many as it is worth.
    """
    value, low, high = (score.get(k) for k in ("value", "low", "high"))
    if value is None or not math.isfinite(value):
        return Written("–", "")
    if low is None or high is None or low == high:
        return Written(_signed(figure(value), value, sign), "")
    wanted = digits if digits is not None else _digits(score, _size(score), beside)
    texts = [_signed(_fixed(v, wanted), v, sign) for v in (value, low, high)]
    return Written(texts[0], f"[{texts[1]}, {texts[2]}]")


def common(scores: Sequence[Score]) -> int | None:
    """Return the decimals that every score of a table is written with; None where each is written for itself."""
    spans = [
        s for s in scores if len(finite(s.get(k) for k in ("value", "low", "high"))) == 3 and s["low"] != s["high"]
    ]
    size = max(map(_size, spans), default=0.0)
    found = [_digits(s, size) for s in spans]
    return max((d for d in found if d is not None), default=None)


def _size(score: Score) -> float:
    return max((abs(v) for v in finite(score.get(k) for k in ("value", "low", "high"))), default=0.0)


def _digits(score: Score, size: float, beside: float | None = None) -> int | None:
    """Return how many decimals are shown beside a largest value of `size`; None where `figure` knows better."""
    low, high = score["low"], score["high"]
    width = abs(high - low)
    if not (math.isfinite(width) and 10 * LEAST <= size < YEARS):
        return None
    least = 3 if size <= 1 else 2 - math.floor(math.log10(size))
    wanted = max(-math.floor(math.log10(width / 3.2)), least, 0)
    ends = [] if beside is None else [v for v in (low, high) if v != beside]
    while wanted < DIGITS and any(round(v, wanted) == round(float(beside or 0), wanted) for v in ends):
        wanted += 1
    return min(wanted, DIGITS)


def _fixed(value: float, digits: int | None) -> str:
    return figure(value) if digits is None else f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)


def _signed(text: str, value: float, sign: bool) -> str:
    return f"+{text}" if sign and value > 0 else text


def score_text(score: Score, voice: Voice, beside: float | None = None, *, sign: bool = False) -> Html:
    """Return a score as markup: the value in bold, its interval, and the rows that it rests on."""
    value, between = written(score, beside, sign=sign)
    parts = [tag("b", value)]
    if between:
        parts.append(tag("span", between, class_="between"))
    if between and score.get("n"):
        parts.append(tag("span", voice("{0} rows", number(score["n"])), class_="soft"))
    return joined(parts, " ")


def plain(score: Score) -> str:
    """Return a score as words for a title: 0.81 [0.78, 0.84]."""
    return " ".join(part for part in written(score) if part)
