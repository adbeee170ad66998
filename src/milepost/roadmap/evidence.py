"""What the test rows say of a product, and what that means for the milestones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from milepost.errors import MilepostError, did_you_mean
from milepost.metrics.decision import WORTH
from milepost.product import Product
from milepost.roadmap import slices
from milepost.roadmap.gates import SHIPPED, Gate
from milepost.roadmap.mistakes import mistakes
from milepost.roadmap.opened import Opened
from milepost.roadmap.status import days_left
from milepost.roadmap.verdict import judge, worst
from milepost.stages.evaluate import Measured, Score, as_json
from milepost.units import megabytes

Asked = Mapping[str, Sequence[str]]  # slice -> the others (naive, baseline) that gates compare the product with there


def wanted_slices(opened: Opened, columns: Iterable[str] = (), hidden: Collection[str] = ()) -> dict[str, list[str]]:
    """Return the slices that gates, `sensitive` or the kind ask about: `sex=female`, or `sex` for all its values.

    The kind adds its own to the `columns` of the data; of `hidden` ones no value is told unless a gate names it.
    """
    told = set(opened.task.reads.get("sensitive", ())) - set(hidden) | set(slices.derived(opened.task, columns))
    return {column: list[str]() for column in sorted(told)} | _asked(g for some in opened.gates.values() for g in some)


def early_slices(opened: Opened) -> dict[str, list[str]] | None:
    """Return the slices of the gates that hold a stage back; None where none does."""
    gates = [g for name, m in opened.spec.milestones.items() if m.before for g in opened.gates[name]]
    return _asked(gates) if gates else None


def _asked(gates: Iterable[Gate]) -> dict[str, list[str]]:
    out = dict[str, set[str]]()
    for gate in gates:
        if gate.slice:
            out.setdefault(gate.slice, set()).update({gate.against} - {""})
    return {name: sorted(others) for name, others in sorted(out.items())}


def gathered(
    product: Product, test: pl.DataFrame, mine: Measured, others: Mapping[str, Measured], asked: Asked
) -> dict[str, Any]:
    """Score the product on the test rows beside the others, look for where it is worst, and weigh and time it."""
    task = product.task
    rows = slices.told(task, test)
    out = compared(rows, mine, others, asked)
    out["test"] |= as_json(shipped(product))
    read = [f.name for f in task.fields if f.type != "text"]
    known = dict.fromkeys([*read, *task.reads.get("sensitive", ()), *rows.columns[test.width :]])
    searched = [c for c in known if c not in task.personal and c in rows.columns]
    out |= {"details": task.details(mine.stats), "worst": slices.worst(mine, rows, searched)}
    weighty = [c["column"] for c in product.manifest.get("importance") or ()]
    out["mistakes"] = mistakes(task, mine.stats, test, weighty)
    metrics = {**task.metrics, **SHIPPED}
    out["units"] = {name: metric.unit for name, metric in metrics.items()}
    out["better"] = {name: metric.better for name, metric in metrics.items()}
    return out


def compared(rows: pl.DataFrame, mine: Measured, others: Mapping[str, Measured], asked: Asked) -> dict[str, Any]:
    """Score a model on all rows and on every slice that is `asked` for, beside the others on the same rows."""
    out: dict[str, Any] = {"test": as_json(mine.scores()), "gain": {}, "slices": {}, "gaps": {}}
    for name, other in others.items():
        out[name] = as_json(other.scores())
        out["gain"][name] = as_json(mine.minus(other))
    for text, against in asked.items():
        marked = slices.named(text, rows)
        parts = {name: mine.of(rows_N).scores() for name, rows_N in marked.items()}
        for name, rows_N in marked.items():
            out["slices"][name] = as_json(parts[name])
            for who in against:
                out["gain"][f"{who}@{name}"] = as_json(mine.of(rows_N).minus(others[who].of(rows_N)))
        if "=" in text and marked and not marked[text].all():
            parts["others"] = mine.of(~marked[text]).scores()
        out["gaps"][text] = as_json(slices.gap(list(parts.values())))
    return out


def shipped(product: Product) -> dict[str, Score]:
    """Return the product's size, which is exact, and its latency of single rows, with intervals by rank."""
    size = megabytes(sum(p.stat().st_size for p in product.folder.iterdir()))
    latency = product.manifest["proof"]["latency_ms"]
    out = {"size_mb": Score(size, size, size, 1)}
    for p in (50, 95):
        value, low, high = latency[f"p{p}"]
        out[f"latency_p{p}_ms"] = Score(value, low, high, latency["n"])
    return out


