"""One gate: what was promised, what the evidence says, and both on an axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page import plot
from milepost.page.draw import chart
from milepost.page.html import Html, coded, joined, short, tag
from milepost.page.plot import Span
from milepost.page.scale import Scale, close, finite, ticked
from milepost.page.voice import MINUS, Voice
from milepost.page.written import plain, score_text

MARKS = {"passed": "✓", "failed": "✗", "not_proven": "?", "not_measured": "·"}
SIGNS = {">=": "≥", "<=": "≤"}
NARROW = 170  # pixels of the narrowest drawing
NEAR = 3  # times the least of what is drawn: from there on 0 is drawn, too
SIDE = 0.15  # of what is drawn: how much of the promised side is seen, at least
LEAN = 34.0  # percent from an end, within which the words of a bound lean inward
Gate = Mapping[str, Any]


def gate(judged: Gate, voice: Voice) -> Html:
    """Return a gate as an item of a list."""
    verdict = str(judged["verdict"])
    mark = tag("span", MARKS[verdict], class_="mark", aria_hidden="true")
    spoken = tag("span", voice(verdict.replace("_", " ")), class_="unseen")
    hint = tag("span", coded(voice.sentence(judged["next"])), class_="hint") if judged.get("next") else None
    promise = tag("code", tag("bdi", short(str(judged["gate"]))))
    parts = [mark, spoken, promise, _drawn(judged, voice), _evidence(judged, voice), hint]
    return tag("li", *parts, class_=f"v-{verdict}")


def _evidence(judged: Gate, voice: Voice) -> Html | None:
    """Write the value with its interval and the rows that it rests on."""
    if judged["value"] is None:
        return None
    against = str(judged.get("against") or "")
    said = score_text(judged, voice, judged.get("bound"), sign=bool(against))
    more = tag("span", voice("compared with {0}", voice(against)), class_="soft") if against else Html()
    return tag("span", joined([said, more], " "), class_="evidence")


def _drawn(judged: Gate, voice: Voice) -> Html | None:
    """Draw the interval, and where it must lie: beyond the bound."""
    bound, values = judged.get("bound"), finite(judged.get(k) for k in ("value", "low", "high"))
    if not values or not finite([bound]):
        return None
    edge, against = float(bound or 0), str(judged.get("against") or "")
    axis = _axis([*values, edge, *([0.0] if against else [])], edge, str(judged["op"]))
    value, low, high = (judged.get(k) for k in ("value", "low", "high"))
    exact = low == high
    span = Span(value, None if exact else low, None if exact else high, "verdict")
    wanted = voice("{0}; the shaded side of {1} is what was promised", plain(judged), ticked(edge))
    pieces = [*_promised(axis, edge, str(judged["op"])), _bound(axis, edge, _words(judged, edge, voice))]
    pieces += plot.spanned(axis, span, "1.65rem")
    return tag("span", chart(wanted, pieces, class_="promise"), plot.axis_labels(axis, wide=NARROW), class_="judged")


def _axis(values: list[float], edge: float, op: str) -> Scale:
    """Return an axis on which the promised side is seen, too."""
    values = [*values, 0.0] if 0 < min(values) < max(values) / NEAR else values
    wide = (max(values) - min(values)) or 0.2 * abs(edge) or 1.0
    return close([*values, edge + SIDE * wide * (1 if op.startswith(">") else -1)], 3)


def _promised(axis: Scale, edge: float, op: str) -> list[Html]:
    """Shade the side on which the whole interval must lie, and mark its edge."""
    at = axis.place(edge)
    start, wide = (at, 100 - at) if op.startswith(">") else (0.0, at)
    where = {"y": "1.15rem", "height": "1rem"}
    return [
        tag("rect", x="0", width="100%", class_="ground", **where),
        tag("rect", x=f"{start:.2f}%", width=f"{wide:.2f}%", class_="zone", **where),
        tag("line", x1=f"{at:.2f}%", x2=f"{at:.2f}%", y1="1rem", y2="2.3rem", class_="bound"),
    ]


def _words(judged: Gate, edge: float, voice: Voice) -> str:
    """Write the bound as it was promised: ≥ 0.8, or > naive + 0.02."""
    op, against = SIGNS.get(str(judged["op"]), str(judged["op"])), str(judged.get("against") or "")
    if not against:
        return f"{op} {ticked(edge)}"
    plus = f" {'+' if edge > 0 else MINUS} {ticked(abs(edge))}" if edge else ""
    return f"{op} {voice(against)}{plus}"


def _bound(axis: Scale, edge: float, words: str) -> Html:
    return plot.label(axis.place(edge), "0.75rem", words, LEAN, "promised")
