"""Encoded examples on disk: appended batch by batch, read back memory-mapped."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from xxhash import xxh3_128

from milepost.files import sealed, unsealed, write
from milepost.types import Array, Columns, Ragged

ABOUT = "columns.json"  # written last


class Writer:
    """Append columns, a few thousand rows at a time, in bounded memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.files = folder, dict[str, BinaryIO]()
        self.about, self.counts, self.rows = dict[str, dict[str, Any]](), dict[str, int](), 0
        self.hashes = dict[str, xxh3_128]()

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
            self.files[name], self.hashes[name] = (self.folder / f"{name}.bin").open("wb"), xxh3_128()
        cells = np.ascontiguousarray(a).data
        self.files[name].write(cells)
        self.hashes[name].update(cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for f in self.files.values():
            f.close()
        if kind is None:
            counted = {k: {"count": self.counts[k], "hash": self.hashes[k].hexdigest()} for k in self.about}
            about = {k: form | counted[k] for k, form in self.about.items()}
            write(self.folder / ABOUT, sealed({"rows": self.rows, "columns": about}))


def whole(folder: Path) -> bool:
    """Tell whether `Writer` came to its end in a folder and every byte is as it was."""
    try:
        about = unsealed((folder / ABOUT).read_bytes())["columns"]
        return all(_hash(folder / f"{name}.bin") == form["hash"] for name, form in about.items())
    except (OSError, ValueError, KeyError):
        return False


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, xxh3_128).hexdigest()


def load(folder: Path) -> Columns:
    """Memory-map what `Writer` wrote; only the offsets are read at once."""
    about = unsealed((folder / ABOUT).read_bytes())["columns"]
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
