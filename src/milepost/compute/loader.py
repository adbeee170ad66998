"""Examples on disk -> batches on the device."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from milepost.numeric import stretches
from milepost.types import Array, Batch, Columns, Ragged, feed, lengths_of, size, take

LOOKED = 4096  # examples that are looked at together ...
CELLS = 1 << 13  # ... and their cells, where they differ in length
HELD = 2**30  # bytes of encoded examples that may stay in (device) memory


class Loader:
    """Give the batch at an index; small dense examples stay on the device, others are read as they come."""

    def __init__(self, columns: Columns, device: torch.device) -> None:
        self.columns, self.device = {k: c for k, c in columns.items() if k != "row"}, device
        dense = [c for c in self.columns.values() if not isinstance(c, Ragged)]
        fits = len(dense) == len(self.columns) and sum(c.nbytes for c in dense) <= HELD
        self.held = self._moved(feed(self.columns)) if fits else None

    def batch(self, index_B: Array) -> Batch:
        """Return the examples at `index_B`, padded, on the device."""
        if self.held is None:
            return self._moved(feed(take(self.columns, index_B)))
        where = torch.from_numpy(np.ascontiguousarray(index_B)).to(self.device)
        return {k: held.index_select(0, where) for k, held in self.held.items()}

    def pieces(self) -> Iterator[tuple[int, Array]]:
        """Yield the number of examples before a piece and the indices of its own, those of like length together."""
        length, count = lengths_of(self.columns), size(self.columns)
        if length is None:
            yield from ((start, np.arange(start, min(start + LOOKED, count))) for start in range(0, count, LOOKED))
            return
        order = np.argsort(length, kind="stable")
        for some in stretches(length[order], CELLS):
            yield some.start, order[some]

    def _moved(self, arrays: dict[str, Array]) -> Batch:
        tensors = {k: torch.from_numpy(np.array(a, order="C")) for k, a in arrays.items()}
        if self.device.type == "cpu":
            return tensors
        return {k: t.pin_memory().to(self.device, non_blocking=True) for k, t in tensors.items()}
