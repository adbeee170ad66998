"""What the evidence on disk says of the milestones. Reads JSON alone, so that it answers at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError

MARKS = {"passed": "✓", "failed": "✗", "not_proven": "?", "not_measured": "·"}


def status(folder: Path) -> dict[str, Any]:
    """Return gates.json of the latest run; raise MilepostError if nothing has run."""
    return _read(folder / "runs" / "latest" / "gates.json", folder)


def all_runs(folder: Path) -> dict[str, Any]:
    """Return one line of every run, oldest first."""
    runs = list[dict[str, Any]]()
    for path in sorted((folder / "runs").glob("[0-9]*-*/gates.json")):
        gates = _read(path, folder)
        metrics = _read(path.with_name("metrics.json"), folder) if path.with_name("metrics.json").exists() else {}
        headline = metrics.get("headline", "")
        score = metrics.get("test", {}).get(headline)
        verdicts = {m["name"]: m["verdict"] for m in gates["milestones"]}
        runs.append(
            {"run": gates["run"], "model": gates["model"], "headline": headline, "score": score, "milestones": verdicts}
        )
    if not runs:
        return _read(folder / "runs" / "latest" / "gates.json", folder)
    return {"runs": runs}


def _read(path: Path, folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise MilepostError("nothing has run yet", str(folder), "milepost run") from None
    except ValueError:
        raise MilepostError("the file is damaged", str(path), "milepost run") from None
    return found


def text(found: Mapping[str, Any]) -> str:
    """Write a status for people."""
    if "runs" in found:
        return "\n".join(_run_line(r) for r in found["runs"])
    lines = [f"{found['product']} · run {found['run']}" + (f" · {found['model']}" if found["model"] else "")]
    lines += [found["why"]] if found["why"] else []
    lines += [f"note: {n}" for n in found["notes"]]
    lines += [_headline(found["headline"])] if found.get("headline") and "value" in found["headline"] else []
    for milestone in found["milestones"]:
        by = f"  by {milestone['by']}" if milestone["by"] else ""
        lines.append(f"\n{MARKS[milestone['verdict']]} {milestone['name']}: {_words(milestone['verdict'])}{by}")
        lines += [_gate_line(g) for g in milestone["gates"]]
    looks = found["test_looks"]
    if looks > 1:
        lines.append(f"\nthe test rows were looked at {looks} times: each look makes a lucky score likelier")
    lines.append(f"\nnext: {found['next']}")
    return "\n".join(lines)


def _gate_line(gate: Mapping[str, Any]) -> str:
    line = f"  {MARKS[gate['verdict']]} {gate['gate']:<34}"
    if gate["value"] is not None:
        line += f" {'+' * (bool(gate['against']) and gate['value'] > 0)}{_number(gate['value'])}"
        if gate["low"] != gate["high"]:
            line += f"  [{_number(gate['low'])}, {_number(gate['high'])}]  n={gate['n']:,}"
        line += f"  from {gate['against']}" if gate["against"] else ""
    return line + (f"  {_words(gate['verdict'])}: {gate['next']}" if gate["next"] else "")


def _headline(score: Mapping[str, Any]) -> str:
    between = f"[{_number(score['low'])}, {_number(score['high'])}]"
    return f"{score['metric']} {_number(score['value'])} {between} on {score['n']:,} test rows"


def _run_line(run: Mapping[str, Any]) -> str:
    score = run["score"]
    value = (
        f"{run['headline']} {_number(score['value'])} [{_number(score['low'])}, {_number(score['high'])}]"
        if score
        else ""
    )
    verdicts = "  ".join(f"{MARKS[v]} {name}" for name, v in run["milestones"].items())
    return f"{run['run']}  {run['model'] or '-':<10} {value}  {verdicts}"


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _number(value: float) -> str:
    return f"{value:.4g}"
