"""The order of training: a function of (seed, epoch), so that a killed run finds its place again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from milepost.numeric import stretches
from milepost.types import Array, Columns, lengths_of, size

POOL = 100  # batches sorted by length together


def order(columns: Columns, batch: int, seed: int, start: int = 0) -> Iterator[Array]:
    """Yield the example indices [B] of every step from step `start` on, epoch after epoch, without end.

    B is `batch`; where examples differ in length, as many as have together the cells of `batch` usual ones.
    """
    lengths, skip = lengths_of(columns), start
    for epoch in count():
        batches = _epoch(size(columns), lengths, batch, seed, epoch)
        yield from batches[skip:]
        skip = max(0, skip - len(batches))


def steps_per_epoch(columns: Columns, batch: int, seed: int) -> int:
    """Count the batches of an epoch: the first, from which others hardly differ."""
    return len(_epoch(size(columns), lengths_of(columns), batch, seed, 0))


def cells_of(columns: Columns, batch: int) -> int:
    """Return the cells, padding included, that a batch may have: those of `batch` examples of the mean length."""
    lengths = lengths_of(columns)
    return batch if lengths is None else max(1, round(batch * float(np.maximum(1, lengths).mean())))


def _epoch(examples: int, lengths: Array | None, batch: int, seed: int, epoch: int) -> list[Array]:
    """Return the batches of an epoch; where all are full, the rest of the shuffle waits for the next one."""
    rng = np.random.default_rng((seed, epoch))
    shuffled = rng.permutation(examples)
    if lengths is None:
        return [shuffled[i * batch : (i + 1) * batch] for i in range(max(1, examples // batch))]
    cells, out = max(1, round(batch * float(np.maximum(1, lengths).mean()))), list[Array]()
    for start in range(0, examples, POOL * batch):
        pool = shuffled[start : start + POOL * batch]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        cut = [pool[some] for some in stretches(lengths[pool], cells)]
        out += [cut[i] for i in rng.permutation(len(cut))]
    return out
