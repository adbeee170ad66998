"""Four numbers at a glance: rows, their sides, columns, findings; each as one bar with its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from milepost.page import draw
from milepost.page.html import Html, coded, joined, tag
from milepost.page.voice import Voice, number, share

SIDES = ("train", "valid", "test")
SEVERITIES = ("error", "warning", "info")
TYPES = ("number", "date", "boolean", "ordinal", "category", "text", "id", "constant", "empty")


class _Slice(NamedTuple):
    """A part of a tile's number, its colour as a class, and its name."""

    label: Html
    size: int
    kind: str


def glance(report: Mapping[str, Any], voice: Voice) -> Html:
    """Return the section of the four tiles."""
    tiles = [_rows(report, voice), _split(report, voice), _columns(report, voice), _findings(report, voice)]
    return tag("div", tiles, class_="tiles")


def _rows(report: Mapping[str, Any], voice: Voice) -> Html:
    dropped, quarantined = report["dropped"], report["quarantined"]
    parts = [
        _Slice(voice("kept"), report["rows_kept"], "kept"),
        _Slice(voice("dropped"), sum(dropped.values()), "dropped"),
        _Slice(voice("quarantined"), sum(quarantined.values()), "quarantined"),
    ]
    reasons = [
        joined([voice(reason.replace("_", " ")), tag("b", number(n))], " ")
        for reason, n in [*dropped.items(), *quarantined.items()]
    ]
    note = None
    if reasons:
        note = joined([voice.listed(reasons), voice("quarantine.csv holds these rows and says why")], tag("br"))
    return _tile(voice("Rows read"), report["rows_read"], parts, note, voice)


def _split(report: Mapping[str, Any], voice: Voice) -> Html:
    split = report["split"]
    parts = [_Slice(voice(side), split[side], side) for side in SIDES]
    how = coded(voice.sentence(split.get("how", "")))
    return _tile(voice("Rows that teach and prove"), sum(p.size for p in parts), parts, how, voice)


def _columns(report: Mapping[str, Any], voice: Voice) -> Html:
    counts = Counter(str(c["type"]) for c in report["columns"].values())
    parts = [_Slice(voice(kind), counts[kind], kind) for kind in TYPES if counts[kind]]
    return _tile(voice("Columns"), len(report["columns"]), parts, None, voice)


def _findings(report: Mapping[str, Any], voice: Voice) -> Html:
    counts = Counter(str(f["severity"]) for f in report["findings"])
    parts = [_Slice(voice(severity), counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    note = None if parts else voice("nothing odd was found")
    return _tile(voice("Findings"), len(report["findings"]), parts, note, voice)


def _tile(title: Html, total: int, parts: Sequence[_Slice], note: Html | None, voice: Voice) -> Html:
    """Return a number with its name, its bar and the names of its parts."""
    whole = sum(p.size for p in parts)
    bars = [draw.Part(p.size, p.kind, f"{p.label} {number(p.size)}") for p in parts]
    return tag(
        "section",
        tag("h3", title),
        tag("p", number(total), class_="big"),
        draw.bar(title, bars),
        tag("ul", [_legend(p, whole) for p in parts], class_="legend") if parts else None,
        tag("p", note, class_="note") if note else None,
        class_="tile",
    )


def _legend(part: _Slice, whole: int) -> Html:
    swatch = tag("span", class_=f"swatch k-{part.kind}", aria_hidden="true")
    numbers = [tag("b", number(part.size)), tag("span", share(part.size, whole), class_="percent")]
    return tag("li", swatch, tag("span", part.label, class_="label"), numbers, class_=None if part.size else "none")
