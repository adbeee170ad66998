"""Every problem of product.yaml and the data, without leaving a trace."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, raise_all
from milepost.roadmap.evidence import unknown_slices
from milepost.roadmap.opened import Opened, opened
from milepost.roadmap.progress import progress
from milepost.stages.prepare import prepare

SEVERITIES = ("info", "warning", "error")
INDENT = " " * 9


def check(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the data report and what is assumed, with `errors` that block the road.

    Raises MilepostErrors where these leave no data to report on.
    """
    o = opened(path, overrides)
    report, errors = _prepared(o)
    if not report:
        raise_all(errors)
    return {"product": o.spec.name, "notes": list(o.loaded.notes), **report, "errors": errors}


def checked(o: Opened) -> None:
    """Prepare the data in passing; raise MilepostErrors of the file and the data together."""
    raise_all(_prepared(o)[1])


def _prepared(o: Opened) -> tuple[dict[str, Any], list[MilepostError]]:
    """Return the data report, empty where the data cannot be read, and the errors of the file and the data."""
    errors, report = list(o.errors), dict[str, Any]()
    with tempfile.TemporaryDirectory() as folder, progress() as show:
        try:
            o.files()
            prepare(o.sources, o.task, folder=Path(folder), base=o.folder, progress=show, **o.reading)
        except MilepostError as error:
            errors += [o.placed(e) for e in error.errors]
        written = Path(folder) / "data_report.json"
        if written.is_file():
            report = json.loads(written.read_text("utf-8"))
            errors += unknown_slices(o, list(report["columns"]))
    return report, errors


def text(found: dict[str, Any]) -> str:
    """Write a check for people: the weightiest findings last, where the eye is."""
    split = found["split"]
    lines = [f"{found['product']}: {found['rows_kept']:,} of {found['rows_read']:,} rows can be used"]
    lines += [f"train {split['train']:,}, valid {split['valid']:,}, test {split['test']:,}; {split['how']}"]
    lines += [f"note: {n}" for n in found["notes"]]
    for severity in SEVERITIES:
        lines += [line for f in found["findings"] if f["severity"] == severity for line in _finding(f)]
    if found["findings"]:
        lines.append(f"more of a code: milepost explain-code {_weightiest(found['findings'])}")
    return "\n".join(lines if found["errors"] else [*lines, "nothing blocks the road: milepost run"])


def _finding(f: dict[str, Any]) -> list[str]:
    """Write one finding: what, then where to look, then the mend."""
    lines = [f"{f['severity']:<8} {f['where']}: {f['what']} [{f['code']}]"]
    if f["rows"]:
        more = ", ..." if f["count"] > len(f["rows"]) else ""
        lines.append(f"{INDENT}rows {', '.join(map(str, f['rows']))}{more}")
    return [*lines, f"{INDENT}fix: {f['fix']}"] if f["fix"] else lines


def _weightiest(findings: list[dict[str, Any]]) -> str:
    return str(max(findings, key=lambda f: SEVERITIES.index(f["severity"]))["code"])
