"""Encoded examples on disk: appended batch by batch, read back memory-mapped."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from milepost.types import Array, Columns, Ragged


class Writer:
    """Append columns, a few thousand rows at a time, in bounded memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.files = folder, dict[str, BinaryIO]()
        self.about, self.counts, self.rows = dict[str, dict[str, Any]](), dict[str, int](), 0

    def append(self, columns: Columns, rows: int) -> None:
        """Write `columns`, the examples of the next `rows` rows."""
        for k, c in columns.items():
            values = c.values if isinstance(c, Ragged) else np.asarray(c) + (self.rows if k == "row" else 0)
            self._write(k, values)
            if isinstance(c, Ragged):
                self._write(k + ".lengths", c.lengths)
        self.rows += rows

    def _write(self, name: str, a: Array) -> None:
        form = {"dtype": a.dtype.str, "inner": list(a.shape[1:])}
        if self.about.setdefault(name, form) != form:
            raise ValueError(f"column {name} changed from {self.about[name]} to {form}")
        self.counts[name] = self.counts.get(name, 0) + len(a)
        if name not in self.files:
            self.files[name] = (self.folder / f"{name}.bin").open("wb")
        self.files[name].write(np.ascontiguousarray(a).data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for f in self.files.values():
            f.close()
        if kind is None:
            about = {k: form | {"count": self.counts[k]} for k, form in self.about.items()}
            (self.folder / "columns.json").write_text(json.dumps({"rows": self.rows, "columns": about}))


def load(folder: Path) -> Columns:
    """Memory-map what `Writer` wrote; only the offsets are read at once."""
    about = json.loads((folder / "columns.json").read_text())["columns"]
    out = Columns()
    for k in about:
        if not k.endswith(".lengths"):
            values = _map(folder, k, about[k])
            lengths = _map(folder, k + ".lengths", about[k + ".lengths"]) if k + ".lengths" in about else None
            out[k] = values if lengths is None else Ragged(values, np.concatenate([[0], lengths.cumsum()]))
    return out


def _map(folder: Path, name: str, about: dict[str, Any]) -> Array:
    shape, dtype = (about["count"], *about["inner"]), np.dtype(about["dtype"])
    if 0 in shape:
        return np.empty(shape, dtype)  # an empty file cannot be mapped
    return np.memmap(folder / f"{name}.bin", dtype, "r", shape=shape)
