"""Every problem of product.yaml and the data, without leaving a trace."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, raise_all
from milepost.roadmap.evidence import unknown_slices
from milepost.roadmap.opened import Opened, opened
from milepost.roadmap.progress import progress
from milepost.stages.prepare import prepare


def check(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the data report and what is assumed; raise MilepostErrors for what blocks the road."""
    o = opened(path, overrides)
    return {"product": o.spec.name, "notes": list(o.loaded.notes), **checked(o)}


def checked(o: Opened) -> dict[str, Any]:
    """Prepare the data in passing and return the report; raise MilepostErrors of the file and the data together."""
    errors, report = list(o.errors), dict[str, Any]()
    with tempfile.TemporaryDirectory() as folder, progress() as show:
        try:
            o.files()
            prepared = prepare(o.sources, o.task, folder=Path(folder), base=o.folder, progress=show, **o.reading)
            report = prepared.report
            errors += unknown_slices(o, list(report["columns"]))
        except MilepostError as error:
            errors += [o.placed(e) for e in error.errors]
    raise_all(errors)
    return report


def text(found: dict[str, Any]) -> str:
    """Write a check for people."""
    split = found["split"]
    lines = [f"{found['product']}: {found['rows_kept']:,} of {found['rows_read']:,} rows can be used"]
    lines += [f"train {split['train']:,}, valid {split['valid']:,}, test {split['test']:,}; {split['how']}"]
    lines += [f"note: {n}" for n in found["notes"]]
    for f in found["findings"]:
        rows = f" (rows {', '.join(map(str, f['rows']))} ...)" if f["rows"] else ""
        lines.append(
            f"{f['severity']:<8} {f['code']}: {f['what']}: {f['count']:,}{rows}"
            if f["count"]
            else f"{f['severity']:<8} {f['code']}: {f['what']}{rows}"
        )
        lines += [f"         fix: {f['fix']}"] if f["fix"] else []
    return "\n".join([*lines, "nothing blocks the road: milepost run"])
