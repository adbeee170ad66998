"""How many values differ, in bounded memory: the values with the least hashes, each with its count (Cohen 1997)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from milepost.types import Array

KEPT = 512  # different values of a column: the number of all others is known to 4 %
WIDE = 4_000  # columns after which fewer are kept
END = 2.0**64


class Sketch(NamedTuple):
    """The least hashes among the values seen, increasing, and how often each was seen."""

    hashes: Array  # uint64 [<= kept]
    counts: Array  # int64

    def distinct(self, kept: int) -> int:
        """Return how many values differ: exactly where all are kept, else by how close the kept ones lie."""
        full = len(self.hashes) >= kept
        return round((kept - 1) * END / float(self.hashes[-1])) if full else len(self.hashes)

    @property
    def repeats(self) -> bool:
        """Tell whether a kept value was seen twice."""
        return bool((self.counts > 1).any())


NOTHING = Sketch(np.empty(0, np.uint64), np.empty(0, np.int64))


def kept_of(columns: int) -> int:
    """Return how many hashes a column may keep where there are that many columns."""
    return KEPT if columns <= WIDE else max(16, KEPT * WIDE // columns)


def sketch(hashes: Array, counts: Array | None, kept: int) -> Sketch:
    """Keep the least of hashes, [N], that stand for one value each, or for `counts` of them."""
    if len(hashes) > 8 * kept:
        near = hashes <= np.uint64(4 * kept / len(hashes) * END)
        few = _grouped(hashes[near], None if counts is None else counts[near])
        if len(few.hashes) >= kept:
            return Sketch(few.hashes[:kept], few.counts[:kept])
    every = _grouped(hashes, counts)
    return Sketch(every.hashes[:kept], every.counts[:kept])


def joined(sketches: Iterable[Sketch], kept: int) -> Sketch:
    """Return the sketch of all that several have seen."""
    parts = list(sketches)
    if len(parts) == 1:
        return Sketch(parts[0].hashes[:kept], parts[0].counts[:kept])
    hashes, counts = (np.concatenate(c) for c in zip(*parts, strict=True))
    return sketch(hashes, counts, kept)


def _grouped(hashes: Array, counts: Array | None) -> Sketch:
    if counts is None:
        return Sketch(*np.unique(hashes, return_counts=True))
    found, place = np.unique(hashes, return_inverse=True)
    return Sketch(found, np.bincount(place, counts, len(found)).astype(np.int64))


def mixed(numbers: Array) -> Array:
    """Hash float64 numbers (the finalizer of splitmix64)."""
    x = (numbers + 0.0).view(np.uint64)  # -0 is 0
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
