"""What is not proven yet and what to do about it: one line for every gate that is not passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.evidence import GATES, origin
from milepost.page.gate import MARKS
from milepost.page.html import Html, coded, joined, name, short, tag
from milepost.page.voice import Voice, number

SHOWN = 20
Json = Mapping[str, Any]


def steps(gates: Json, voice: Voice) -> Html:
    """Return the section of the next steps, the one to take first at its head."""
    every = [(m, g) for m in gates.get("milestones") or [] for g in m["gates"] if g["verdict"] != "passed"]
    told = str(gates.get("next") or "")
    first = [pair for pair in every if told.startswith(f"{pair[0]['name']}: {pair[1]['gate']}: ")][:1]
    command = (
        tag("p", tag("b", voice("Next step")), " ", tag("code", told), class_="next") if told and not first else ""
    )
    if not every and not command:
        return Html()
    ranked = [*first, *(pair for pair in every if pair not in first)]
    items = [_step(m, g, bool(first) and i == 0, voice) for i, (m, g) in enumerate(ranked[:SHOWN])]
    left = len(every) - SHOWN
    more = tag("p", voice("{0} more gates are in gates.json", number(left)), class_="note") if left > 0 else ""
    listed = tag("ol", items, class_="steps card") if items else ""
    return joined([command, listed, more, origin(voice, GATES, "next", "milestones")])


def _step(milestone: Json, gate: Json, first: bool, voice: Voice) -> Html:
    """Return one gate that is not passed, with what would settle it."""
    verdict = str(gate["verdict"])
    mark = tag("span", MARKS[verdict], class_="mark", aria_hidden="true")
    what = tag("span", name(str(milestone["name"])), " · ", tag("code", tag("bdi", short(str(gate["gate"])))))
    state = tag("span", voice(verdict.replace("_", " ")), class_="verdict")
    badge = tag("b", voice("Next step"), class_="first") if first else None
    todo = tag("p", coded(voice.sentence(str(gate.get("next") or ""))), class_="todo")
    return tag("li", mark, tag("div", tag("p", what, " ", state, " ", badge), todo), class_=f"v-{verdict}")
