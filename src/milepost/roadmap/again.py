"""Why a stage is done again: what differs from the nearest time that it was done before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

ENTRY = re.compile(r"[a-z]+-[0-9a-f]{16}")  # the name of what another stage made
SAID = (  # inputs of stages, and the keys of product.yaml that they come from
    ("kind", "task.kind"),
    ("reading.columns", "columns"),
    ("reading", "data"),
    ("wanted", "model"),
    ("trained", "model"),
    ("bytes", "model"),
    ("objective", "milestones"),
    ("group", "data.split"),
)
DERIVED = {"why", "threshold", "thresholds"}  # of another stage, like the names of entries
MOST = 3  # keys that are named
DATA = "data"
SLICES = ("slices", "early")  # that gates name


def reasons(what: str, now: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what differs between the inputs and code of a stage and the most alike of those `before`, oldest first.

    Nothing where nothing was before, or where only what an earlier stage made differs: that stage has said why. New
    code is said by the stage that reads nothing of others.
    """
    said = list[str]()
    if not before:
        return said
    mine = _flat({"code": now["code"], **now["inputs"]})
    others = [_flat({"code": b["code"], **b["inputs"]}) for b in before]
    other = min(reversed(others), key=lambda o: len(_differing(mine, o)))
    keys = sorted({_said(k) for k in _differing(mine, other) if not _made(k, mine, other)} - {"code"})
    named = [k for k in keys if k != DATA]
    if DATA in keys:
        said.append(f"{what} again: the data changed")
    if len(named) > MOST:
        said.append(f"{what} again: {', '.join(named[:MOST])} and {len(named) - MOST} more changed")
    elif named:
        said.append(f"{what} again: {', '.join(named)} changed")
    if mine["code"] != other["code"] and not any(ENTRY.search(v) for v in mine.values()):
        said.append(f"{what} again: Milepost's code changed")
    return said


def harmed(what: str, damaged: bool) -> str:
    """Say that what a stage had made is no longer whole, or no longer there."""
    why = f"{what} again: the stored bytes were deleted"
    if damaged:
        why = f"{what} again: the stored bytes were damaged"
    return why


def _flat(value: Any, at: str = "") -> dict[str, str]:
    """Spread nested objects into dotted keys; lists stay whole."""
    if not isinstance(value, Mapping):
        return {at: json.dumps(value, sort_keys=True, default=str)}
    out = dict[str, str]()
    for key, inner in value.items():
        out |= _flat(inner, f"{at}.{key}" if at else str(key))
    return out


def _differing(a: Mapping[str, str], b: Mapping[str, str]) -> list[str]:
    return [k for k in sorted({*a, *b}) if a.get(k) != b.get(k)]


def _made(key: str, a: Mapping[str, str], b: Mapping[str, str]) -> bool:
    """Tell whether a key differs only in what earlier stages made."""
    bare = [ENTRY.sub("", side.get(key, "")) for side in (a, b)]
    return key.split(".")[0] in DERIVED or bare[0] == bare[1]


def _said(key: str) -> str:
    """Return the key of product.yaml behind an input of a stage."""
    if key.split(".")[0] == DATA:
        return DATA
    if key.split(".")[0] in SLICES:
        return "milestones"
    for mine, theirs in SAID:
        if key == mine or key.startswith(f"{mine}."):
            return theirs + key[len(mine) :]
    return key
