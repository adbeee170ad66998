"""Which class was called what: a table that is the warmer the more rows are in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.voice import Voice, number, share

FEW, PAIRS = 10, 15  # classes up to which there is a whole table; pairs that are named beyond
WARM = 8  # shades
LONG = 4  # classes up to which their names lie above the columns; beyond, they stand


def confusion(evidence: Evidence, voice: Voice) -> Html:
    """Return the confusion matrix, or of many classes the pairs that are confused most often."""
    found = (evidence.metrics.get("details") or {}).get("confusion") or {}
    classes, counts = found.get("classes") or [], found.get("counts") or []
    if not classes:
        return Html()
    drawn = _table(classes, counts, voice) if len(classes) <= FEW else _pairs(classes, counts, voice)
    return joined([drawn, origin(voice, METRICS, "details.confusion")])


def is_wide(evidence: Evidence) -> bool:
    """Tell whether the matrix needs the whole width of the page."""
    found = (evidence.metrics.get("details") or {}).get("confusion") or {}
    return len(found.get("classes") or []) > LONG


def _table(classes: Sequence[Any], counts: Sequence[Sequence[int]], voice: Voice) -> Html:
    upright = "upright" if len(classes) > LONG else None
    heads = [tag("th", tag("span", name(str(c))), scope="col", class_=upright) for c in classes]
    corner = tag("th", voice("truth ↓ · called →"), scope="col", class_="corner")
    rows = [
        tag("tr", tag("th", name(str(c)), scope="row"), [_cell(n, sum(row), i == j, voice) for j, n in enumerate(row)])
        for i, (c, row) in enumerate(zip(classes, counts, strict=False))
    ]
    key = voice("rows, and their share of those of the same truth; green is right, orange is wrong")
    table = tag(
        "table",
        tag("thead", tag("tr", corner, heads)),
        tag("tbody", rows),
        class_="confusion many" if upright else "confusion",
    )
    return joined([tag("p", key, class_="about"), tag("div", table, class_="slide")])


def _cell(count: int, whole: int, right: bool, voice: Voice) -> Html:
    part = count / whole if whole else 0.0
    warm = min(WARM, int(part * WARM) + 1) if count else 0
    kind = f"heat {'right' if right else 'wrong'} h{warm}"
    return tag("td", tag("b", number(count)), " ", tag("span", share(count, whole)), class_=kind)


def _pairs(classes: Sequence[Any], counts: Sequence[Sequence[int]], voice: Voice) -> Html:
    """Name the pairs that are confused most often."""
    wrong = [(n, i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if i != j and n]
    wrong.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    right, every = sum(row[i] for i, row in enumerate(counts)), sum(map(sum, counts))
    said = voice("{0} classes; {1} of {2} rows are called right", *map(number, (len(classes), right, every)))
    heads = [(voice("truth"), None), (voice("called"), None), (voice("rows"), "number"), (voice("share"), "number")]
    head = tag("tr", [tag("th", words, scope="col", class_=kind) for words, kind in heads])
    rows = [_pair(str(classes[i]), str(classes[j]), n, sum(counts[i])) for n, i, j in wrong[:PAIRS]]
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="pairs") if rows else ""
    left = len(wrong) - PAIRS
    more = tag("p", voice("{0} more pairs are in metrics.json", number(left)), class_="note") if left > 0 else ""
    return joined([tag("p", said, class_="about"), table, more])


def _pair(truth: str, called: str, count: int, whole: int) -> Html:
    numbers = [tag("td", words, class_="number") for words in (tag("b", number(count)), share(count, whole))]
    return tag("tr", tag("th", name(short(truth)), scope="row"), tag("td", name(short(called))), numbers)
