"""The columns as cards, in their order; of a wide table those that ask for a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from milepost.page.card import card
from milepost.page.findings import column_of
from milepost.page.glance import SEVERITIES
from milepost.page.html import Html, joined, tag
from milepost.page.voice import Voice, number

SHOWN = 48


def chosen(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that are shown and their anchors: first what findings are about, then what misses cells."""
    found, columns = _found(report), report["columns"]
    weight = {name: min(map(SEVERITIES.index, (f["severity"] for f in of))) for name, of in found.items()}
    order = {name: i for i, name in enumerate(columns)}
    ranked = sorted(order, key=lambda n: (weight.get(n, len(SEVERITIES)), -columns[n]["missing_share"], order[n]))
    return {name: f"c{order[name]}" for name in sorted(ranked[:SHOWN], key=order.__getitem__)}


def _found(report: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the findings of every column."""
    out = defaultdict[str, list[Mapping[str, Any]]](list)
    for finding in report["findings"]:
        column = column_of(finding)
        if column is not None:
            out[column].append(finding)
    return dict(out)


def columns(report: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Html:
    """Return the section of the columns in `places`."""
    found, left = _found(report), len(report["columns"]) - len(places)
    cards = [card(name, report["columns"][name], place, found.get(name, ()), voice) for name, place in places.items()]
    note = tag("p", voice("{0} more columns are in data_report.json", number(left)), class_="note")
    return joined([tag("p", _key(voice), class_="key"), tag("div", cards, class_="cards"), note if left else ""])


def _key(voice: Voice) -> Sequence[Html]:
    """Return what area and line mean in every chart."""
    area = tag("span", tag("span", class_="swatch area", aria_hidden="true"), " ", voice("train"))
    line = tag("span", tag("span", class_="swatch line", aria_hidden="true"), " ", voice("test"))
    return area, line, tag("span", voice("each in shares of its own rows: where they part, the data shift"))
