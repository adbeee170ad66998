"""What was found, the weightiest first: where, how often, in which rows, and the line that mends it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from milepost.findings.codes import meaning
from milepost.page.glance import SEVERITIES
from milepost.page.html import Html, coded, joined, name, tag
from milepost.page.voice import Voice, number

ALIKE = 8  # findings of one code that are shown
MARKS = {"error": "✗", "warning": "!", "info": "i"}
COLUMN = re.compile(r"column (.+)|columns\.(.+)", re.DOTALL)
CONFIG = re.compile(r"\w+: \{.*\}", re.DOTALL)  # a line of product.yaml


def column_of(finding: Mapping[str, Any]) -> str | None:
    """Return the column that a finding is about, if it is about one."""
    found = COLUMN.fullmatch(str(finding["where"]))
    return (found[1] or found[2]) if found else None


def findings(report: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Html:
    """Return the section of the findings; `places` has the anchors of the columns that the page shows."""
    every = sorted(report["findings"], key=lambda f: SEVERITIES.index(f["severity"]))
    if not every:
        return Html()
    order = dict.fromkeys((f["severity"], f["code"]) for f in every)
    every.sort(key=lambda f: list(order).index((f["severity"], f["code"])))
    aside = {*report["dropped"], *report["quarantined"]}
    alike = [list(found) for _, found in groupby(every, lambda f: (f["severity"], f["code"]))]
    return tag("div", [_group(found, places, aside, voice) for found in alike], class_="findings")


def _group(alike: Sequence[Mapping[str, Any]], places: Mapping[str, str], aside: Collection[str], voice: Voice) -> Html:
    """Return the findings of one code, bounded."""
    severity, code = alike[0]["severity"], alike[0]["code"]
    badge = tag("span", tag("span", MARKS[severity], aria_hidden="true"), " ", voice(severity), class_="badge")
    times = tag("span", f"× {number(len(alike))}", class_="soft") if len(alike) > 1 else None
    left, said = len(alike) - ALIKE, meaning(code, voice.lang)
    more = tag("p", voice("{0} more of this kind are in data_report.json", number(left)), class_="note")
    return tag(
        "article",
        tag("h3", badge, " ", tag("code", code), " ", times),
        tag("ul", [_finding(f, places, code in aside, voice) for f in alike[:ALIKE]]),
        more if left > 0 else None,
        tag("p", coded(said), class_="note") if said else None,
        class_=f"s-{severity}",
        id=f"f-{code}",
    )


def _finding(finding: Mapping[str, Any], places: Mapping[str, str], aside: bool, voice: Voice) -> Html:
    """Return one finding; rows that were set aside are told by their lines."""
    facts = [_where(finding, places, voice), *_rows(finding, aside, voice)]
    return tag(
        "li",
        tag("p", coded(voice.sentence(finding["what"])), class_="what"),
        tag("p", joined(facts, tag("span", " · ", aria_hidden="true")), class_="meta"),
        tag("p", tag("span", voice("Fix"), class_="label"), " ", _fix(finding["fix"], voice), class_="fix")
        if finding["fix"]
        else None,
    )


def _where(finding: Mapping[str, Any], places: Mapping[str, str], voice: Voice) -> Html:
    column = column_of(finding)
    if column is None:
        return tag("span", tag("bdi", voice.sentence(finding["where"])))
    place = places.get(column)
    return tag("a", name(column), href=f"#{place}") if place else name(column)


def _rows(finding: Mapping[str, Any], aside: bool, voice: Voice) -> list[Html]:
    """Count, and number the first rows."""
    out, rows = list[Html](), finding["rows"]
    if finding["count"]:
        out.append(voice("count {0}", tag("b", number(finding["count"]))))
    if rows:
        listed, few = voice.listed(number(r) for r in rows), finding["count"] > len(rows)
        if aside:
            out.append(voice("in lines {0} …", listed) if few else voice("in lines {0}", listed))
        else:
            out.append(voice("in rows {0} …", listed) if few else voice("in rows {0}", listed))
    return out


def _fix(words: str, voice: Voice) -> Html:
    """Return a mend; a line of product.yaml is code as a whole."""
    return tag("code", tag("bdi", words)) if CONFIG.fullmatch(words) else coded(voice.sentence(words))
