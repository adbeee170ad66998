"""What the test rows say of a product, and what that means for the milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from milepost.columns.schema import typed
from milepost.errors import MilepostError, did_you_mean
from milepost.product import Product
from milepost.roadmap.gates import judge, worst
from milepost.roadmap.opened import Opened
from milepost.stages.evaluate import Measured, Score, as_json
from milepost.units import megabytes

SLICES = 20  # values of a sensitive column that get scores of their own


def wanted_slices(opened: Opened) -> set[str]:
    """Return the columns and values that gates or `sensitive` ask about: `sex=female`, or `sex` for all its values."""
    named = {g.slice for gates in opened.gates.values() for g in gates if g.slice}
    return named | set(opened.task.reads.get("sensitive", ()))


def gathered(
    product: Product, test: pl.DataFrame, mine: Measured, others: Mapping[str, Measured], slices: set[str]
) -> dict[str, Any]:
    """Score the product on the test rows beside the others, on every slice, and weigh and time it."""
    out: dict[str, Any] = {"test": as_json(mine.scores() | shipped(product)), "gain": {}, "slices": {}}
    for name, other in others.items():
        out[name] = as_json(other.scores())
        out["gain"][name] = as_json(mine.minus(other))
    for text in sorted(slices):
        for name, rows_N in _rows_of(text, test).items():
            out["slices"][name] = as_json(mine.of(rows_N).scores())
            for who, other in others.items():
                out["gain"][f"{who}@{name}"] = as_json(mine.of(rows_N).minus(other.of(rows_N)))
    return out


def _rows_of(text: str, test: pl.DataFrame) -> dict[str, Any]:
    """Mark the rows of one slice, or of each value of a column; nothing where there are none."""
    column, _, value = text.partition("=")
    if column not in test.columns:
        return {}
    cells = typed((), test.select(column))[column]
    values = [value] if value else cells.value_counts(sort=True)[column].drop_nulls().head(SLICES).to_list()
    marked = {f"{column}={v}": (cells == v).fill_null(False).to_numpy() for v in values}
    return {name: rows for name, rows in marked.items() if rows.any()}


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
        milestones.append({"name": name, "verdict": verdict, "by": by, "before": promised.before, "gates": judged})
    return {
        "product": opened.spec.name,
        "need": opened.spec.need,
        "run": run,
        "model": metrics.get("model"),
        "why": metrics.get("why"),
        "headline": headline and {"metric": headline, **(metrics.get("test", {}).get(headline) or {})},
        "milestones": milestones,
        "test_looks": looks,
        "notes": [*opened.loaded.notes, *notes],
        "next": next_step(milestones, metrics),
    }


def judged_gates(opened: Opened, milestone: str, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Judge the gates of a milestone by the test rows; those that deploy waits for, by the validation rows."""
    early = opened.spec.milestones[milestone].before is not None
    seen = {**metrics, "test": metrics.get("valid", {})} if early else metrics
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


def unknown_slices(opened: Opened, columns: Sequence[str]) -> list[MilepostError]:
    """List the gates whose slice names no column of the data."""
    return [
        MilepostError(f"there is no column `{column}`", opened.at("milestones", name, i), did_you_mean(column, columns))
        for name, gates in opened.gates.items()
        for i, gate in enumerate(gates)
        if gate.slice and (column := gate.slice.partition("=")[0]) not in columns
    ]


def next_step(milestones: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    """Name the best next step: the first gate that is not passed, of those that hold deploy back before others."""
    for milestone in sorted(milestones, key=lambda m: not (m["before"] and not metrics.get("test"))):
        for gate in milestone["gates"]:
            if gate["verdict"] != "passed":
                return f"{milestone['name']}: {gate['gate']}: {gate['next']}"
    return "milepost serve" if metrics.get("test") else "milepost run"
