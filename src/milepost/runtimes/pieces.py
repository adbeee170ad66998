"""A network run over many examples of uneven length, a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from milepost.numeric import stretches
from milepost.types import Array, Columns, Run, lengths_of, size, take

CELLS = 1 << 13  # of the longest input, padding included, that are run at once


def in_pieces(run: Run, columns: Columns, graph: str = "forward", cells: int = CELLS) -> dict[str, Array]:
    """Return what `run` does, in the order of the examples, running those of like length together."""
    if size(columns) == 1:
        return run(columns, graph)
    out: dict[str, Array] = {}
    for index in pieces(columns, cells):
        for name, found in run(take(columns, index), graph).items():
            if name not in out:
                out[name] = np.empty((size(columns), *found.shape[1:]), found.dtype)
            out[name][index] = found
    return out


def pieces(columns: Columns, cells: int) -> Iterator[Array]:
    """Yield indices of examples, the shortest first, so that each piece padded has `cells` at most, or one example."""
    length = lengths_of(columns)
    if length is None:
        length = np.ones(size(columns), np.int64)
    order = np.argsort(length, kind="stable")
    yield from (order[some] for some in stretches(length[order], cells))
