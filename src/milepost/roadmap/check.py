"""Every problem of product.yaml and the data, without leaving a trace."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, raise_all
from milepost.roadmap.evidence import overdue, unknown_slices
from milepost.roadmap.opened import Opened, opened
from milepost.roadmap.progress import progress
from milepost.stages.prepare import prepare
from milepost.words.say import Say, listed

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
    return {"product": o.spec.name, "notes": [*o.loaded.notes, *overdue(o)], **report, "errors": errors}


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
            errors += unknown_slices(o, report["columns"])
    return report, errors


def text(found: dict[str, Any], say: Say = str) -> str:
    """Write a check for people: the weightiest findings last, where the eye is."""
    split = found["split"]
    kept, read = f"{found['rows_kept']:,}", f"{found['rows_read']:,}"
    lines = [say("{0}: {1} of {2} rows can be used").format(found["product"], kept, read)]
    sizes = (f"{split[side]:,}" for side in ("train", "valid", "test"))
    lines.append(say("train {0}, valid {1}, test {2}; {3}").format(*sizes, say(split["how"])))
    lines += [say("note: {0}").format(say(n)) for n in found["notes"]]
    aside = {*found["dropped"], *found["quarantined"]}
    for severity in SEVERITIES:
        lines += [line for f in found["findings"] if f["severity"] == severity for line in _finding(f, aside, say)]
    if found["findings"]:
        lines.append(say("more of a code: milepost explain-code {0}").format(_weightiest(found["findings"])))
    return "\n".join(lines if found["errors"] else [*lines, say("nothing blocks the road: milepost run")])


def _finding(f: dict[str, Any], aside: Collection[str], say: Say) -> list[str]:
    """Write one finding: what, then where to look, then the mend; rows set `aside` are told by their lines."""
    severity = say(f["severity"])
    wide = len(severity.encode("gb18030"))  # a Chinese letter is as wide as two others
    said = say("{0}: {1} [{2}]").format(say(f["where"]), say(f["what"]), f["code"])
    lines = [severity + " " * (len(INDENT) - wide) + said]
    if f["rows"]:
        few = f["count"] > len(f["rows"])
        if f["code"] in aside:
            rows = say("lines {0}, ...") if few else say("lines {0}")
        else:
            rows = say("rows {0}, ...") if few else say("rows {0}")
        lines.append(INDENT + rows.format(listed(say, (f"{row:,}" for row in f["rows"]))))
    return [*lines, INDENT + say("fix: {0}").format(say(f["fix"]))] if f["fix"] else lines


def _weightiest(findings: list[dict[str, Any]]) -> str:
    return str(max(findings, key=lambda f: SEVERITIES.index(f["severity"]))["code"])
