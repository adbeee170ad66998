"""The milestones as stones along a road, each with its gates and what the evidence says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.evidence import GATES, origin
from milepost.page.gate import MARKS, gate
from milepost.page.html import Html, joined, name, tag
from milepost.page.voice import Voice, number

SHOWN = 12  # gates of a milestone; those that are not passed first
ORDER = ("failed", "not_measured", "not_proven", "passed")


def milestones(gates: Mapping[str, Any], voice: Voice) -> Html:
    """Return the section of the milestones; nothing where none is judged."""
    judged = gates.get("milestones") or []
    if not judged:
        return Html()
    road = tag("ol", [_milestone(m, voice) for m in judged], class_="road")
    key = voice("line: 95% interval; dot: value; shaded: what was promised. The whole line must lie in the shade.")
    return joined([tag("p", key, class_="about"), road, origin(voice, GATES, "milestones")])


def _milestone(milestone: Mapping[str, Any], voice: Voice) -> Html:
    verdict, every = str(milestone["verdict"]), milestone["gates"]
    shown = every if len(every) <= SHOWN else sorted(every, key=lambda g: ORDER.index(g["verdict"]))[:SHOWN]
    left = len(every) - len(shown)
    more = tag("p", voice("{0} more gates are in gates.json", number(left)), class_="note")
    said = tag("span", voice(verdict.replace("_", " ")), class_="verdict")
    return tag(
        "li",
        tag("span", MARKS[verdict], class_="stone", aria_hidden="true"),
        tag("h3", name(str(milestone["name"])), " ", said),
        _due(milestone, voice),
        tag("ul", [gate(g, voice) for g in shown], class_="gates"),
        more if left else None,
        class_=f"v-{verdict}",
    )


def _due(milestone: Mapping[str, Any], voice: Voice) -> Html | None:
    """Say when it is due, how many days are left, and what waits for it."""
    facts = list[Html]()
    if milestone.get("by"):
        facts.append(voice("due {0}", str(milestone["by"])))
    days, passed = milestone.get("days"), milestone["verdict"] == "passed"
    if days is not None and not passed:
        facts.append(_days(int(days), voice))
    if milestone.get("before"):
        facts.append(voice("{0} waits for it", tag("code", str(milestone["before"]))))
    return tag("p", joined(facts, " · "), class_="due") if facts else None


def _days(days: int, voice: Voice) -> Html:
    if days < 0:
        late = voice("{0} days late" if days < -1 else "{0} day late", number(-days))
        return tag("b", late, class_="late")
    if not days:
        return tag("b", voice("due today"))
    return voice("{0} days left" if days > 1 else "{0} day left", number(days))
