"""`milepost run`: the road up to a stage, and what it leaves in runs/<id>/."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, did_you_mean, raise_all
from milepost.files import copy, file_hash, sealed, sync, unsealed, write
from milepost.roadmap import evidence
from milepost.roadmap.check import checked
from milepost.roadmap.lock import choices
from milepost.roadmap.model_card import NAME, model_card
from milepost.roadmap.opened import opened
from milepost.roadmap.progress import progress
from milepost.roadmap.road import Road
from milepost.roadmap.store import Store
from milepost.stages.base import Prepared

STAGES = ("prepare", "initialize", "train", "evaluate", "deploy")
EVIDENCE = ("data_report.json", "quarantine.csv", "metrics.json", "lock.json", "product/manifest.json")


def run(path: Path, overrides: Sequence[str] = (), until: str = STAGES[-1]) -> dict[str, Any]:
    """Take the road that `path` describes up to a stage; return the status. Raise MilepostErrors for what blocks it."""
    if until not in STAGES:
        raise MilepostError(f"there is no stage `{until}`", "--until", did_you_mean(until, STAGES))
    found = opened(path, overrides)
    if found.errors:
        checked(found)
    key, store = found.key(), Store(found.folder / ".milepost")
    with progress() as show:
        road = Road(found, store, show)
        prepared = road.prepare()
        raise_all(evidence.unknown_slices(found, prepared.report["columns"]))
        with store.lock("runs"):
            folder = _folder(found.folder / "runs", key)
        road.choices = choices(folder, found, prepared.folder.name, store, road.notes)
        metrics = _taken(road, prepared, folder, STAGES.index(until))
    with store.lock("runs"):
        return _conclude(road, prepared, folder, metrics)


def _taken(road: Road, prepared: Prepared, folder: Path, last: int) -> dict[str, Any]:
    """Take the stages after prepare up to number `last`; return metrics.json as far as it goes."""
    for name in ("data_report.json", "quarantine.csv"):
        copy(prepared.folder / name, folder / name)
    if last == STAGES.index("initialize"):
        for name in road.names:
            road.initialize(prepared, name)
    if last < STAGES.index("train"):
        return {}
    trained = road.train(prepared)
    if last < STAGES.index("evaluate"):
        return {}
    task, choice = prepared.task, road.choose(prepared, trained)
    metrics = {"headline": task.headline, "test": {}, "naive": {}, "baseline": {}, "gain": {}, "slices": {}}
    metrics |= {**choice, "ships_baseline": choice["model"] == road.names[0]}
    held = evidence.waiting(road.opened, metrics) if last == STAGES.index("deploy") else []
    road.notes += held
    if last < STAGES.index("deploy") or held:
        return metrics
    made = road.deploy(prepared, trained, choice)
    with road.store.lock("runs"):
        _ship(made, folder)
    return metrics | road.test(prepared, trained, choice, made)


def _folder(runs: Path, key: str) -> Path:
    """Find the folder of this very run, or make the next one; `latest` points to it if there is no earlier one."""
    runs.mkdir(exist_ok=True)
    mine = sorted(runs.glob(f"[0-9]*-{key[:8]}"))
    numbers = [int(p.name.split("-")[0]) for p in runs.glob("[0-9]*-*") if p.name.split("-")[0].isdigit()]
    folder = mine[0] if mine else runs / f"{max(numbers, default=0) + 1:04d}-{key[:8]}"
    folder.mkdir(exist_ok=True)
    if not (runs / "latest").exists():
        _point(runs / "latest", folder)
    return folder


def _point(link: Path, folder: Path) -> None:
    """Make `link` lead to `folder`, in one step; raise MilepostError where a folder has taken its place."""
    if link.is_symlink() and link.readlink() == Path(folder.name):
        return
    if link.is_dir() and not link.is_symlink():
        what = f"`{link.name}` is a folder, where a link to a run should be"
        raise MilepostError(what, str(link), "move it away: it was copied as a folder")
    part = link.with_name(f".{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(folder.name)
    part.replace(link)


def _ship(made: Path, folder: Path) -> None:
    """Copy the product out of the store into the run's folder, whole or not at all; leave alone what is the same."""
    part, old, final = folder / ".product.part", folder / ".product.old", folder / "product"
    for left in (part, old):
        shutil.rmtree(left, ignore_errors=True)
    if _hashes(final) == _hashes(made):
        return
    shutil.copytree(made, part)
    for path in (*part.rglob("*"), part):
        sync(path)
    if final.is_dir():
        final.rename(old)
    part.rename(final)
    sync(folder)
    shutil.rmtree(old, ignore_errors=True)


def _hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder, by its path there."""
    return {str(p.relative_to(folder)): file_hash(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def _conclude(road: Road, prepared: Prepared, folder: Path, metrics: dict[str, Any]) -> dict[str, Any]:
    """Write metrics.json and gates.json; a shorter road than an earlier one leaves its evidence as it is.

    `latest` leads to the last run that came to its end, `shipped` to the last that has a product.
    """
    earlier = folder / "metrics.json"
    if not metrics.get("test") and earlier.is_file():
        metrics = _kept(earlier) or metrics
    status = evidence.status(road.opened, folder.name, metrics, road.test_looks(prepared), road.notes)
    if metrics:
        _write(earlier, metrics)
    status["cost"] = road.cost()
    status["evidence"] = {n: file_hash(folder / n) for n in EVIDENCE if (folder / n).is_file()}
    _write(folder / "gates.json", status)
    if metrics.get("test"):
        made = json.loads((folder / "product" / "manifest.json").read_text("utf-8"))
        write(folder / NAME, model_card(made, metrics, status, prepared.report).encode())
    _point(folder.parent / "latest", folder)
    if (folder / "product").is_dir():
        _point(folder.parent / "shipped", folder)
    return status


def _kept(path: Path) -> dict[str, Any]:
    """Read what a longer road has written; nothing where it was changed since."""
    try:
        return unsealed(path.read_bytes())
    except ValueError:
        return {}


def _write(path: Path, content: dict[str, Any]) -> None:
    write(path, sealed(content, indent=1))
