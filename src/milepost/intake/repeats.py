"""Rows that are there twice, found by their 8-byte hashes in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from milepost.types import Array

MOST = np.iinfo(np.uint16).max
AT_ONCE = 1_000_000  # hashes that are sorted in one go: 8 MB, and as much for their order


def copies(hash_N: Array) -> Array:
    """Return for every row how many equal rows stand before it, uint16 [N]; `hash_N` is uint64, maybe on disk.

    From 65,535 on they are no longer told apart.
    """
    out = np.zeros(len(hash_N), np.uint16)
    for index in partitions(hash_N):
        order = np.argsort(hash_N[index], kind="stable")
        ordered = hash_N[index][order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else order
        lengths = np.diff(np.concatenate([first, [len(ordered)]]))
        out[index[order]] = np.minimum(np.arange(len(ordered)) - np.repeat(first, lengths), MOST)
    return out


def among(hash_N: Array, others_M: Array) -> Array:
    """Return the places of the rows of `hash_N` that are among `others_M` too, int64, increasing."""
    shift = _shift(max(len(hash_N), len(others_M)))
    found = [
        index[np.isin(hash_N[index], others_M[_of(others_M, part, shift)])] for part, index in _parts(hash_N, shift)
    ]
    return np.sort(np.concatenate([np.empty(0, np.int64), *found]))


def partitions(hash_N: Array) -> Iterator[Array]:
    """Yield places, int64, so that equal hashes come together and no part is large."""
    return (index for _, index in _parts(hash_N, _shift(len(hash_N))))


def _shift(rows: int) -> int:
    """Return the leading bits of a hash that tell parts of AT_ONCE rows from each other."""
    return max(0, int(np.ceil(np.log2(max(1, rows) / AT_ONCE))))


def _parts(hash_N: Array, bits: int) -> Iterator[tuple[int, Array]]:
    return ((part, _of(hash_N, part, bits)) for part in range(1 << bits))


def _of(hash_N: Array, part: int, bits: int) -> Array:
    """Return the places of hashes whose leading bits are `part`, scanned a stretch at a time."""
    if not bits:
        return np.arange(len(hash_N))
    starts = range(0, len(hash_N), AT_ONCE)
    found = [np.flatnonzero(hash_N[s : s + AT_ONCE] >> np.uint64(64 - bits) == part) + s for s in starts]
    return np.concatenate([np.empty(0, np.int64), *found])
