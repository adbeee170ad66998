"""Gates held against the evidence: passed, failed, not proven or not measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from milepost.metrics.decision import WORTH
from milepost.roadmap.gates import Gate

FEW = 30  # rows below which nothing is proven
WORST = ("failed", "not_measured", "not_proven", "passed")


def judge(gate: Gate, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Hold a gate against metrics.json: passed, failed, not_proven or not_measured, with what to do next."""
    score = _evidence(gate, metrics)
    out = {"gate": gate.text, "metric": gate.metric, "slice": gate.slice, "op": gate.op, "bound": gate.bound}
    out |= {"against": gate.against, "value": None, "low": None, "high": None, "n": 0}
    if score is None:
        return out | {"verdict": "not_measured", "next": _unmeasured(gate, metrics)}
    out |= {k: score[k] for k in ("value", "low", "high", "n")}
    if gate.against == "baseline" and metrics.get("ships_baseline"):
        return out | {"verdict": "not_proven", "next": "the simple model is the product"}
    if not gate.exact and score["n"] < FEW:
        return out | {
            "verdict": "not_proven",
            "next": f"it takes {FEW} test rows to prove anything, {score['n']:,} are there",
        }
    if not gate.exact and score["low"] == score["high"]:
        return out | {"verdict": "not_proven", "next": _too_even(gate)}
    verdict = _verdict(gate, score["low"], score["high"])
    return out | {"verdict": verdict, "next": _next(gate, score, verdict)}


def _too_even(gate: Gate) -> str:
    """Say why rows that all say the same prove nothing."""
    if gate.against:
        return f"the same as {gate.against} on every row: test on more and other rows"
    return "every resample of the rows gives the same: test on more and other rows"


def _evidence(gate: Gate, metrics: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Find the score that a gate is about: of the test, of a slice, a gap, or a paired difference."""
    if gate.against:
        found = metrics.get("gain", {}).get(f"{gate.against}@{gate.slice}" if gate.slice else gate.against, {})
    elif gate.gap:
        found = metrics.get("gaps", {}).get(gate.slice, {})
    else:
        found = metrics.get("slices", {}).get(gate.slice, {}) if gate.slice else metrics.get("test", {})
    score: Mapping[str, Any] | None = found.get(gate.metric)
    return score


def _verdict(gate: Gate, low: float, high: float) -> str:
    right = {
        ">=": low >= gate.bound,
        ">": low > gate.bound,
        "<=": high <= gate.bound,
        "<": high < gate.bound,
    }[gate.op]
    wrong = {
        ">=": high < gate.bound,
        ">": high <= gate.bound,
        "<=": low > gate.bound,
        "<": low >= gate.bound,
    }[gate.op]
    return "passed" if right else "failed" if wrong else "not_proven"


def _next(gate: Gate, score: Mapping[str, Any], verdict: str) -> str:
    """Say what would settle a gate that is not proven, or mend one that failed."""
    if verdict == "passed":
        return ""
    distance = score["value"] - gate.bound if gate.up else gate.bound - score["value"]
    if verdict == "failed" or distance <= 0:
        return f"{gate.metric} must rise" if gate.up else f"{gate.metric} must fall"
    half = score["value"] - score["low"] if gate.up else score["high"] - score["value"]
    rows = math.ceil(score["n"] * (half / distance) ** 2)
    return f"about {max(rows, score['n'] + 1):,} test rows would prove it, {score['n']:,} are there"


def _unmeasured(gate: Gate, metrics: Mapping[str, Any]) -> str:
    if not metrics.get("test"):
        return "deploy measures it: milepost run"
    if gate.gap:
        return f"the test rows do not have two parts by {gate.slice} on which {gate.metric} is defined"
    if gate.slice and gate.slice not in metrics.get("slices", {}):
        return f"no test row has {gate.slice}"
    if gate.metric == WORTH and gate.metric not in metrics["test"]:
        return "say in `value:` what answers bring"
    return f"{gate.metric} rests on no test row: nothing there, or nothing called, of the class that it is about"


def worst(verdicts: Iterable[str]) -> str:
    """Return the verdict of a milestone: the worst of its gates'."""
    return min(verdicts, key=WORST.index, default="not_measured")
