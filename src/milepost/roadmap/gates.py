"""Gates: `metric[(gap)][@key=value] op bound`, read from text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from milepost.errors import MilepostError, did_you_mean
from milepost.types import Metric

SHIPPED = {"size_mb": Metric("lower", "MB", low=0, exact=True)} | {
    f"latency_p{p}_ms": Metric("lower", "ms", low=0) for p in (50, 95)
}  # of any product, whatever its kind
_GATE = re.compile(r"(?P<subject>.+)(?P<op><=|>=|<|>)(?P<bound>.+?)$", re.DOTALL)
_SUBJECT = re.compile(r"(?P<metric>[^@(]+?)\s*(?P<gap>\(\s*gap\s*\))?\s*(@(?P<slice>.*))?$", re.DOTALL)
_SLICE = re.compile(r'\s*("[^"]*"|[^="]*)\s*(=?)\s*("[^"]*"|[^"]*)\s*$', re.DOTALL)
_BOUND = re.compile(r"(?P<name>naive|baseline)\s*(?:(?P<sign>[+-])\s*(?P<plus>[\d.eE-]+))?$")


@dataclass(frozen=True)
class Gate:
    """One promise about one number."""

    text: str
    metric: str
    op: str
    bound: float  # a number, or what is added to `against`
    against: str = ""  # "", naive or baseline
    slice: str = ""  # "", or column=value; of a gap a column will do
    gap: bool = False  # the largest difference between the parts of the rows
    exact: bool = False  # the metric has no interval

    @property
    def up(self) -> bool:
        """Whether more is better here."""
        return self.op.startswith(">")


def parse(text: str, metrics: Mapping[str, Metric], where: str) -> Gate:
    """Read a gate; raise MilepostError for an unknown metric, a bound that cannot be, or another grammar."""
    match = _GATE.match(text.strip())
    subject = _SUBJECT.match(match["subject"].strip()) if match else None
    if match is None or subject is None:
        raise MilepostError(f"`{text}` is no gate", where, "write it as `accuracy >= 0.8` or `accuracy > baseline`")
    name, op, bound = subject["metric"].strip(), match["op"], match["bound"].strip()
    known = {**metrics, **SHIPPED}
    if name not in known:
        raise MilepostError(f"there is no metric `{name}`", where, did_you_mean(name, known))
    against, number = _bound(bound, text, where)
    gate = Gate(text, name, op, number, against, _slice(subject, op, bound, where), bool(subject["gap"]))
    if name in SHIPPED and (against or gate.slice or gate.gap):
        raise MilepostError(f"`{name}` is of the whole product", where, f"write it as `{name} {op} 10`")
    _refuse_bound(gate, known[name], where)
    return replace(gate, exact=known[name].exact)


def _slice(subject: re.Match[str], op: str, bound: str, where: str) -> str:
    """Return the slice of a gate without its quotes; raise MilepostError where it names none."""
    name, text, gap = subject["metric"].strip(), subject["slice"], bool(subject["gap"])
    if text is None:
        if gap:
            fix = f"write it as `{name}(gap)@column {op} {bound}`"
            raise MilepostError("a gap is between parts of the rows", where, fix)
        return ""
    match = _SLICE.match(text)
    if match is None or not match[1].strip() or (not match[2] and not gap):
        raise MilepostError(f"`@{text}` names no slice", where, f"write it as `{name}@column=value {op} {bound}`")
    column, value = (part.strip().removeprefix('"').removesuffix('"') for part in (match[1], match[3]))
    return f"{column}{match[2]}{value}"


def _refuse_bound(gate: Gate, metric: Metric, where: str) -> None:
    """Raise MilepostError for a bound outside what the metric can be."""
    low, high, name, number = metric.low, metric.high, gate.metric, gate.bound
    if gate.gap:
        if gate.against or gate.up:
            fix = f"write it as `{name}(gap)@column <= 0.05`"
            raise MilepostError("a gap is held below a number", where, fix)
        low, high, name = 0.0, metric.high - metric.low, f"{name}(gap)"
    elif gate.against:
        low, high = metric.low - metric.high, metric.high - metric.low
    if not low <= number <= high:
        share = f"did you mean {number / 100:.2f}?" if metric.high == 1 and 1 < number <= 100 else ""
        what = f"`{name}` lies between {low:g} and {high:g}, {number:g} does not"
        raise MilepostError(what, where, share or "choose a bound in that range")


def contradictions(gates: Sequence[Gate]) -> list[tuple[Gate, Gate]]:
    """Return the pairs of gates on one number of which not both can pass."""
    out = list[tuple[Gate, Gate]]()
    for a, b in combinations(gates, 2):
        same = (a.metric, a.slice, a.against, a.gap) == (b.metric, b.slice, b.against, b.gap)
        if same and a.up != b.up:
            least, most = (a, b) if a.up else (b, a)
            strict = ">" in (least.op, most.op.replace("<", ">"))
            if least.bound > most.bound or (least.bound == most.bound and strict):
                out.append((a, b))
    return out


def _bound(text: str, gate: str, where: str) -> tuple[str, float]:
    try:
        number = float(text)
    except ValueError:
        match = _BOUND.match(text)
        if match is None:
            what = f"`{text}` is no bound"
            raise MilepostError(what, where, "use a number, `naive`, `baseline` or `baseline + 0.02`") from None
        plus = float(match["plus"] or 0) * (-1 if match["sign"] == "-" else 1)
        return match["name"], plus
    if not math.isfinite(number):
        raise MilepostError(f"the bound of `{gate}` is not finite", where, "use a number")
    return "", number
