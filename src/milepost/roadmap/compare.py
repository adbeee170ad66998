"""Two runs beside each other: the difference of every metric on the same test rows, in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, did_you_mean
from milepost.files import unsealed
from milepost.roadmap.judged import kept
from milepost.stages.evaluate import Measured, as_json
from milepost.tasks import load_task


def compare(folder: Path, first: str, second: str) -> dict[str, Any]:
    """Return the gain of the second run over the first; raise MilepostError where they cannot be compared."""
    told = [_told(folder, name) for name in (first, second)]
    if told[0][0]["evidence"]["rows"] != told[1][0]["evidence"]["rows"]:
        what = f"{first} and {second} were tested on different rows"
        raise MilepostError(what, str(folder / "runs"), "compare runs on the same data and split")
    found = list[Measured]()
    for metrics, run in told:
        stats, group_N = kept(_statistics(folder, metrics["evidence"]["test"]).parent)
        found.append(Measured(load_task(run / "product"), stats, group_N))
    try:
        gain = as_json(found[1].minus(found[0]))
    except (KeyError, ValueError):
        what = f"{first} and {second} answer different questions"
        raise MilepostError(what, str(folder / "runs"), "compare runs of one target") from None
    better = {name: told[1][0]["better"][name] for name in gain}
    return {"first": first, "second": second, "gain": gain, "better": better}


def last_two(folder: Path, runs: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return the last two runs that were tested on the same rows and whose statistics are still there."""
    tested = [r for r in runs if r["rows"] and _statistics(folder, r["test"]).is_dir()]
    pairs = [(a["run"], b["run"]) for a, b in pairwise(tested) if a["rows"] == b["rows"]]
    return pairs[-1] if pairs else None


def _statistics(folder: Path, test: str) -> Path:
    return folder / ".milepost" / "done" / test / "stats"


def _told(folder: Path, name: str) -> tuple[dict[str, Any], Path]:
    """Return metrics.json of a run that was tested, and its folder."""
    runs = {p.name: p for p in (folder / "runs").glob("[0-9]*-*") if p.is_dir()}
    mine = [p for n, p in runs.items() if name in (n, n.split("-")[0], n.split("-")[0].lstrip("0"))]
    if len(mine) != 1:
        raise MilepostError(f"there is no run `{name}`", "--compare", did_you_mean(name, runs))
    try:
        metrics = unsealed((mine[0] / "metrics.json").read_bytes())
        complete = {"test", "rows"} <= metrics.get("evidence", {}).keys()
    except (OSError, ValueError):
        complete = False
    if not complete or not _statistics(folder, metrics["evidence"]["test"]).is_dir():
        raise MilepostError(f"`{name}` was not tested, or its evidence is gone", str(mine[0]), "milepost run")
    return metrics, mine[0]
