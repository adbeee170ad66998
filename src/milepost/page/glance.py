"""Four numbers at a glance: rows, their sides, columns, findings; each as one bar with its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from milepost.page import draw
from milepost.page.draw import Part
from milepost.page.html import Html, coded, joined, tag
from milepost.page.voice import Voice, number, share

SIDES = ("train", "valid", "test")
SEVERITIES = ("error", "warning", "info")
TYPES = ("number", "date", "boolean", "ordinal", "category", "text", "id", "constant", "empty")
LONG = 4  # parts from which their names stand in two columns


def glance(report: Mapping[str, Any], voice: Voice) -> Html:
    """Return the section of the four tiles."""
    tiles = [_rows(report, voice), _split(report, voice), _columns(report, voice), _findings(report, voice)]
    return tag("div", tiles, class_="tiles")


def _rows(report: Mapping[str, Any], voice: Voice) -> Html:
    dropped, quarantined = report["dropped"], report["quarantined"]
    parts = [
        Part(report["rows_kept"], "kept", voice("kept")),
        Part(sum(dropped.values()), "dropped", voice("dropped")),
        Part(sum(quarantined.values()), "quarantined", voice("quarantined")),
    ]
    reasons = [
        joined([voice(reason.replace("_", " ")), tag("b", number(n))], " ")
        for reason, n in [*dropped.items(), *quarantined.items()]
    ]
    note = None
    if reasons:
        note = joined([voice.listed(reasons), voice("quarantine.csv holds these rows and says why")], tag("br"))
    return _tile(voice("Rows read"), report["rows_read"], parts, note, shares=True)


def _split(report: Mapping[str, Any], voice: Voice) -> Html:
    split = report["split"]
    parts = [Part(split[side], side, voice(side)) for side in SIDES]
    how = coded(voice.sentence(split.get("how", "")))
    return _tile(voice("Rows that teach and prove"), sum(p.size for p in parts), parts, how, shares=True)


def _columns(report: Mapping[str, Any], voice: Voice) -> Html:
    counts = Counter(str(c["type"]) for c in report["columns"].values())
    parts = [Part(counts[kind], kind, voice(kind)) for kind in TYPES if counts[kind]]
    return _tile(voice("Columns read"), len(report["columns"]), parts)


def _findings(report: Mapping[str, Any], voice: Voice) -> Html:
    counts = Counter(str(f["severity"]) for f in report["findings"])
    parts = [Part(counts[severity], severity, voice(severity)) for severity in SEVERITIES if counts[severity]]
    note = None if parts else voice("nothing odd was found")
    return _tile(voice("Findings"), len(report["findings"]), parts, note)


def _tile(title: Html, total: int, parts: Sequence[Part], note: Html | None = None, *, shares: bool = False) -> Html:
    """Return a number with its name, its bar and the names of its parts, with their shares if wanted."""
    whole = sum(p.size for p in parts) if shares else 0
    legend = "legend short" if len(parts) > LONG else "legend"
    return tag(
        "section",
        tag("h3", title),
        tag("p", number(total), class_="big"),
        draw.bar(title, parts),
        tag("ul", [_legend(p, whole) for p in parts], class_=legend) if parts else None,
        tag("p", note, class_="note") if note else None,
        class_="tile",
    )


def _legend(part: Part, whole: int) -> Html:
    swatch = tag("span", class_=f"swatch k-{part.kind}", aria_hidden="true")
    percent = tag("span", share(part.size, whole), class_="percent") if whole else None
    label = tag("span", part.label, class_="label")
    return tag("li", swatch, label, tag("b", number(part.size)), percent, class_=None if part.size else "none")
