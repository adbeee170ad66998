"""The words every room uses. No torch: a served product never needs it.

Shape letters: N rows, M examples, B batch, T longest length in the batch, D bootstrap draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ragged:
    """M variable-length entries: entry i is values[offsets[i]:offsets[i+1]]; values may have inner axes."""

    values: Array
    offsets: Array  # int64 [M + 1]

    @classmethod
    def of(cls, rows: Sequence[npt.ArrayLike], dtype: npt.DTypeLike, inner: tuple[int, ...] = ()) -> Ragged:
        """Join rows of any length; `inner` is the shape of one value."""
        parts = [np.asarray(r, dtype).reshape(-1, *inner) for r in rows]
        sizes = np.array([len(p) for p in parts], np.int64)
        empty = np.empty((0, *inner), dtype)
        return cls(np.concatenate([empty, *parts]), np.concatenate([[0], sizes.cumsum()]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> Array:
        return self.values[self.offsets[i] : self.offsets[i + 1]]

    @property
    def lengths(self) -> Array:
        """Length of every entry, int64 [M]."""
        return np.diff(self.offsets)

    def take(self, index: Array) -> Ragged:
        """Entries at `index`, in that order, copied out of a memory map in one gather."""
        lengths = self.lengths[index]
        offsets = np.concatenate([[0], lengths.cumsum()])
        where = np.repeat(self.offsets[:-1][index] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Ragged(self.values[where], offsets)

    def pad(self, extra: int = 0, fill: int = 0) -> Array:
        """[M, T + extra, ...]; nothing may look at the padding, so `fill` only matters to the test of that."""
        lengths = self.lengths
        width = max(1, int(lengths.max(initial=0))) + extra
        out = np.full((len(self), width, *self.values.shape[1:]), fill, self.values.dtype)
        out[np.arange(width) < lengths[:, None]] = self.values[self.offsets[0] : self.offsets[-1]]
        return out


Column: TypeAlias = Array | Ragged
Columns: TypeAlias = dict[str, Column]  # M encoded examples; "row" [M], when there, says which row each is of
Batch: TypeAlias = dict[str, "Tensor"]  # B examples, padded; each Ragged `k` comes with lengths `k_len`
Answer: TypeAlias = dict[str, Any]  # JSON-ready
Scores: TypeAlias = dict[str, Array]  # metric name -> [D]
Graphs: TypeAlias = dict[str, bytes]  # graph name -> ONNX file: a model that any runtime of it can run


class Metric(NamedTuple):
    """Which way is better, in what unit, between which bounds, and whether each row is right or wrong."""

    better: Literal["higher", "lower"]
    unit: str = ""
    low: float = -float("inf")
    high: float = float("inf")
    exact: bool = False  # no sample stands behind it: it has no interval


@dataclass(frozen=True, slots=True)
class Field:
    """One column of what a customer sends: what a form, a schema and an error message need."""

    name: str
    type: Literal["number", "category", "date", "text"]
    choices: tuple[str, ...] = ()  # of a category: the values seen in training
    low: float | None = None  # of a number: the range seen in training
    high: float | None = None
    example: str | float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that its owner should know."""

    code: str
    where: str  # file, column or split
    what: str
    fix: str = ""
    severity: Literal["error", "warning", "info"] = "info"
    count: int = 0
    rows: tuple[int, ...] = ()  # the first few, counted from 1


class Share(NamedTuple):
    """The rows that a proportion counts and the hits among them, bool [N] each."""

    counted_N: Array
    hit_N: Array


class Draws(Protocol):
    """Randomness of B examples, a function of (seed, step, position of the example) alone."""

    def uniform(self, *shape: int) -> Tensor:
        """[B, *shape] in [0, 1)."""

    def normal(self, *shape: int) -> Tensor:
        """[B, *shape] of a standard normal."""

    def integers(self, high: int, *shape: int) -> Tensor:
        """[B, *shape] int64 in [0, high)."""


class Progress(Protocol):
    """Told of work as it is done; draws a bar, or nothing."""

    def __call__(self, what: str, done: float, total: float, note: str = "") -> None:
        """`done` of `total` units of `what`."""


def quiet(what: str, done: float, total: float, note: str = "") -> None:
    """The Progress that says nothing."""


class Run(Protocol):
    """A network behind any runtime. `graph` names a public method of the network."""

    def __call__(self, columns: Mapping[str, Column], graph: str = "forward") -> dict[str, Array]:
        """Pad what is Ragged, feed what the graph takes, return all its outputs, B first."""


def size(columns: Mapping[str, Column]) -> int:
    """M, the number of examples."""
    return len(next(iter(columns.values())))


def lengths_of(columns: Mapping[str, Column]) -> Array | None:
    """Return the length of every example, by which padding is saved; None where all are alike."""
    lengths = [c.lengths for c in columns.values() if isinstance(c, Ragged)]
    return np.max(lengths, 0) if lengths else None


def take(columns: Mapping[str, Column], index: Array) -> Columns:
    """Examples at `index`."""
    return {k: c.take(index) if isinstance(c, Ragged) else c[index] for k, c in columns.items()}


def take_rows(columns: Columns, start: int, stop: int) -> Columns:
    """All the examples of rows start..stop-1, rows renumbered from 0."""
    if "row" not in columns:
        return take(columns, np.arange(start, min(stop, size(columns))))
    row = np.asarray(columns["row"])
    low, high = np.searchsorted(row, [start, stop])
    return take(columns, np.arange(low, high)) | {"row": row[low:high] - start}


def concat(parts: Iterable[tuple[Columns, int]]) -> Columns:
    """Join (columns, number of rows) pairs; the inverse of `take_rows`."""
    pairs, out = list(parts), Columns()
    starts = np.cumsum([0, *(n for _, n in pairs)])
    for k, first in pairs[0][0].items():
        cells = [p[k] for p, _ in pairs]
        if isinstance(first, Ragged):
            sizes = np.concatenate([c.lengths for c in cells if isinstance(c, Ragged)])
            values = np.concatenate([c.values for c in cells if isinstance(c, Ragged)])
            out[k] = Ragged(values, np.concatenate([[0], sizes.cumsum()]).astype(np.int64))
        else:
            shift = starts[:-1] if k == "row" else np.zeros(len(cells), np.int64)
            joined = [np.asarray(c) + s if k == "row" else np.asarray(c) for c, s in zip(cells, shift, strict=True)]
            out[k] = np.concatenate(joined)
    return out


def widen(a: Array) -> Array:
    """Storage may be narrow; networks take int64, float32, uint8 (images) and bool only."""
    if a.dtype.kind in "iu" and a.dtype != np.uint8:
        return a.astype(np.int64, copy=False)
    return a.astype(np.float32, copy=False) if a.dtype.kind == "f" else a


def feed(
    columns: Mapping[str, Column], names: Iterable[str] | None = None, extra: int = 0, fill: int = 0
) -> dict[str, Array]:
    """Padded arrays for `names` (all by default); `k_len` [B] is made for every Ragged `k`."""
    wanted = None if names is None else set(names)
    out: dict[str, Array] = {}
    for k, c in columns.items():
        if wanted is None or k in wanted:
            out[k] = widen(c.pad(extra, fill) if isinstance(c, Ragged) else np.asarray(c))
        if isinstance(c, Ragged) and (wanted is None or k + "_len" in wanted):
            out[k + "_len"] = c.lengths
    if wanted is not None and wanted - out.keys():
        raise KeyError(f"the graph takes {sorted(wanted - out.keys())}, the columns have {sorted(columns)}")
    return out
