"""How the models learned: the loss of training and validation rows by step, and the step that was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.page import plot
from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.forest import legend
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.plot import Point
from milepost.page.scale import close, finite, rounded
from milepost.page.voice import Voice, figure, number

SHOWN, POINTS = 6, 400  # models; points of a line


def curves(evidence: Evidence, voice: Voice) -> Html:
    """Return the learning curves of every model; nothing where none learned by steps."""
    found = evidence.metrics.get("curves") or {}
    drawn = [_curve(model, points, voice) for model, points in list(found.items())[:SHOWN]]
    if not any(drawn):
        return Html()
    keys = [("learn", voice("training rows")), ("valid", voice("validation rows")), ("best", voice("lowest"))]
    return joined([legend(keys), tag("div", drawn, class_="models"), origin(voice, METRICS, "curves")])


def _curve(model: str, points: Sequence[Mapping[str, Any]], voice: Voice) -> Html:
    sides = {side: _line(points, f"{side}_loss") for side in ("train", "valid")}
    every = [p for line in sides.values() for p in line]
    if not every:
        return Html()
    across, upward = close((x for x, _ in every), room=0.0), rounded(y for _, y in every)
    pieces = [plot.line(across, upward, line, side) for side, line in sides.items() if len(line) > 1]
    best = min(sides["valid"], key=lambda p: p[1], default=None)
    said = _said(model, best, voice)
    if best:
        at = f"{across.place(best[0]):.2f}%"
        pieces += [
            tag("line", x1=at, x2=at, y1="0", y2="100%", class_="best"),
            plot.dot(across, upward, best, "best", said),
        ]
    drawn = plot.frame(said, across, upward, pieces, "wide")
    return tag("figure", tag("h4", name(model)), drawn, tag("p", said, class_="note under"))


def _line(points: Sequence[Mapping[str, Any]], key: str) -> list[Point]:
    """Return the points that can be drawn, thinned evenly; the last is kept."""
    there = [(float(p["step"]), float(p[key])) for p in points if len(finite((p.get("step"), p.get(key)))) == 2]
    every = -(-len(there) // POINTS) or 1
    return there[::every] + (there[-1:] if (len(there) - 1) % every else [])


def _said(model: str, best: Point | None, voice: Voice) -> Html:
    if best is None:
        return voice("{0}: loss by step", short(model))
    step, loss = number(round(best[0])), figure(best[1])
    return voice("loss by step; of validation rows it is lowest at step {0}: {1}", step, loss)
