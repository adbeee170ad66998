"""The missing map: for every column with gaps, where in the rows they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from milepost.page import draw
from milepost.page.glance import SIDES
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.voice import Voice, number, share

SHOWN = 40
GAP = 1.0  # percent of the width between two sides


def missing(report: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Html:
    """Return the section of the missing map, the column with most gaps first; nothing where no cell is missing."""
    found, columns = report["missing_map"], report["columns"]
    ranked = sorted(found["shares"], key=lambda c: -columns[c]["missing"])
    if not ranked:
        return Html()
    spans, left = _spans(found["sides"]), len(ranked) - SHOWN
    rows = [_row(c, columns[c], found["shares"][c], found["sides"], spans, places, voice) for c in ranked[:SHOWN]]
    sides = voice.listed(voice(side) for side in spans)
    heads = [(voice("column"), None), (sides, None), (voice("missing"), "number")]
    head = tag("tr", [tag("th", words, scope="col", class_=kind) for words, kind in heads])
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="gaps")
    key = voice("from the first row to the last; the stronger the colour, the more is missing")
    note = tag("p", voice("{0} more columns with gaps are in data_report.json", number(left)), class_="note")
    return joined([tag("p", key, class_="key"), tag("div", table, class_="card"), note if left > 0 else ""])


def _spans(sides: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[float, float]]:
    """Return where each side starts and how wide it is, in percent: as its rows are."""
    there = [s for s in SIDES if sides.get(s, {}).get("rows")]
    room, whole = 100 - GAP * (len(there) - 1), sum(sides[s]["rows"] for s in there)
    out, at = dict[str, tuple[float, float]](), 0.0
    for side in there:
        wide = room * sides[side]["rows"] / whole
        out[side] = (at, wide)
        at += wide + GAP
    return out


def _stretches(shares: Sequence[float], start: float, wide: float, step: float) -> Iterator[draw.Stretch]:
    """Join stretches of one share, so that no seam is seen between them."""
    at = 0
    for gone, alike in groupby(shares):
        count = len(list(alike))
        yield draw.Stretch(start + at * step, min(count * step, wide - at * step), gone)
        at += count


def _row(
    column: str,
    profile: Mapping[str, Any],
    shares: Mapping[str, list[float]],
    sides: Mapping[str, Mapping[str, int]],
    spans: Mapping[str, tuple[float, float]],
    places: Mapping[str, str],
    voice: Voice,
) -> Html:
    """Return one column's strip and its count."""
    stretches = list[draw.Stretch]()
    for side, (start, wide) in spans.items():
        step = wide * sides[side]["step"] / sides[side]["rows"]
        stretches += _stretches(shares.get(side, ()), start, wide, step)
    by_side = profile.get("missing_by_side", {})
    told = voice.listed(f"{voice(s)} {number(n)}" for s, n in by_side.items())
    title = voice("{0}: missing cells, {1}", short(column), told)
    label = tag("a", name(column), href=f"#{places[column]}") if column in places else name(column)
    count = [tag("b", number(profile["missing"])), " ", tag("span", share(profile["missing_share"], 1), class_="soft")]
    return tag(
        "tr", tag("th", label, scope="row"), tag("td", draw.strip(title, stretches)), tag("td", count, class_="number")
    )
