"""Intervals and curves on an axis, as inline SVG in percent: they take the width that there is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from milepost.page.draw import chart
from milepost.page.html import Html, tag
from milepost.page.scale import Scale, finite, ticked

PHONE, LETTER = 250, 7.0  # pixels: the narrowest strip, and a digit beside an axis
EDGE = 8.0  # percent from an end, within which a label leans inward
Point = tuple[float, float]


class Mark(NamedTuple):
    """A value that is marked across a strip, and its kind as a class."""

    value: float
    kind: str


class Span(NamedTuple):
    """What a strip draws: a value with its interval, and its kind as a class."""

    value: float | None
    low: float | None
    high: float | None
    kind: str = "mine"


def strip(title: str, axis: Scale, span: Span, marks: Sequence[Mark] = (), bar: bool = False) -> Html:
    """Draw one value with its interval on an axis, upon marks; `bar` fills from 0 to the value."""
    pieces = [_upright(axis.place(m.value), m.kind) for m in marks]
    pieces += [_filled(axis, span)] if bar and finite([span.value]) else []
    return chart(title, [*pieces, *spanned(axis, span)], class_="interval")


def spanned(axis: Scale, span: Span, at: str = "50%") -> list[Html]:
    """Draw an interval as a thick line and its value as a dot, at a height."""
    ends, out = finite([span.low, span.high]), list[Html]()
    if len(ends) == 2:
        x1, x2 = (f"{axis.place(v):.2f}%" for v in ends)
        out.append(tag("line", x1=x1, x2=x2, y1=at, y2=at, class_=f"whisker i-{span.kind}"))
    if finite([span.value]):
        out.append(tag("circle", cx=f"{axis.place(float(span.value or 0)):.2f}%", cy=at, r=4, class_=f"i-{span.kind}"))
    return out


def _upright(place: float, kind: str) -> Html:
    return tag("line", x1=f"{place:.2f}%", x2=f"{place:.2f}%", y1="0", y2="100%", class_=f"mark m-{kind}")


def _filled(axis: Scale, span: Span) -> Html:
    start, end = sorted((axis.place(0), axis.place(float(span.value or 0))))
    return tag("rect", x=f"{start:.2f}%", width=f"{end - start:.2f}%", y="25%", height="50%", class_="fill")


def axis_labels(axis: Scale, unit: str = "", wide: int = PHONE) -> Html:
    """Write the numbers of an axis that is at least `wide` pixels; read by nobody aloud, for the values are."""
    shown = _fitting(axis, wide)
    texts = [label(axis.place(t), "0.9rem", ticked(t) + f" {unit}" * (t == shown[-1] and unit != "")) for t in shown]
    ticks = [tag("line", x1=f"{p:.2f}%", x2=f"{p:.2f}%", y1="0", y2="0.2rem") for p in map(axis.place, axis.ticks)]
    return tag("svg", [*ticks, *texts], class_="axis", aria_hidden="true")


def _fitting(axis: Scale, wide: int) -> list[float]:
    """Return the numbers that fit side by side, the greatest first of all."""
    out, free = list[float](), math.inf
    for tick in reversed(axis.ticks):
        at, half = wide * axis.place(tick) / 100, LETTER * len(ticked(tick)) / 2
        if at + half <= free or not out:
            out.append(tick)
            free = at - half - LETTER
    return out[::-1]


def label(place: float, y: str, words: str, lean: float = EDGE, kind: str | None = None) -> Html:
    """Write words at a place, leaning inward near the ends."""
    anchor = "start" if place < lean else "end" if place > 100 - lean else "middle"
    return tag("text", words, x=f"{place:.2f}%", y=y, text_anchor=anchor, class_=kind)


def upright_labels(axis: Scale) -> Html:
    """Write the numbers of an axis that goes upward."""
    texts = [tag("text", ticked(t), x="100%", y=f"{100 - axis.place(t):.2f}%", dy=".32em", text_anchor="end")
             for t in axis.ticks]  # fmt: skip
    return tag("svg", texts, class_="upright", aria_hidden="true")


def frame(title: str, across: Scale, upward: Scale, pieces: Iterable[str], kind: str) -> Html:
    """Put what is drawn between two axes, upon the lines of the upward one."""
    levels = [tag("line", x1="0", x2="100%", y1=f"{y:.2f}%", y2=f"{y:.2f}%", class_="level") for y in
              (100 - upward.place(t) for t in upward.ticks)]  # fmt: skip
    drawn = chart(title, [*levels, *pieces], class_="area")
    return tag("div", upright_labels(upward), drawn, axis_labels(across), class_=f"frame {kind}")


def line(across: Scale, upward: Scale, points: Sequence[Point], kind: str) -> Html:
    """Draw a line through points; it is stretched to the frame, its stroke is not."""
    path = "M" + "L".join(f"{across.place(x):.2f} {100 - upward.place(y):.2f}" for x, y in points)
    drawn = tag("path", d=path, class_=f"l-{kind}", vector_effect="non-scaling-stroke")
    return tag("svg", drawn, viewBox="0 0 100 100", preserveAspectRatio="none", width="100%", height="100%",
               class_="stretched")  # fmt: skip


def dot(across: Scale, upward: Scale, point: Point, kind: str, tip: str, wide: float = 4.5) -> Html:
    """Draw a point, `wide` pixels from its middle, with what is said of it."""
    x, y = f"{across.place(point[0]):.2f}%", f"{100 - upward.place(point[1]):.2f}%"
    return tag("circle", tag("title", tip), cx=x, cy=y, r=round(wide, 2), class_=f"i-{kind}")
