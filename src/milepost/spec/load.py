"""product.yaml -> a Spec, with every problem of it at once."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel

from milepost.errors import MilepostError, raise_all
from milepost.spec.places import KeyPath, Places, dotted, put
from milepost.spec.problems import problems, validate
from milepost.spec.product import Spec
from milepost.spec.yaml import LONGEST, parse

__all__ = ["Loaded", "load", "problems", "validate"]

Kind: TypeAlias = Callable[[str, str], type[BaseModel]]

# what other tools call the same thing
OTHER_NAMES: dict[KeyPath, KeyPath] = {
    **{("task", other): ("task", "target") for other in ("label", "y", "target_column")},
    **{("data", other): ("data", "source") for other in ("dataset", "path", "file")},
    **{("train", other): ("train", "epochs") for other in ("num_epochs", "n_epochs")},
    ("train", "learning_rate"): ("train", "lr"),
    ("train", "batch_size"): ("train", "batch"),
    ("train", "random_state"): ("train", "seed"),
}


@dataclass(frozen=True)
class Loaded:
    """A Spec and where everything in it was written."""

    spec: Spec
    places: Places
    file: str  # its name, for messages
    folder: Path  # where it lies; its paths are relative to it
    notes: tuple[str, ...]  # what was read otherwise than written
    task: BaseModel | None = None  # the options under `task`, as the kind's own model


@dataclass(frozen=True)
class _Draft:
    """What is written, before it is checked."""

    tree: dict[str, Any]
    places: Places
    file: str
    notes: tuple[str, ...] = ()

    def renamed(self) -> _Draft:
        """Call by our names what other tools call otherwise, and note it."""
        draft = self
        for other, ours in OTHER_NAMES.items():
            section = draft.tree.get(str(ours[0]))
            if isinstance(section, dict) and other[1] in section and ours[1] not in section:
                keys = {ours[1] if k == other[1] else k: v for k, v in section.items()}
                tree = {**draft.tree, str(ours[0]): keys}
                draft = replace(draft, tree=tree, places=draft.places.moved(other, ours)).noting(other, ours)
        return draft

    def task(self, kind: Kind) -> BaseModel | None:
        """Return the options under `task` as the kind's own model; None where no kind is named."""
        section = self.tree.get("task")
        if not isinstance(section, dict) or not isinstance(section.get("kind"), str):
            return None
        model = kind(section["kind"], self.places.where(("task", "kind"), self.file))
        options = {k: v for k, v in section.items() if k != "kind" and v is not None}
        return validate(model, options, at=("task",), places=self.places, file=self.file)

    def noting(self, other: KeyPath, ours: KeyPath) -> _Draft:
        note = f"{self.places.where(ours, self.file)}: `{dotted(other)}` is read as `{dotted(ours)}`"
        return replace(self, notes=(*self.notes, note))

    def overridden(self, override: str) -> _Draft:
        """Set one `key.path=value`; raise MilepostError for what is not one."""
        key, equals, text = override.partition("=")
        written = tuple(key.strip().split("."))
        if not equals or not all(written):
            raise MilepostError(f"`{override}` sets nothing", "command line", "write key=value, e.g. train.seed=1")
        try:
            value, inner = parse(text, "command line")
        except MilepostError as error:
            first = error.errors[0]
            raise MilepostError(f"`{override}` cannot be read: {first.what}", "command line", first.fix) from None
        path = OTHER_NAMES.get(written, written)
        tree = self.tree
        if path[0] == "model" and len(path) > 1 and isinstance(tree.get("model"), str):
            tree = {**tree, "model": {"from": tree["model"]}}  # `model: auto` is short for it
        try:
            tree = put(tree, path, value)
        except TypeError:
            what = f"`{key}` cannot be set: something above it is no group of keys"
            raise MilepostError(what, "command line", f"set `{dotted(path[:-1])}` as a whole") from None
        draft = replace(self, tree=tree, places=self.places.overridden(path, inner))
        return draft if path == written else draft.noting(written, path)


def load(path: Path, overrides: Sequence[str] = (), kind: Kind | None = None) -> Loaded:
    """Read product.yaml and `key.path=value` overrides; raise MilepostErrors with every problem of both.

    `kind` maps the name of a kind, and the place where it was written, to the model of its options.
    """
    tree, places = parse(_text(path), path.name)
    if not isinstance(tree, dict):
        what = "the file is a list" if isinstance(tree, list) else "the file is a single text"
        fix = "write `key: value` lines, with a space after the colon"
        if tree is None:
            what, fix = "the file is empty", "run `milepost new`"
        raise MilepostError(what, f"{path.name}:1", fix)
    draft, errors = _Draft(tree, places, path.name).renamed(), list[MilepostError]()
    for override in overrides:
        try:
            draft = draft.overridden(override)
        except MilepostError as error:
            errors.append(error)
    draft = draft.renamed()
    task: BaseModel | None = None
    try:
        task = draft.task(kind) if kind else None
    except MilepostError as error:
        errors += error.errors
    try:
        spec = validate(Spec, draft.tree, places=draft.places, file=path.name)
    except MilepostError as error:
        errors += error.errors
    raise_all(errors)
    return Loaded(spec, _short(draft.places), path.name, path.parent, draft.notes, task)


def _text(path: Path) -> str:
    """Read a file as UTF-8, or as UTF-16 where its first bytes say so."""
    if not path.is_file():
        what = "this is no file" if path.exists() else "there is no such file"
        raise MilepostError(what, str(path), "name product.yaml in it" if path.is_dir() else "run `milepost new`")
    try:
        if path.stat().st_size > LONGEST:
            raise MilepostError(
                f"the file is larger than {LONGEST:,} bytes", str(path), "keep data in files of its own"
            )
        content = path.read_bytes()
    except OSError as error:
        raise MilepostError(f"the file cannot be read: {error.strerror}", str(path), "check who may read it") from error
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise MilepostError("the file is not UTF-8 text", f"{path.name}:{line}", "save it as UTF-8") from None


def _short(places: Places) -> Places:
    """Let gate i of a milestone be found by (milestones, name, i) however the milestone was written."""
    lines = dict(places.lines)
    gates: dict[KeyPath, int] = {(*p[:2], p[3]): n for p, n in lines.items() if p[2:3] == ("gates",) and len(p) == 4}
    return replace(places, lines=lines | gates)
