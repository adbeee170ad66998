"""Every metric of the test rows, with its interval, beside the baseline and the naive guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.html import Html, joined, short, tag
from milepost.page.voice import Voice, number
from milepost.page.written import written

SHOWN = 30
OTHERS = ("baseline", "naive")


def scores(evidence: Evidence, voice: Voice) -> Html:
    """Return the table of the scores; nothing where nothing is tested."""
    metrics = evidence.metrics
    tested: Mapping[str, Mapping[str, Any]] = metrics.get("test") or {}
    if not tested:
        return Html()
    left = len(tested) - SHOWN
    others = [w for w in OTHERS if metrics.get(w) and not (w == "baseline" and metrics.get("ships_baseline"))]
    heads = [voice("metric"), voice("the product"), *(voice(w) for w in others), voice("rows")]
    names = heads[1:-1]
    head = [tag("th", words, scope="col", class_="number" if i else None) for i, words in enumerate(heads)]
    rows = [_row(metric, others, names, evidence, voice) for metric in list(tested)[:SHOWN]]
    table = tag("table", tag("thead", tag("tr", head)), tag("tbody", rows), class_="scores")
    more = tag("p", voice("{0} more metrics are in metrics.json", number(left)), class_="note") if left > 0 else ""
    return joined([table, more, origin(voice, METRICS, "test", *others)])


def _row(metric: str, others: list[str], names: list[Html], evidence: Evidence, voice: Voice) -> Html:
    found = [(evidence.metrics.get(w) or {}).get(metric) for w in ("test", *others)]
    n = (found[0] or {}).get("n")
    unit, better = evidence.unit(metric), "↑" if evidence.up(metric) else "↓"
    spoken = tag("span", evidence.better(metric, voice), class_="unseen")
    arrow = tag("span", better, class_="soft", aria_hidden="true")
    named = [tag("code", short(metric)), " ", arrow, spoken, " ", tag("span", unit, class_="soft") if unit else ""]
    counted = tag("td", number(n) if n and n > 1 else "", class_="number rows")
    return tag(
        "tr",
        tag("th", joined(named), scope="row"),
        [_cell(s, who) for s, who in zip(found, names, strict=True)],
        counted,
    )


def _cell(score: Mapping[str, Any] | None, who: str) -> Html:
    if not score:
        return tag("td", "–", class_="number soft none", data_who=who)
    value, between = written(score)
    return tag("td", tag("b", value), " ", tag("span", between, class_="between"), class_="number", data_who=who)
