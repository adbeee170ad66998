"""Gates: `metric[@key=value] op bound`, judged by the interval of the evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from milepost.errors import MilepostError, did_you_mean
from milepost.types import Metric

FEW = 30  # rows below which nothing is proven
WORST = ("failed", "not_measured", "not_proven", "passed")
SHIPPED = {"size_mb": Metric("lower", "MB", low=0, exact=True)} | {
    f"latency_p{p}_ms": Metric("lower", "ms", low=0) for p in (50, 95)
}  # of any product, whatever its kind
_GATE = re.compile(r"(?P<subject>.+)(?P<op><=|>=|<|>)(?P<bound>.+?)$", re.DOTALL)
_BOUND = re.compile(r"(?P<name>naive|baseline)\s*(?:(?P<sign>[+-])\s*(?P<plus>[\d.eE-]+))?$")


@dataclass(frozen=True)
class Gate:
    """One promise about one number."""

    text: str
    metric: str
    op: str
    bound: float  # a number, or what is added to `against`
    against: str = ""  # "", naive or baseline
    slice: str = ""  # "", or column=value
    exact: bool = False  # the metric has no interval

    @property
    def up(self) -> bool:
        """Whether more is better here."""
        return self.op.startswith(">")


def parse(text: str, metrics: Mapping[str, Metric], where: str) -> Gate:
    """Read a gate; raise MilepostError for an unknown metric, a bound that cannot be, or another grammar."""
    match = _GATE.match(text.strip())
    if match is None:
        raise MilepostError(f"`{text}` is no gate", where, "write it as `accuracy >= 0.8` or `accuracy > baseline`")
    subject, op, bound = (match[k].strip() for k in ("subject", "op", "bound"))
    name, _, rest = _unquoted(subject)
    known = {**metrics, **SHIPPED}
    if name not in known:
        raise MilepostError(f"there is no metric `{name}`", where, did_you_mean(name, known))
    if rest and "=" not in rest:
        raise MilepostError(f"`{rest}` names no slice", where, f"write it as `{name}@column=value {op} {bound}`")
    against, number = _bound(bound, text, where)
    metric = known[name]
    if name in SHIPPED and (against or rest):
        raise MilepostError(f"`{name}` is of the whole product", where, f"write it as `{name} {op} 10`")
    if not against and not metric.low <= number <= metric.high:
        share = f"did you mean {number / 100:g}?" if metric.high == 1 and 1 < number <= 100 else ""
        what = f"`{name}` lies between {metric.low:g} and {metric.high:g}, {number:g} does not"
        raise MilepostError(what, where, share or "choose a bound in that range")
    return Gate(text, name, op, number, against, rest, metric.exact)


def _unquoted(subject: str) -> tuple[str, str, str]:
    """Part `metric@"any name"=value` into the metric, the @ and a slice without quotes."""
    name, at, rest = subject.partition("@")
    key, equals, value = re.match(r'("[^"]*"|[^=]*)(=?)(.*)', rest, re.DOTALL).groups()  # type: ignore[union-attr]
    return name.strip(), at, f"{key.strip().strip(chr(34))}{equals}{value.strip().strip(chr(34))}"


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
        return out | {"verdict": "not_proven", "next": f"{score['n']:,} rows prove nothing; test on {FEW} or more"}
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
    """Find the score that a gate is about: of the test, of a slice, or a paired difference."""
    if gate.against:
        found = metrics.get("gain", {}).get(f"{gate.against}@{gate.slice}" if gate.slice else gate.against, {})
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
    if gate.slice and gate.slice not in metrics.get("slices", {}):
        return f"no test row has {gate.slice}"
    return f"{gate.metric} rests on no test row: nothing there, or nothing called, of the class that it is about"


def worst(verdicts: Iterable[str]) -> str:
    """Return the verdict of a milestone: the worst of its gates'."""
    return min(verdicts, key=WORST.index, default="not_measured")
