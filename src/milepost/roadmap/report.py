"""`milepost report`: one HTML page of a run, from the JSON that the run left."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, did_you_mean
from milepost.files import atomic, unsealed
from milepost.page.evidence import DATA, GATES, METRICS, PRODUCT, Evidence
from milepost.page.page import page
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
    there = {name: (run / name).read_bytes() for name in (DATA, METRICS, GATES, PRODUCT) if (run / name).is_file()}
    found = {name: _parsed(content, run / name) for name, content in there.items() if name != PRODUCT}
    hashes = {name: sha256(content).hexdigest() for name, content in there.items()}
    if found.get(GATES, {}).get("evidence", {}).get(DATA, hashes[DATA]) != hashes[DATA]:
        raise _damaged(run / DATA)
    return Evidence(found[DATA], found.get(GATES, {}), found.get(METRICS, {}), hashes)


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return unsealed(content)
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> MilepostError:
    return MilepostError("the file is damaged", str(path), "milepost run")
