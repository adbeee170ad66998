"""What the evidence on disk says of the milestones. Reads JSON alone, so that it answers at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError
from milepost.files import file_hash, unsealed
from milepost.roadmap.store import audit
from milepost.words.say import Say

MARKS = {"passed": "✓", "failed": "✗", "not_proven": "?", "not_measured": "·"}


def status(folder: Path) -> dict[str, Any]:
    """Return gates.json of the latest run, and what is wrong with the ledger.

    Raises MilepostError if nothing has run, or the evidence is not what was judged.
    """
    found = _judged(folder / "runs" / "latest", folder)
    later = [n for n in audit(folder / ".milepost") if n not in found["notes"]]
    return found | {"notes": [*found["notes"], *later]}


def all_runs(folder: Path) -> dict[str, Any]:
    """Return one line of every run, oldest first."""
    runs = list[dict[str, Any]]()
    for path in sorted((folder / "runs").glob("[0-9]*-*/gates.json")):
        gates = _judged(path.parent, folder)
        metrics = _read(path.with_name("metrics.json"), folder) if path.with_name("metrics.json").exists() else {}
        headline = metrics.get("headline", "")
        score, made = metrics.get("test", {}).get(headline), metrics.get("evidence", {})
        verdicts = {m["name"]: m["verdict"] for m in gates["milestones"]}
        about = {"run": path.parent.name, "model": gates["model"], "headline": headline, "score": score}
        rows, test = made.get("rows", ""), made.get("test", "")
        runs.append({**about, "rows": rows, "test": test, "milestones": verdicts})
    if not runs:
        return _read(folder / "runs" / "latest" / "gates.json", folder)
    return {"runs": runs}


def _judged(run: Path, folder: Path) -> dict[str, Any]:
    """Return gates.json of a run, whose evidence must still be what was judged, with the days that are left."""
    gates = _read(run / "gates.json", folder)
    for name, promised in gates.get("evidence", {}).items():
        if not (run / name).is_file() or file_hash(run / name) != promised:
            what = f"`{name}` is not what the milestones were judged by"
            raise MilepostError(what, str((run / name).resolve()), "milepost run")
    for milestone in gates["milestones"]:
        milestone["days"] = days_left(milestone["by"])
    return gates


def days_left(by: str | None, today: date | None = None) -> int | None:
    """Return the days until a date, negative after it; None where nothing is due."""
    return None if by is None else (date.fromisoformat(by) - (today or date.today())).days


def _read(path: Path, folder: Path) -> dict[str, Any]:
    try:
        return unsealed(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise MilepostError("nothing has run yet", str(folder), "milepost run") from None
    except ValueError:
        raise MilepostError("the file is damaged", str(path), "milepost run") from None


def text(found: Mapping[str, Any], say: Say = str) -> str:
    """Write a status for people."""
    if "runs" in found:
        lines = [_run_line(r) for r in found["runs"]]
        return "\n".join([*lines, *_beside(found["compared"], say)] if found.get("compared") else lines)
    model = f" · {found['model']}" if found["model"] else ""
    lines = [say("{0} · run {1}").format(found["product"], found["run"]) + model]
    lines += [say(found["why"])] if found["why"] else []
    lines += [say("note: {0}").format(say(n)) for n in found["notes"]]
    lines += [_headline(found["headline"], say)] if found.get("headline") and "value" in found["headline"] else []
    lines += [_per_day(found["per_day"], say)] if found.get("per_day") else []
    if found["test_looks"] > 1:
        said = say("the test rows were looked at {0} times: each look makes a lucky score likelier")
        lines.append(said.format(found["test_looks"]))
    for milestone in found["milestones"]:
        by = "  " + _due(milestone, say) if milestone["by"] else ""
        verdict = say("{0}: {1}").format(milestone["name"], _words(milestone["verdict"], say))
        lines.append(f"\n{MARKS[milestone['verdict']]} {verdict}{by}")
        lines += [_gate_line(g, say) for g in milestone["gates"]]
    lines.append("\n" + say("next: {0}").format(_step(found, say)))
    return "\n".join(lines)


def _due(milestone: Mapping[str, Any], say: Say) -> str:
    """Say when a milestone is due and how many days are left, or how late it is."""
    by, days = milestone["by"], milestone.get("days")
    if days is None or milestone["verdict"] == "passed":
        return say("due {0}").format(by)
    if days < 0:
        return say("due {0}: {1} days late").format(by, f"{-days:,}")
    return say("due {0}: {1} days left").format(by, f"{days:,}")


def _step(found: Mapping[str, Any], say: Say) -> str:
    """Return the next step: a command, or a gate and what to do about it."""
    step = str(found["next"])
    for milestone in found["milestones"]:
        for gate in milestone["gates"]:
            about = f"{milestone['name']}: {gate['gate']}"
            if step.startswith(f"{about}: "):
                return say("{0}: {1}").format(about, say(step.removeprefix(f"{about}: ")))
    return step


def _gate_line(gate: Mapping[str, Any], say: Say) -> str:
    line = f"  {MARKS[gate['verdict']]} {gate['gate']:<34}"
    if gate["value"] is not None:
        line += f" {'+' * (bool(gate['against']) and gate['value'] > 0)}{_number(gate['value'])}"
        if gate["low"] != gate["high"]:
            line += f"  [{_number(gate['low'])}, {_number(gate['high'])}]  n={gate['n']:,}"
        line += "  " + say("from {0}").format(say(gate["against"])) if gate["against"] else ""
    hint = say("{0}: {1}").format(_words(gate["verdict"], say), say(gate["next"])) if gate["next"] else ""
    return f"{line}  {hint}" if hint else line


def _headline(score: Mapping[str, Any], say: Say) -> str:
    between = f"[{_number(score['low'])}, {_number(score['high'])}]"
    said = say("{0} {1} {2} on {3} test rows")
    return said.format(score["metric"], _number(score["value"]), between, f"{score['n']:,}")


def _per_day(found: Mapping[str, float], say: Say) -> str:
    """Say what a day's answers bring."""
    between = f"[{_number(found['low'])}, {_number(found['high'])}]"
    return say("{0} USD a day {1} at {2} requests").format(
        _number(found["value"]), between, f"{found['requests']:,.0f}"
    )


def _run_line(run: Mapping[str, Any]) -> str:
    score = run["score"]
    value = (
        f"{run['headline']} {_number(score['value'])} [{_number(score['low'])}, {_number(score['high'])}]"
        if score
        else ""
    )
    verdicts = "  ".join(f"{MARKS[v]} {name}" for name, v in run["milestones"].items())
    return f"{run['run']}  {run['model'] or '-':<10} {value}  {verdicts}"


def _beside(found: Mapping[str, Any], say: Say) -> list[str]:
    """Write the difference of two runs: what chance may explain is said to be so."""
    rows = max((s["n"] for s in found["gain"].values()), default=0)
    lines = ["", say("{0} beside {1}, on the same {2} test rows").format(found["second"], found["first"], f"{rows:,}")]
    for name, score in found["gain"].items():
        sign = 1 if found["better"][name] == "higher" else -1
        low, high = sorted((sign * score["low"], sign * score["high"]))
        verdict = say("better") if low > 0 else say("worse") if high < 0 else say("may be chance")
        between = f"[{_number(score['low'])}, {_number(score['high'])}]"
        lines.append(f"  {name:<20} {'+' * (score['value'] > 0)}{_number(score['value'])}  {between}  {verdict}")
    return lines


def _words(verdict: str, say: Say) -> str:
    return say(verdict.replace("_", " "))


def _number(value: float) -> str:
    return f"{value:.4g}"
