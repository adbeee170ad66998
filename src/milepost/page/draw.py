"""Charts as inline SVG: every one has a title, takes the width that there is and its colours from the style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from milepost.page.html import Html, joined, tag
from milepost.page.voice import number

THIN = 1.5  # percent of a bar that the smallest part takes, so that it is seen
TALL = 100.0  # of a histogram, in its own units
Point = tuple[float, float]


class Part(NamedTuple):
    """One part of a whole: how much it is, its colour as a class, and its name."""

    size: int
    kind: str
    label: str


class Stretch(NamedTuple):
    """Rows that follow each other: where they start and how wide they are in percent, and the share that is missing."""

    start: float
    width: float
    share: float


def bar(title: str, parts: Sequence[Part]) -> Html:
    """Draw a whole as one bar, each part as wide as it is large."""
    whole = sum(p.size for p in parts)
    wide = [max(THIN, 100 * p.size / whole) if p.size else 0.0 for p in parts] if whole else []
    pieces, at, scale = list[Html](), 0.0, 100 / max(sum(wide), 1e-9)
    for part, width in zip(parts, wide, strict=False):
        if width:
            box = tag(
                "rect",
                tag("title", f"{part.label} {number(part.size)}"),
                x=f"{at:.3f}%",
                width=f"{width * scale:.3f}%",
                height="100%",
            )
            pieces.append(tag("g", box, class_=f"k-{part.kind}"))
        at += width * scale
    return chart(title, pieces, class_="bar")


def bullet(title: str, filled: float, ticked: float | None) -> Html:
    """Draw a share of 0 to 1 as a filled bar, and another as a tick upon it."""
    pieces = [tag("rect", width="100%", height="100%", class_="track")]
    pieces.append(tag("rect", width=f"{100 * min(filled, 1):.2f}%", height="100%", class_="filled"))
    if ticked is not None:
        place = f"{100 * min(ticked, 1):.2f}%"
        pieces.append(tag("line", x1=place, x2=place, y1="0", y2="100%", class_="tick"))
    return chart(title, pieces, class_="bullet")


def histogram(title: str, filled: Sequence[float], lined: Sequence[float], tips: Sequence[str]) -> Html:
    """Draw shares of equally wide bins: one side as an area, another as a line, and what is said of every bin."""
    highest = max([*filled, *lined, 1e-9])
    wide = len(tips)
    pieces = list[Html]()
    if any(filled):
        steps = _steps(filled, highest)
        pieces.append(tag("path", d=_path([(0, TALL), *steps, (wide, TALL)]), class_="area"))
        pieces.append(tag("path", d=_path(steps), class_="edge"))
    if any(lined):
        pieces.append(tag("path", d=_path(_steps(lined, highest)), class_="line"))
    for i, tip in enumerate(tips):
        pieces.append(tag("rect", tag("title", tip), x=i, width=1, height=TALL, class_="bin"))
    return chart(title, pieces, class_="histogram", viewBox=f"0 -2 {wide} {TALL + 4:g}", preserveAspectRatio="none")


def _steps(shares: Sequence[float], highest: float) -> list[Point]:
    """Return the corners of a line that is level over every bin."""
    heights = [TALL * (1 - s / highest) for s in shares]
    return [(x, h) for i, h in enumerate(heights) for x in (i, i + 1)]


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:.4g}" for x, y in points)


def spread(title: str, low: float, high: float, at: Sequence[float]) -> Html:
    """Draw five quantiles between `low` and `high`: a thin line, a thick one within, and a tick for the median."""
    outer, inner, middle, inner_end, outer_end = (100 * min(max((v - low) / (high - low), 0), 1) for v in at)
    pieces = [
        _level(outer, outer_end, "thin"),
        _level(inner, inner_end, "thick"),
        tag("line", x1=f"{middle:.2f}%", x2=f"{middle:.2f}%", y1="0", y2="100%", class_="median"),
    ]
    return chart(title, pieces, class_="spread")


def _level(start: float, end: float, kind: str) -> Html:
    return tag("line", x1=f"{start:.2f}%", x2=f"{end:.2f}%", y1="50%", y2="50%", class_=kind)


def strip(title: str, stretches: Sequence[Stretch]) -> Html:
    """Draw stretches from left to right, the darker the greater the share."""
    pieces = [tag("rect", width="100%", height="100%", class_="track")]
    for start, width, share in stretches:
        if share:
            seen = 0.15 + 0.85 * share  # one cell of a thousand is seen, too
            box = tag("rect", x=f"{start:.3f}%", width=f"{width:.3f}%", height="100%", opacity=f"{seen:.2f}")
            pieces.append(box)
    return chart(title, pieces, class_="strip")


def chart(title: str, pieces: Iterable[str], **attributes: str) -> Html:
    """Return drawn pieces as one picture with its title."""
    return tag("svg", tag("title", title), joined(pieces), role="img", **attributes)
