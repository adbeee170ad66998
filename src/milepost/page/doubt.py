"""Verdicts that cannot be trusted: those that their own numbers contradict, and all where a file was changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.scale import finite
from milepost.page.voice import Voice

Json = Mapping[str, Any]


def contradicts(gates: Json, metrics: Json) -> bool:
    """Tell whether something is called passed that is not, or has a value that was not measured."""
    milestones = gates.get("milestones") or []
    judged = [g for m in milestones for g in m["gates"]]
    hasty = any(m["verdict"] == "passed" and any(g["verdict"] != "passed" for g in m["gates"]) for m in milestones)
    return hasty or not all(_holds(g) and _measured(g, metrics) for g in judged)


def _holds(gate: Json) -> bool:
    """Tell whether a gate that is called passed has its interval where it was promised."""
    if gate["verdict"] != "passed":
        return True
    found = finite(gate.get(k) for k in ("low", "high", "bound"))
    if len(found) < 3:
        return gate.get("value") is not None
    low, high, bound = found
    right = {">=": low >= bound, ">": low > bound, "<=": high <= bound, "<": high < bound}
    return right.get(str(gate.get("op")), True)


def _measured(gate: Json, metrics: Json) -> bool:
    """Tell whether a value of all rows is one of metrics.json, where that has the metric."""
    if gate.get("slice") or gate.get("against") or gate.get("value") is None:
        return True
    found = [(metrics.get(side) or {}).get(gate.get("metric")) for side in ("test", "valid")]
    values = [score.get("value") for score in found if score]
    return not values or gate["value"] in values


def doubted(gates: Json, voice: Voice) -> dict[str, Any]:
    """Return gates.json with nothing passed."""
    milestones = [
        m | _unpassed(m) | {"gates": [_doubt(g, voice) for g in m["gates"]]} for m in gates.get("milestones") or []
    ]
    return {**gates, "milestones": milestones, "next": "milepost run"}


def _doubt(gate: dict[str, Any], voice: Voice) -> dict[str, Any]:
    return gate | _unpassed(gate) | {"next": voice("the evidence is not what was judged: milepost run")}


def _unpassed(judged: Json) -> dict[str, str]:
    return {"verdict": "not_proven"} if judged["verdict"] == "passed" else {}
