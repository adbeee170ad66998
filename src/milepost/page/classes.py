"""How many rows of each class every side has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page import draw
from milepost.page.glance import SIDES
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.voice import Voice, number, share

SHOWN = 20
FEW = 5  # classes up to which a whole bar is all rows; beyond, it is the largest class


def classes(report: Mapping[str, Any], voice: Voice) -> Html:
    """Return the section of the classes; nothing where there are none."""
    counts: Mapping[str, Mapping[str, int]] = report["split"].get("classes") or {}
    if not counts:
        return Html()
    total = {side: sum(counts.get(side, {}).values()) for side in SIDES}
    every = dict.fromkeys(c for side in SIDES for c in counts.get(side, {}))
    ranked = sorted(every, key=lambda c: -sum(counts.get(side, {}).get(c, 0) for side in SIDES))
    most = (
        1.0
        if len(ranked) <= FEW
        else max(counts.get(side, {}).get(c, 0) / max(1, total[side]) for side in SIDES for c in every)
    )
    rows = [_class(c, {s: counts.get(s, {}).get(c, 0) for s in SIDES}, total, most, voice) for c in ranked[:SHOWN]]
    left = len(ranked) - SHOWN
    heads = [tag("th", voice(side), scope="col", class_="number") for side in SIDES]
    head = tag(
        "tr",
        tag("th", voice("class"), scope="col"),
        tag("th", voice("share of train (tick: test)"), scope="col"),
        heads,
    )
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="classes")
    note = tag("p", voice("{0} more classes are in data_report.json", number(left)), class_="note")
    return joined([tag("div", table, class_="card"), note if left > 0 else ""])


def _class(label: str, counts: Mapping[str, int], total: Mapping[str, int], most: float, voice: Voice) -> Html:
    """Return a class as a row: its share as a bar (a tick for the test), and its rows on every side."""
    train, test = (counts[s] / max(1, total[s]) for s in ("train", "test"))
    shares = {s: share(counts[s], total[s]) for s in ("train", "test")}
    title = voice("{0}: {1} of train, {2} of test", short(label), shares["train"], shares["test"])
    chart = [draw.bullet(title, train / most, test / most), tag("span", shares["train"], class_="percent")]
    numbers = [tag("td", number(counts[s]), class_="number") for s in SIDES]
    return tag("tr", tag("th", name(label), scope="row"), tag("td", tag("span", chart, class_="measured")), numbers)
