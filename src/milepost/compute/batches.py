"""The order of training: a function of (seed, epoch), so that a killed run finds its place again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from milepost.types import Array, Columns, Ragged, size

POOL = 100  # batches sorted by length together


def lengths_of(columns: Columns) -> Array | None:
    """Return the length of every example, by which padding is saved; None where all are alike."""
    lengths = [c.lengths for c in columns.values() if isinstance(c, Ragged)]
    return np.max(lengths, 0) if lengths else None


def order(columns: Columns, batch: int, seed: int, start: int = 0) -> Iterator[Array]:
    """Yield the example indices [B] of every step from step `start` on, epoch after epoch, without end."""
    lengths, per_epoch = lengths_of(columns), steps_per_epoch(size(columns), batch)
    epoch, skip = divmod(start, per_epoch)
    while True:
        for i, index in enumerate(_epoch(size(columns), lengths, batch, seed, epoch)):
            if i >= skip:
                yield index
        epoch, skip = epoch + 1, 0


def steps_per_epoch(examples: int, batch: int) -> int:
    """Count the full batches of an epoch; the rest of a shuffle waits for the next one."""
    return max(1, examples // batch)


def _epoch(examples: int, lengths: Array | None, batch: int, seed: int, epoch: int) -> Iterator[Array]:
    rng = np.random.default_rng((seed, epoch))
    shuffled, count = rng.permutation(examples), steps_per_epoch(examples, batch)
    if lengths is None:
        yield from (shuffled[i * batch : (i + 1) * batch] for i in range(count))
        return
    shuffled = shuffled[: count * batch]
    for start in range(0, len(shuffled), POOL * batch):
        pool = shuffled[start : start + POOL * batch]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        yield from (pool[i * batch : (i + 1) * batch] for i in rng.permutation(-(-len(pool) // batch)))