def status(opened: Opened, run: str, metrics: Mapping[str, Any], looks: int, notes: Sequence[str]) -> dict[str, Any]:
    """Judge every milestone, as gates.json has it."""
    milestones, headline = [], metrics.get("headline")
    for name in opened.gates:
        judged = judged_gates(opened, name, metrics)
        promised, verdict = opened.spec.milestones[name], worst(g["verdict"] for g in judged)
        by = str(promised.by) if promised.by else None
        about = {"name": name, "verdict": verdict, "by": by, "days": days_left(by), "before": promised.before}
        milestones.append({**about, "gates": judged})
    return {
        "product": opened.spec.name,
        "need": opened.spec.need,
        "run": run,
        "model": metrics.get("model"),
        "why": metrics.get("why"),
        "headline": headline and {"metric": headline, **(metrics.get("test", {}).get(headline) or {})},
        "per_day": _per_day(opened, metrics),
        "milestones": milestones,
        "test_looks": looks,
        "notes": [*opened.loaded.notes, *notes],
        "next": next_step(milestones, metrics),
    }


def _per_day(opened: Opened, metrics: Mapping[str, Any]) -> dict[str, float] | None:
    """Return what a day's answers bring in USD, where the requests of a day are told."""
    score = metrics.get("test", {}).get(WORTH)
    if score is None or opened.spec.value is None or opened.spec.value.requests_per_day is None:
        return None
    requests = opened.spec.value.requests_per_day
    return {"requests": requests} | {end: score[end] * requests / 1000 for end in ("value", "low", "high")}


def judged_gates(opened: Opened, milestone: str, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Judge the gates of a milestone by the test rows; those that deploy waits for, by the validation rows."""
    early = opened.spec.milestones[milestone].before is not None
    seen = {**metrics, **metrics.get("early", {"test": metrics.get("valid", {})})} if early else metrics
    return [judge(gate, seen) for gate in opened.gates[milestone]]


def waiting(opened: Opened, metrics: Mapping[str, Any]) -> list[str]:
    """Name the gates that hold deploy back."""
    return [
        f"deploy waits for `{name}`: `{gate['gate']}` is {gate['verdict'].replace('_', ' ')} on validation rows"
        for name, milestone in opened.spec.milestones.items()
        if milestone.before
        for gate in judged_gates(opened, name, metrics)
        if gate["verdict"] != "passed"
    ]


def unknown_slices(opened: Opened, columns: Mapping[str, Mapping[str, Any]]) -> list[MilepostError]:
    """List the gates whose slice names no column of the data report or the kind, or no value of a column it lists."""
    out, known = list[MilepostError](), [*columns, *slices.derived(opened.task, columns)]
    for name, gates in opened.gates.items():
        for i, gate in enumerate(gates):
            column, _, value = gate.slice.partition("=")
            where, told = opened.at("milestones", name, i), columns.get(column, {})
            values = [str(v["value"]) for v in told.get("top", ())]
            if column and column not in known:
                out.append(MilepostError(f"there is no column `{column}`", where, did_you_mean(column, known)))
            elif value and values and len(values) == told.get("distinct") and value not in values:
                out.append(MilepostError(f"`{column}` has no value `{value}`", where, did_you_mean(value, values)))
    return out


def overdue(opened: Opened) -> list[str]:
    """Say which milestones were due before today."""
    due = {name: m.by for name, m in opened.spec.milestones.items() if m.by}
    return [f"milestone `{name}` was due on {by}" for name, by in due.items() if by < date.today()]


def next_step(milestones: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    """Name the best next step: the worst gate of the first milestone not passed, those that hold deploy back first."""
    for milestone in sorted(milestones, key=lambda m: not (m["before"] and not metrics.get("test"))):
        gate = next((g for g in milestone["gates"] if g["verdict"] == milestone["verdict"]), None)
        if gate is not None and gate["verdict"] != "passed":
            return f"{milestone['name']}: {gate['gate']}: {gate['next']}"
    return "milepost serve" if metrics.get("test") else "milepost run"
