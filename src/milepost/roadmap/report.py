"""`milepost report`: one HTML page of a run, from the JSON that the run left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, did_you_mean
from milepost.files import atomic, file_hash, unsealed
from milepost.page.evidence import DATA, GATES, METRICS, PRODUCT, Evidence
from milepost.page.page import page
from milepost.roadmap.status import days_left
from milepost.words.say import Say


def report(folder: Path, lang: str = "en", run: str | None = None) -> dict[str, Any]:
    """Write report.html of a run, the latest by default; return where. Raise MilepostError if there is no such run."""
    where = _folder(folder / "runs", run)
    html = page(evidence(where), where.name, lang)
    with atomic(where / "report.html") as file:
        file.write(html.encode())
    return {"report": str(where / "report.html")}


def text(found: Mapping[str, Any], say: Say = str) -> str:
    """Say where the page is."""
    return say("the page of the run is at {0}").format(found["report"])


def _folder(runs: Path, run: str | None) -> Path:
    """Return the folder of a run by its name, or of the latest."""
    there = {p.parent.resolve().name for p in runs.glob("*/data_report.json")}
    if not there:
        raise MilepostError("nothing has run yet", str(runs.parent), "milepost run")
    if run is None:
        latest = (runs / "latest").resolve()
        return latest if latest.name in there else runs / max(there)
    if run != "latest" and run not in there:
        raise MilepostError(f"there is no run `{run}`", "--run", did_you_mean(run, there))
    return (runs / run).resolve()


def evidence(run: Path) -> Evidence:
    """Read what a run left, and hash it as it was read; raise MilepostError for a file that is damaged."""
    there = {name: (run / name).read_bytes() for name in (DATA, METRICS, GATES) if (run / name).is_file()}
    found = {name: _parsed(content, run / name) for name, content in there.items()}
    hashes = {name: sha256(content).hexdigest() for name, content in there.items()}
    gates, metrics = found.get(GATES, {}), found.get(METRICS, {})
    judged = gates.get("evidence") or {}
    if judged.get(DATA, hashes[DATA]) != hashes[DATA]:
        raise _damaged(run / DATA)
    named = [name for name in (PRODUCT, *map(str, judged)) if name not in there and _lies_in(run, name)]
    hashes |= {name: file_hash(run / name) for name in named}
    for milestone in gates.get("milestones") or []:
        milestone["days"] = days_left(milestone.get("by"))  # from today, not from the day of the run
    return Evidence(found[DATA], gates, metrics, hashes, date.today().isoformat())


def _lies_in(run: Path, name: str) -> bool:
    """Tell whether a name, which may be anybody's, is that of a file of the run."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and (run / path).is_file()


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return unsealed(content)
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> MilepostError:
    return MilepostError("the file is damaged", str(path), "milepost run")
