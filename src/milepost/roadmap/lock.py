"""lock.json of a run: what it was made from and with, and whatever was measured and chosen on the way."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from milepost.compute.choices import Choices
from milepost.files import key_of, unsealed
from milepost.roadmap.opened import Opened
from milepost.roadmap.store import Store, code_version

PACKAGES = ("numpy", "polars", "torch", "onnxruntime", "scikit-learn", "lightgbm")


def choices(folder: Path, opened: Opened, rows: str, store: Store, notes: list[str]) -> Choices:
    """Take up lock.json of a run folder, or begin it; one that does not fit is put aside, and `notes` say so.

    `rows` is the name of what prepare made.
    """
    path, mine = folder / "lock.json", _made_from(opened, rows)
    if path.is_file():
        kept, said = _judged(path, mine)
        notes += said
        if not kept:
            store.put_aside(path)
    return Choices(path, mine)


def _made_from(opened: Opened, rows: str) -> dict[str, Any]:
    spec = key_of(opened.spec.model_dump(mode="json"))
    return {"data": opened.data_hashes, "spec": spec, "code": code_version(), "rows": rows, "versions": _versions()}


def _versions() -> dict[str, str]:
    """Return the versions of what may change a result, without importing it."""
    out = {"Python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for name in PACKAGES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            continue
    return out


def _judged(path: Path, mine: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Tell whether the choices in a lock hold here, and what a founder should know."""
    said = list[str]()
    try:
        found = unsealed(path.read_bytes())
    except ValueError:
        said.append("lock.json was damaged or edited: it was put aside, and what it chose is measured again")
        return False, said
    if "chosen" not in found or found.get("code") != mine["code"]:
        return False, said  # of another Milepost: all is made anew, and that is said
    if any(found.get(key) != mine[key] for key in ("data", "spec", "rows")):
        said.append("lock.json is of other data or another product.yaml: it was put aside")
        return False, said
    versions = found.get("versions") or {}
    for name in sorted({*versions, *mine["versions"]}):
        there, here = versions.get(name, "-"), mine["versions"].get(name, "-")
        if there != here:
            said.append(f"{name} was {there} for lock.json and is {here} here: what is made again may differ a little")
    return True, said
