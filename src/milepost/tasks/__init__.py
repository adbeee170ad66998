"""One file per kind. The folder is the registry: kind `x-y` lives in `tasks/x_y.py`."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from milepost.data.asset import put_aside, taken_up
from milepost.errors import MilepostError, did_you_mean
from milepost.tasks.base import Task


def kinds() -> list[str]:
    """Name the built-in kinds, read from the folder without importing them."""
    return sorted(m.name.replace("_", "-") for m in iter_modules(__path__) if not m.name.startswith("base"))


def find(kind: str, where: str = "task.kind") -> type[Task[Any]]:
    """Return the task class of `kind`; a dotted `kind` names a module of yours. Raise MilepostError for no such."""
    if kind not in kinds() and not ("." in kind and all(part.isidentifier() for part in kind.split("."))):
        raise MilepostError(f"there is no kind `{kind}`", where, did_you_mean(kind, kinds()))
    try:
        module = import_module(kind if "." in kind else "milepost.tasks." + kind.replace("-", "_"))
        found: type[Task[Any]] = module.TASK
    except (ImportError, AttributeError) as error:
        raise MilepostError(
            f"the kind `{kind}` cannot be loaded: {error}", where, "name an importable module that defines TASK"
        ) from error
    return found


def kind_of(task: Task[Any]) -> str:
    """Return the name by which `find` finds the class of `task`."""
    module, ours = type(task).__module__, "milepost.tasks."
    return module.removeprefix(ours).replace("_", "-") if module.startswith(ours) else module


def save_task(task: Task[Any], folder: Path) -> None:
    """Write task.json: the kind, its options and its facts, large ones as files beside it."""
    about = {"kind": kind_of(task), "task": put_aside(task.model_dump(mode="json"), folder)}
    (folder / "task.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")


def load_task(folder: Path) -> Task[Any]:
    """Read what `save_task` wrote."""
    saved = json.loads((folder / "task.json").read_text("utf-8"))
    task: Task[Any] = find(saved["kind"]).model_validate(taken_up(saved["task"], folder))
    return task
