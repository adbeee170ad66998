"""How well every class is found: its scores by the test rows, the weakest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page import draw
from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.slices import FEW
from milepost.page.voice import Voice, figure, number

SHOWN = 12
SCORES = ("precision", "recall")


def by_class(evidence: Evidence, voice: Voice) -> Html:
    """Return the table of the classes; nothing where the answers have none."""
    found = [c for c in (evidence.metrics.get("details") or {}).get("classes") or [] if c.get("class") is not None]
    if not found:
        return Html()
    found.sort(key=lambda c: (not c.get("rows"), c.get("f1") or 0.0))
    numbers = voice("precision"), voice("recall"), voice("rows")
    heads = [(voice("class"), None), ("F1", None), *((words, "number") for words in numbers)]
    head = tag("tr", [tag("th", words, scope="col", class_=kind) for words, kind in heads])
    rows = [_row(c, voice) for c in found[:SHOWN]]
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="scored")
    few = any((c.get("rows") or 0) < FEW for c in found[:SHOWN])
    pale = tag("p", voice("pale: fewer than {0} rows, which prove nothing", number(FEW)), class_="note") if few else ""
    left = len(found) - SHOWN
    more = tag("p", voice("{0} more classes are in metrics.json", number(left)), class_="note") if left > 0 else ""
    return joined([table, pale, more, _cuts(evidence, voice), origin(voice, METRICS, "details.classes", "cuts")])


def _cuts(evidence: Evidence, voice: Voice) -> Html:
    """Say from where each class or label is called; nothing where the likeliest is."""
    found, details = evidence.metrics.get("cuts") or {}, evidence.metrics.get("details") or {}
    if not found.get("values"):
        return Html()
    pairs = list(zip(details.get("classes") or [], found["values"], strict=False))[:SHOWN]
    each = voice.listed(joined([name(short(str(c["class"]))), " ", tag("b", figure(v))]) for c, v in pairs)
    metric = tag("code", str(found.get("metric") or ""))
    said = voice(
        "probabilities are divided by these before the largest is called, chosen on validation rows for {0}: {1}"
        if details.get("confusion")
        else "each label is given from its own probability on, chosen on validation rows for {0}: {1}",
        metric,
        each,
    )
    return tag("p", said, class_="note")


def _row(found: Mapping[str, Any], voice: Voice) -> Html:
    """Return a class as a row: its F1 as a bar, precision, recall, and the rows that have it."""
    label, f1 = str(found["class"]), found.get("f1")
    title = voice("{0}: F1 {1}", short(label), _share(f1))
    chart = [draw.bullet(title, f1 or 0.0, None), tag("b", _share(f1), class_="percent")]
    scores = [tag("td", _share(found.get(key)), class_="number") for key in SCORES]
    counted = tag("td", number(found.get("rows") or 0), class_="number soft")
    bar = tag("td", tag("span", chart, class_="measured"))
    return tag(
        "tr",
        tag("th", name(short(label)), scope="row"),
        bar,
        scores,
        counted,
        class_="t-pale" if (found.get("rows") or 0) < FEW else None,
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
