"""Ragged tokens cut into windows and put together again, all texts at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from milepost.types import Array, Ragged


def heads(texts: Ragged, lengths: Array) -> Ragged:
    """Keep the first tokens of each text."""
    return stretches(texts, texts.offsets[:-1], lengths)


def stretches(texts: Ragged, starts: Array, lengths: Array) -> Ragged:
    """Return the stretch of every text from its start among all values on."""
    offsets = np.concatenate([[0], lengths.cumsum()]).astype(np.int64)
    where = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Ragged(texts.values[where], offsets)


def windows(texts: Ragged, longest: int) -> tuple[Ragged, Array]:
    """Cut every text into as few stretches as `longest` allows, alike in length; return them and the text of each."""
    count = np.maximum(1, -(-texts.lengths // longest))
    row = np.repeat(np.arange(len(texts)), count)
    place = np.arange(len(row)) - np.repeat(count.cumsum() - count, count)
    starts, stops = (texts.lengths[row] * (place + end) // count[row] for end in (0, 1))
    return stretches(texts, texts.offsets[:-1][row] + starts, stops - starts), row


def repeated(ids: Sequence[int], times: int) -> Ragged:
    """Return the same tokens for every text."""
    return Ragged(np.tile(np.array(ids, np.int32), times), np.arange(times + 1) * len(ids))


def filled(texts: Ragged, value: int) -> Ragged:
    """Return one value for every token."""
    return Ragged(np.full(len(texts.values), value, np.int32), texts.offsets)


def joined(parts: Sequence[Ragged | list[int]]) -> Ragged:
    """Join parts text by text; a list is the same for each."""
    texts = next(len(p) for p in parts if isinstance(p, Ragged))
    ragged = [p if isinstance(p, Ragged) else repeated(p, texts) for p in parts]
    offsets = np.concatenate([[0], np.sum([p.lengths for p in ragged], 0).cumsum()]).astype(np.int64)
    out, start = np.empty(offsets[-1], np.int32), offsets[:-1].copy()
    for part in ragged:
        out[np.repeat(start - part.offsets[:-1], part.lengths) + np.arange(len(part.values))] = part.values
        start += part.lengths
    return Ragged(out, offsets)
