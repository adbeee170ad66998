"""Whether what the product says is what is seen: reliability with intervals, and the threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence

from milepost.page import plot
from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.forest import legend
from milepost.page.html import Html, joined, name, tag
from milepost.page.scale import Scale, finite, rounded
from milepost.page.voice import Voice, figure, number
from milepost.page.written import Score, written

SHOWN = 40
STEPS = 6  # of an axis
SMALL, ROOM = 2.5, 4.0  # pixels: the radius of a dot of no row, and what most rows add to it


def calibration(evidence: Evidence, voice: Voice) -> Html:
    """Return the reliability plot; nothing where none was measured."""
    bins = (evidence.metrics.get("details") or {}).get("calibration") or []
    bins = [b for b in bins if len(finite((b.get("said"), b.get("seen")))) == 2][:SHOWN]
    if not bins:
        return Html()
    axis = rounded((v for b in bins for v in (b["said"], b["seen"], b.get("low"), b.get("high"))), STEPS)
    title = voice("what was said (across) and what was seen (upward), in {0} groups of rows", number(len(bins)))
    ideal = plot.line(axis, axis, [(axis.low, axis.low), (axis.high, axis.high)], "ideal")
    most = max(b.get("n") or 1 for b in bins)
    drawn = plot.frame(title, axis, axis, [ideal, *(p for b in bins for p in _point(axis, b, most, voice))], "square")
    keys = [
        ("dot", voice("seen, with its 95% interval; the larger the dot, the more rows")),
        ("ideal", voice("where the product says what is seen")),
    ]
    parts = [_error(evidence, voice), legend(keys), drawn, _across(voice), _numbers(bins, voice)]
    return joined([*parts, origin(voice, METRICS, "details.calibration", "test.ece")])


def _point(axis: Scale, found: Score, most: int, voice: Voice) -> list[Html]:
    x, ends, out = f"{axis.place(found['said']):.2f}%", finite((found.get("low"), found.get("high"))), list[Html]()
    if len(ends) == 2:
        y1, y2 = (f"{100 - axis.place(v):.2f}%" for v in ends)
        out.append(tag("line", x1=x, x2=x, y1=y1, y2=y2, class_="whisker i-mine"))
    rows = number(found.get("n") or 0)
    tip = voice("said {0}, seen {1}, {2} rows", figure(found["said"]), figure(found["seen"]), rows)
    return [
        *out,
        plot.dot(
            axis,
            axis,
            (found["said"], found["seen"]),
            "mine",
            tip,
            SMALL + ROOM * math.sqrt((found.get("n") or 0) / most),
        ),
    ]


def _across(voice: Voice) -> Html:
    return tag("p", voice("across: what the product said; upward: what was seen"), class_="note under")


def _error(evidence: Evidence, voice: Voice) -> Html:
    """Write the expected calibration error, where it is measured."""
    score = (evidence.metrics.get("test") or {}).get("ece")
    if not score:
        return Html()
    value, between = written(score)
    said = joined([tag("b", value), tag("span", between, class_="between")], " ")
    return tag("p", voice("Expected calibration error: {0}", said))


def _numbers(bins: Sequence[Score], voice: Voice) -> Html:
    """Return the same as a table, folded."""
    heads = [voice("said"), voice("seen"), voice("rows")]
    head = tag("tr", [tag("th", words, scope="col", class_="number") for words in heads])
    rows = [tag("tr", [tag("td", words, class_="number") for words in _cells(b)]) for b in bins]
    table = tag("table", tag("thead", head), tag("tbody", rows))
    return tag("details", tag("summary", voice("as a table")), table)


def _cells(found: Score) -> list[Html]:
    value, between = written(found | {"value": found["seen"]})  # type: ignore[operator]
    seen = joined([tag("b", value), tag("span", between, class_="between")], " ")
    return [joined(figure(found["said"])), seen, joined(number(found.get("n") or 0))]


def threshold(evidence: Evidence, voice: Voice) -> Html:
    """Say from where on a class is called; nothing where the likeliest is."""
    found = evidence.metrics.get("threshold") or {}
    if not finite([found.get("value")]):
        return Html()
    at, metric = tag("b", figure(found["value"])), tag("code", str(found.get("metric") or ""))
    if not found.get("positive"):
        unnamed = voice("the positive class is called from {0} on: chosen on validation rows for {1}", at, metric)
        return joined([tag("p", unnamed), origin(voice, METRICS, "threshold")])
    said = voice(
        "{0} is called from {1} on: chosen on validation rows for {2}", name(str(found.get("positive"))), at, metric
    )
    return joined([tag("p", said), origin(voice, METRICS, "threshold")])
