"""The first pass: every row is parsed, hashed and looked at once, and laid on disk as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from milepost.columns import scan
from milepost.data.split import hashes
from milepost.intake.meter import Meter
from milepost.intake.order import in_order
from milepost.intake.pieces import write_piece
from milepost.intake.quarantine import Quarantine
from milepost.personal import data as personal
from milepost.sources.base import Bad, Block, Part
from milepost.sources.read import Input
from milepost.types import Array, Finding, Progress


class Stretch(NamedTuple):
    """Rows of one block on disk, as they were written."""

    path: Path
    part: str  # the file they are from
    first: int  # how many rows of the side stand before them
    rows: int


@dataclass
class Side:
    """What one side of the data (all, train, valid or test) holds."""

    folder: Path
    columns: list[str] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    rows: int = 0  # that can be read
    bad: int = 0  # that cannot
    findings: list[Finding] = field(default_factory=list)
    parts: list[dict[str, int | str]] = field(default_factory=list)
    scan: scan.Scan = field(default_factory=scan.Scan)

    @property
    def hash_N(self) -> Array:
        """The hash of every row, uint64 [N], on disk: mapped anew each time, since what was read counts as ours."""
        return _mapped(self.folder / "hashes.bin", np.uint64)

    @property
    def line_N(self) -> Array:
        """The line where every row starts, int64 [N], on disk."""
        return _mapped(self.folder / "lines.bin", np.int64)

    def numbers(self, index: Array | Sequence[int]) -> list[int]:
        """Return the numbers, counted from 1 over all rows that were read, of readable rows `index`."""
        at, before_bad = np.asarray(index, np.int64), _mapped(self.folder / "bad.bin", np.int64)
        return [int(n) for n in at + 1 + np.searchsorted(before_bad, at, "right")]


def _mapped(path: Path, dtype: type) -> Array:
    if not path.exists() or not path.stat().st_size:
        return np.empty(0, dtype)
    return np.memmap(path, dtype, "r")


class _Seen(NamedTuple):
    """What one thread found in one block."""

    size: int
    rows: int
    columns: list[str]
    path: Path
    hash_N: Array
    line_N: Array
    bad: tuple[Bad, ...]
    glance: scan.Glance
    personal: personal.Counts


def gather(
    inputs: Mapping[str, Input], folder: Path, aside: Quarantine, owner: personal.Personal, progress: Progress
) -> dict[str, Side]:
    """Read every side; rows that cannot be read go to `aside`, personal data are counted by `owner`."""
    meter = Meter(progress, "prepare", sum(i.size for i in inputs.values()))
    shared = _shared(inputs) if len(inputs) > 1 else None
    out = dict[str, Side]()
    for name, source in inputs.items():
        side = out[name] = Side(folder / name)
        side.folder.mkdir(parents=True)
        for part in source.parts:
            before = side.rows + side.bad
            for seen in _looked(part, side, shared):
                aside.add_bad(part.name, seen.bad)
                owner.add(seen.personal)
                _take(side, part, seen)
                meter.tell(seen.size, seen.rows)
            side.findings += part.findings
            side.parts.append({"name": part.name, "rows": side.rows + side.bad - before, "size": part.size})
    return out


def _shared(inputs: Mapping[str, Input]) -> list[str]:
    """Return the columns that all sides have: by these, a row is the same on two of them."""
    columns = [source.parts[0].columns for source in inputs.values()]
    return [c for c in columns[0] if all(c in other for other in columns)]


def _looked(part: Part, side: Side, shared: Sequence[str] | None) -> Iterator[_Seen]:
    """Parse the blocks of a part in several threads; yield what was seen, in order."""
    work = partial(_look, folder=side.folder, shared=shared)
    return in_order(work, enumerate(part.blocks(), len(side.stretches)))


def _look(numbered: tuple[int, Block], folder: Path, shared: Sequence[str] | None) -> _Seen:
    number, block = numbered
    table, line_N, bad = block.parse()
    path = folder / f"{number:06d}.arrow"
    write_piece(table, path)
    hash_N = hashes(table.select(shared) if shared else table)
    glances = scan.glance(table), personal.glance(table)
    return _Seen(block.size, table.height, table.columns, path, hash_N, line_N, bad, *glances)


def _take(side: Side, part: Part, seen: _Seen) -> None:
    """Add what was seen in a block to what is known of the side."""
    side.columns = side.columns or seen.columns
    before_bad = side.rows + np.searchsorted(seen.line_N, [b.line for b in seen.bad])
    for kind, values in (("hashes", seen.hash_N), ("lines", seen.line_N), ("bad", before_bad)):
        with (side.folder / f"{kind}.bin").open("ab") as file:
            file.write(values.astype(np.uint64 if kind == "hashes" else np.int64).tobytes())
    side.bad += len(seen.bad)
    side.stretches.append(Stretch(seen.path, part.name, side.rows, seen.rows))
    side.scan.add(seen.glance)
    side.rows += seen.rows
