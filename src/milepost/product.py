"""A deployed folder, answering without torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from milepost.errors import MilepostError, did_you_mean, raise_all
from milepost.files import file_hash, unsealed
from milepost.runtimes.onnx import OnnxRun
from milepost.tasks import load_task
from milepost.tasks.base import Task
from milepost.types import Answer, Field, Run

ROWS = 1024  # answered at a time


class Product:
    """Answer rows as the evaluated model did."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], task: Task[Any], run: Run) -> None:
        self.folder, self.manifest, self.task, self.run = folder, manifest, task, run
        self.name, self.need, self.version = (str(manifest[k]) for k in ("name", "need", "version"))
        self.kind = str(manifest["kind"])

    @classmethod
    def open(cls, folder: Path, threads: int = 0) -> Product:
        """Check every file against the manifest and load; raise MilepostError if a byte has changed."""
        manifest = read_manifest(folder)
        return cls(folder, manifest, load_task(folder), OnnxRun(folder, threads))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What a customer sends."""
        return self.task.shown

    def table(self, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        """Return rows of JSON as a table; raise MilepostErrors that name each bad field. An absent field is missing."""
        known, errors = {f.name: f for f in self.fields}, list[MilepostError]()
        columns: dict[str, list[Any]] = {f: [None] * len(rows) for f in known}
        for i, row in enumerate(rows):
            for name, value in row.items():
                where = f"rows[{i}].{name}"
                if name not in known:
                    errors.append(MilepostError(f"there is no field `{name}`", where, did_you_mean(name, known)))
                elif (wrong := _wrong(known[name], value)) is not None:
                    errors.append(MilepostError(f"`{name}` {wrong}", where, f"send {_wanted(known[name])}"))
                else:
                    columns[name][i] = value if known[name].type == "number" else _text(value)
        raise_all(errors[:100])
        types = {f.name: pl.Float64 if f.type == "number" else pl.String for f in self.fields}
        return pl.DataFrame(columns, schema=types, strict=False)

    def __call__(self, table: pl.DataFrame) -> list[Answer]:
        """Answer every row of `table`, in order."""
        return [a for part in self.stream(table) for a in part]

    def stream(self, table: pl.DataFrame) -> Iterator[list[Answer]]:
        """Answer a thousand rows at a time, in bounded memory."""
        return stream(self.task, self.run, table)


def stream(task: Task[Any], run: Run, table: pl.DataFrame) -> Iterator[list[Answer]]:
    """Answer a thousand rows at a time, in bounded memory."""
    for part in table.iter_slices(ROWS):
        typed = task.typed(part)
        yield task.answer(run, task.encode(typed), typed)


def shipped(folder: Path = Path()) -> Path:
    """Return the product of the latest run in `folder`, or of the last run that has one."""
    latest = folder / "runs" / "latest" / "product"
    return latest if latest.is_dir() else folder / "runs" / "shipped" / "product"


def load(folder: str | Path) -> Product:
    """Open a deployed folder; raise MilepostError if it is none or has been changed."""
    return Product.open(Path(folder))


def _wrong(field: Field, value: Any) -> str | None:
    """Say what is wrong with a value of JSON, or None."""
    if value is None:
        return None
    if isinstance(value, str) and not _is_whole(value):
        return "holds half a character, which is no text"
    if field.type != "number":
        return None if isinstance(value, str | int | float | bool) else "is no text"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is no number"
    return None if math.isfinite(value) else "is not finite"


def _is_whole(text: str) -> bool:
    """Tell whether a text can be written: JSON and Python let half of a pair of surrogates pass."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _wanted(field: Field) -> str:
    if field.type == "number":
        return "a number, or null if it is not known"
    if field.type == "date":
        return "a date such as 2026-03-01, or null"
    return "text, or null" + (
        f", for example {json.dumps(field.choices[0], ensure_ascii=False)}" if field.choices else ""
    )


def _text(value: Any) -> str | None:
    """Write a value of JSON as a CSV would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return manifest.json once every file it lists has the bytes it promises; raise MilepostError otherwise."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise MilepostError(
            f"`{folder}` is no product", "", "run `milepost run` first, or name a folder that it deployed"
        )
    try:
        manifest = unsealed(path.read_bytes())
        files: Mapping[str, str] = manifest["files"]
    except (ValueError, KeyError) as error:
        raise MilepostError("the manifest is damaged", str(path), "deploy again: milepost run") from error
    for name, promised in files.items():
        if not (folder / name).is_file() or file_hash(folder / name) != promised:
            raise MilepostError(
                f"`{name}` is not the file that was deployed", str(folder), "deploy again: milepost run"
            )
    return manifest


def difference(a: Any, b: Any) -> float:
    """Return the largest difference between numbers of two answers (relative above 1); inf where text differs."""
    if isinstance(a, dict) and isinstance(b, dict):
        return max((difference(a[k], b[k]) for k in a), default=0.0) if a.keys() == b.keys() else math.inf
    if isinstance(a, list) and isinstance(b, list):
        return max((difference(x, y) for x, y in zip(a, b, strict=True)), default=0.0) if len(a) == len(b) else math.inf
    if isinstance(a, float) and isinstance(b, int | float):
        return 0.0 if a == b else abs(a - b) / max(1.0, abs(a))
    return 0.0 if a == b else math.inf
