"""product.yaml bound to its kind: every error of the file at once, then the data."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from milepost.columns.schema import ColumnWish
from milepost.errors import MilepostError, raise_all
from milepost.files import file_hash, key_of
from milepost.metrics.decision import WORTH
from milepost.roadmap.gates import SHIPPED, Gate, contradictions, parse
from milepost.sources.read import files_of
from milepost.spec.load import Loaded, load
from milepost.spec.problems import validate
from milepost.spec.product import Spec
from milepost.stages.initialize import known
from milepost.tasks import find
from milepost.tasks.base import Task

T = TypeVar("T")


@dataclass(frozen=True)
class Opened:
    """A roadmap ready to run: what is promised, the task, the data and the gates."""

    loaded: Loaded
    task: Task[Any]
    gates: dict[str, tuple[Gate, ...]]
    columns: dict[str, ColumnWish]
    errors: tuple[MilepostError, ...] = ()  # that leave the data readable, to be raised with those of the data

    @property
    def spec(self) -> Spec:
        """What product.yaml says."""
        return self.loaded.spec

    @property
    def folder(self) -> Path:
        """Where product.yaml lies; its paths are relative to it."""
        return self.loaded.folder

    @property
    def sources(self) -> dict[str, str]:
        """The data by side: {all} or {train, valid, test}."""
        data = self.spec.data
        named = {"all": data.source, "train": data.train, "valid": data.valid, "test": data.test}
        return {side: source for side, source in named.items() if source is not None}

    @property
    def reading(self) -> dict[str, Any]:
        """How `prepare` is to read the data."""
        names = {"sheet", "query", "split", "duplicates", "bad_rows"}
        return {"columns": self.columns, **self.spec.data.model_dump(include=names)}

    @cached_property
    def data_hashes(self) -> dict[str, list[str]]:
        """Hash every file of the data, once; raise MilepostErrors for those that are not there."""
        return self._by_side(_hashes)

    def files(self) -> dict[str, list[Path]]:
        """List the files of the data by side; raise MilepostErrors for those that are not there."""
        return self._by_side(lambda files: files)

    def _by_side(self, of: Callable[[list[Path]], list[T]]) -> dict[str, list[T]]:
        errors, out = list[MilepostError](), dict[str, list[T]]()
        for side, source in self.sources.items():
            try:
                out[side] = of(files_of(source, self.folder))
            except MilepostError as error:
                errors.append(self.placed(error, ("data", "source" if side == "all" else side)))
            except OSError as error:
                errors.append(MilepostError(f"`{source}` cannot be read: {error.strerror}", self.at("data", side)))
        raise_all(errors)
        return out

    def at(self, *path: str | int) -> str:
        """Return file:line of a key."""
        return self.loaded.places.where(path, self.loaded.file)

    def placed(self, error: MilepostError, path: tuple[str, ...] = ()) -> MilepostError:
        """Return the error with file:line where it names only a key."""
        key = path or tuple(error.where.split(".", 1 if error.where.startswith("columns.") else -1))
        if not path and key[0] not in ("task", "data", "columns", "model", "train", "value", "milestones"):
            return error
        return MilepostError(error.what, self.at(*key), error.fix, exit_code=error.exit_code)

    def key(self) -> str:
        """Stand for everything that a run depends on."""
        return key_of({"spec": self.spec.model_dump(mode="json"), "data": self.data_hashes})


def opened(path: Path, overrides: Sequence[str] = ()) -> Opened:
    """Read product.yaml; raise MilepostErrors with the problems that leave nothing to check, each with its line."""
    loaded = load(path, overrides, find)
    spec, task, errors = loaded.spec, loaded.task, list[MilepostError]()
    assert isinstance(task, Task)
    for key in {"learned", "size", "columns", "value", "threshold"} & set(spec.task.options):
        where = loaded.places.where(("task", key), loaded.file)
        errors.append(MilepostError(f"there is no key `task.{key}`", where, "remove it"))
    gates = {name: _gates(loaded, task, name, errors) for name in spec.milestones}
    errors += _models(loaded, task)
    if spec.value is not None and WORTH not in task.metrics:
        what = f"{spec.task.kind} answers with no class, and `value` is about classes"
        errors.append(MilepostError(what, loaded.places.where(("value",), loaded.file), "remove it"))
    known_by_task = {"value": spec.value} | ({"size": spec.model.size} if spec.model.size else {})
    return Opened(loaded, task.model_copy(update=known_by_task), gates, _columns(loaded, errors), tuple(errors))


def _models(loaded: Loaded, task: Task[Any]) -> list[MilepostError]:
    """List what is wrong with the models that are named."""
    model, where, out = loaded.spec.model, loaded.places.where(("model",), loaded.file), list[MilepostError]()
    for name in (model.name, *([model.pretrained] if model.pretrained else [])):
        try:
            known(name, task, loaded.folder)
        except MilepostError as error:
            out += [MilepostError(e.what, where, e.fix) for e in error.errors]
    own = model.name in task.models or ":" in model.name
    if (model.pretrained or model.lora or model.tune != "whole") and (own or not task.pretrained):
        what = f"{loaded.spec.task.kind} with `model: {model.name}` starts from no pretrained model that could be tuned"
        out.append(MilepostError(what, where, "remove pretrained, tune and lora"))
    return out


def _columns(loaded: Loaded, errors: list[MilepostError]) -> dict[str, ColumnWish]:
    """Read what product.yaml says of columns; what cannot be read goes to `errors`."""
    out = dict[str, ColumnWish]()
    for name, keys in loaded.spec.columns.items():
        try:
            out[name] = validate(ColumnWish, keys, at=("columns", name), places=loaded.places, file=loaded.file)
        except MilepostError as error:
            errors += error.errors
    return out


def _gates(loaded: Loaded, task: Task[Any], milestone: str, errors: list[MilepostError]) -> tuple[Gate, ...]:
    """Read the gates of a milestone; what is no gate goes to `errors`."""
    read = list[Gate]()
    for i, text in enumerate(loaded.spec.milestones[milestone].gates):
        try:
            read.append(parse(text, task.metrics, loaded.places.where(("milestones", milestone, i), loaded.file)))
        except MilepostError as error:
            errors.append(error)
    where = loaded.places.where(("milestones", milestone), loaded.file)
    if loaded.spec.milestones[milestone].before:
        for gate in (g for g in read if g.metric in SHIPPED):
            what = f"`{gate.metric}` is measured after deploy, which would wait for it"
            errors.append(MilepostError(what, where, "move it to another milestone"))
    for a, b in contradictions(read):
        what = f"`{a.text}` and `{b.text}` cannot both pass"
        errors.append(MilepostError(what, where, "remove one, or put them into two milestones"))
    return tuple(read)


def _hashes(files: list[Path]) -> list[str]:
    """Hash files one by one; in several folders all at once, with their names, for the folder may be the label."""
    if len({f.parent for f in files}) == 1:
        return [file_hash(f) for f in files]
    root = Path(os.path.commonpath(files))
    return [key_of([[f.relative_to(root).as_posix(), file_hash(f)] for f in files])]
