"""What it cost to make and what it costs to run: seconds by stage, size, latency, money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page import draw
from milepost.page.evidence import GATES, METRICS, Evidence, origin
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.scale import finite
from milepost.page.voice import Voice, figure, number, share
from milepost.page.written import written

SHOWN = 16  # stages, the longest
TILES = ("size_mb", "latency_p50_ms", "latency_p95_ms", "cost_per_1k_usd", "value_per_1k_usd")


def cost(evidence: Evidence, voice: Voice) -> Html:
    """Return the section of the cost; nothing where nothing was measured."""
    tested = evidence.metrics.get("test") or {}
    tiles = [
        _tile(metric, tested[metric], evidence, voice)
        for metric in TILES
        if finite([(tested.get(metric) or {}).get("value")])
    ]
    measured = evidence.metrics.get("cost") or {}
    spent = _spent(measured or evidence.gates.get("cost") or {}, voice)
    if not tiles and not spent:
        return Html()
    sources = [origin(voice, METRICS, "test", *(["cost"] if measured else []))]
    sources += [] if measured or not spent else [origin(voice, GATES, "cost")]
    row = tag("div", tiles, class_="tiles figures") if tiles else ""
    return joined([row, tag("div", spent, class_="card") if spent else "", *sources])


def _tile(metric: str, score: Mapping[str, Any], evidence: Evidence, voice: Voice) -> Html:
    value, between = written(score)
    unit = evidence.unit(metric) or "USD"
    note = (
        tag("p", voice("95% interval {0}", tag("span", between, class_="whole")), class_="between") if between else None
    )
    big = tag("p", value, " ", tag("small", unit), class_="big")
    return tag("section", tag("h3", _words(voice)[metric]), big, note, class_="tile")


def _words(voice: Voice) -> dict[str, Html]:
    return {
        "size_mb": voice("size of the product"),
        "latency_p50_ms": voice("time of one answer, median"),
        "latency_p95_ms": voice("time of one answer, slowest 5%"),
        "cost_per_1k_usd": voice("cost of 1,000 answers"),
        "value_per_1k_usd": voice("value of 1,000 answers"),
    }


def _spent(found: Mapping[str, Any], voice: Voice) -> Html:
    """Draw the seconds of the longest stages as bars."""
    stages = {str(stage): s for stage, s in (found.get("seconds") or {}).items() if finite([s])}
    if not stages:
        return Html()
    total = found.get("total") or sum(stages.values())
    ranked = sorted(stages, key=lambda s: -stages[s])
    shown = [s for s in stages if s in ranked[:SHOWN]]
    most = max(stages.values()) or 1.0
    rows = [_stage(s, stages[s], most, total, voice) for s in shown]
    left = len(stages) - SHOWN
    more = tag("p", voice("{0} more stages are in metrics.json", number(left)), class_="note") if left > 0 else ""
    whole = voice("{0} on one machine, from raw data to the product", tag("b", _time(total, voice)))
    table = tag("table", tag("tbody", rows), class_="stages")
    return joined([tag("h3", voice("Time of the run")), tag("p", whole, class_="about"), table, more])


def _stage(stage: str, seconds: float, most: float, total: float, voice: Voice) -> Html:
    title = voice("{0}: {1}", short(stage), _time(seconds, voice))
    cells = [tag("td", draw.bullet(title, seconds / most, None))]
    cells += [tag("td", tag("b", _time(seconds, voice)), class_="number")]
    cells += [tag("td", share(seconds, total), class_="number soft")]
    return tag("tr", tag("th", name(stage), scope="row"), cells)


def _time(seconds: float, voice: Voice) -> Html:
    """Write seconds; minutes and hours where there are many."""
    if seconds >= 5400:
        return voice("{0} h", figure(round(seconds / 3600, 1)))
    if seconds >= 90:
        return voice("{0} min", figure(round(seconds / 60, 1)))
    return voice("{0} s", figure(round(seconds, 1 if seconds >= 1 else 2)))
