"""The milestones as stones along a road, each with its gates and what the evidence says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.html import Html, coded, joined, name, tag
from milepost.page.voice import Voice, figure, number

MARKS = {"passed": "✓", "failed": "✗", "not_proven": "?", "not_measured": "·"}


def milestones(gates: Mapping[str, Any], voice: Voice) -> Html:
    """Return the section of the milestones; nothing where none is judged."""
    judged = gates.get("milestones") or []
    if not judged:
        return Html()
    road = tag("ol", [_milestone(m, voice) for m in judged], class_="road")
    return joined([road, _next(gates, voice)])


def _next(gates: Mapping[str, Any], voice: Voice) -> Html:
    """Return the next step: a command, or a gate and what to do about it."""
    step = str(gates.get("next") or "")
    if not step:
        return Html()
    said = tag("code", step)
    for milestone in gates["milestones"]:
        for gate in milestone["gates"]:
            about = f"{milestone['name']}: {gate['gate']}: "
            if step.startswith(about):
                parts = name(str(milestone["name"])), tag("code", tag("bdi", gate["gate"]))
                said = joined([*parts, coded(voice.sentence(step.removeprefix(about)))], " · ")
    return tag("p", tag("b", voice("Next step")), " ", said, class_="next")


def _milestone(milestone: Mapping[str, Any], voice: Voice) -> Html:
    verdict = str(milestone["verdict"])
    due = tag("span", voice("due {0}", str(milestone["by"])), class_="soft") if milestone.get("by") else None
    return tag(
        "li",
        tag("span", MARKS[verdict], class_="stone", aria_hidden="true"),
        tag("h3", name(str(milestone["name"])), " ", tag("span", _verdict(verdict, voice), class_="verdict"), " ", due),
        tag("ul", [_gate(g, voice) for g in milestone["gates"]], class_="gates"),
        class_=f"v-{verdict}",
    )


def _verdict(verdict: str, voice: Voice) -> Html:
    return voice(verdict.replace("_", " "))


def _gate(gate: Mapping[str, Any], voice: Voice) -> Html:
    verdict = str(gate["verdict"])
    mark = tag("span", MARKS[verdict], class_="mark", aria_hidden="true")
    spoken = tag("span", _verdict(verdict, voice), class_="unseen")
    hint = tag("span", coded(voice.sentence(gate["next"])), class_="hint") if gate.get("next") else None
    return tag(
        "li", mark, spoken, tag("code", tag("bdi", gate["gate"])), _evidence(gate, voice), hint, class_=f"v-{verdict}"
    )


def _evidence(gate: Mapping[str, Any], voice: Voice) -> Html | None:
    """Write the value with its interval and the rows that it rests on."""
    if gate["value"] is None:
        return None
    more = gate["against"]
    parts = [tag("b", ("+" if more and gate["value"] > 0 else "") + figure(gate["value"]))]
    certain = gate["low"] == gate["high"]
    parts += [] if certain else [tag("span", f"[{figure(gate['low'])}, {figure(gate['high'])}]")]
    parts += [tag("span", voice("compared with {0}", voice(more)), class_="soft")] if more else []
    parts += [] if certain else [tag("span", voice("{0} rows", number(gate["n"])), class_="soft")]
    return tag("span", joined(parts, " "), class_="evidence")
