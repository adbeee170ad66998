"""Texts as weighted terms (TF-IDF, Salton and Buckley 1988): words, words in a row, and characters in a row.

Shape letters: N texts, V terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, Self

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.data.asset import Asset
from milepost.data.grams import BLOCK, EVEN, INSIDE_BIT, mixed, runs, words
from milepost.types import Array, Columns, Ragged

TERMS = 1 << 18  # kept, the commonest
TWICE = 2  # texts that hold a term, at least, for it to tell something of others
INSIDE_SHARE = 1.0  # length of the part of characters beside that of words: 0.5 to 1 do alike
APART = np.uint64(0xD6E8FEB86659FD93)  # sets the terms of a second text apart from those of the first
DTYPES = (np.int32, np.float32, np.int64)  # of terms, of weights, of how many a text has
LEAST = 1 << 20  # terms that are merged at once


class Vocabulary(BaseModel):
    """The terms that training texts share, by hash, and how rare they are."""

    kind: Literal["words"] = "words"
    keys: Asset  # uint64 [V], increasing
    rarity: Asset  # float32 [V], ln((1 + texts) / (1 + texts with the term)) + 1

    @classmethod
    def of(cls, batches: Iterable[Sequence[pl.Series]]) -> Self:
        """Learn the terms of training texts, one or two columns of them."""
        counts, texts = _Counts(), 0
        for columns in batches:
            texts += len(columns[0])
            for some in _blocks(columns):
                counts.add(_terms(some)[0])
        keys, count = counts.most(TERMS)
        rarity = np.log((1 + texts) / (1 + count)) + 1
        return cls(
            keys=Asset(file="terms.bin", content=keys.tobytes()),
            rarity=Asset(file="rarity.bin", content=rarity.astype(np.float32).tobytes()),
        )

    @cached_property
    def _keys(self) -> Array:
        return np.frombuffer(self.keys.content, np.uint64)

    @cached_property
    def _rarity(self) -> Array:
        return np.frombuffer(self.rarity.content, np.float32)

    @property
    def size(self) -> int:
        """V."""
        return len(self._keys)

    def encode(self, columns: Sequence[pl.Series]) -> Columns:
        """Return the place of every term of N texts, `term` Ragged int32, and its weight, `weight` Ragged float32."""
        parts = [self._encoded(some) for some in _blocks(columns)]
        term, weight, many = (
            np.concatenate(p).astype(t) for t, p in zip(DTYPES, zip(*parts, strict=True), strict=True)
        )
        offsets = np.concatenate([[0], many.cumsum()])
        return {"term": Ragged(term, offsets), "weight": Ragged(weight, offsets)}

    def _encoded(self, columns: Sequence[pl.Series]) -> tuple[Array, Array, Array]:
        """Return the terms of texts, their weights, and how many each text has."""
        value, owner, count = _terms(columns)
        place = np.minimum(np.searchsorted(self._keys, value), max(0, self.size - 1))
        known = self._keys[place] == value if self.size else np.zeros(len(value), bool)
        place, owner, count, inside = place[known], owner[known], count[known], (value[known] & INSIDE_BIT) == 1
        weight = (1 + np.log(count)) * self._rarity[place]
        part = owner * 2 + inside
        length = np.sqrt(np.bincount(part, weight * weight, 2 * len(columns[0])))
        weight *= np.where(inside, INSIDE_SHARE, 1.0) / length[part]
        order = np.argsort(owner, kind="stable")
        return place[order], weight[order], np.bincount(owner, minlength=len(columns[0]))


class _Counts:
    """How many texts hold each term; merged now and then, so that memory stays near what is distinct."""

    def __init__(self) -> None:
        self.keys, self.count = np.empty(0, np.uint64), np.empty(0, np.int64)
        self.fresh, self.waiting = list[Array](), 0

    def add(self, value: Array) -> None:
        """Take in the different terms of texts, each as often as there are texts that hold it."""
        self.fresh.append(value)
        self.waiting += len(value)
        if self.waiting > max(LEAST, len(self.keys)):
            self._merge()

    def _merge(self) -> None:
        keys, count = np.unique(np.concatenate([np.empty(0, np.uint64), *self.fresh]), return_counts=True)
        both = np.concatenate([self.keys, keys])
        self.keys, place = np.unique(both, return_inverse=True)
        self.count = np.bincount(place, np.concatenate([self.count, count]), len(self.keys)).astype(np.int64)
        self.fresh, self.waiting = [], 0

    def most(self, terms: int) -> tuple[Array, Array]:
        """Return the terms that most texts hold, two at least, by hash, and the number of texts."""
        self._merge()
        known = np.flatnonzero(self.count >= TWICE)
        if len(known) > terms:
            known = np.sort(known[np.lexsort((self.keys[known], -self.count[known]))[:terms]])
        return self.keys[known], self.count[known]


def _blocks(columns: Sequence[pl.Series]) -> Iterator[list[pl.Series]]:
    """Cut texts into stretches of about `BLOCK` characters, all columns alike."""
    if len(columns[0]) == 1:
        yield list(columns)
        return
    lengths = sum(c.str.len_chars().fill_null(0).to_numpy().astype(np.int64) + 1 for c in columns)
    cut = np.flatnonzero(np.diff((np.cumsum(lengths) - lengths) // BLOCK)) + 1
    for start, stop in zip([0, *cut], [*cut, len(columns[0])], strict=True):
        yield [c[int(start) : int(stop)] for c in columns]


def _terms(columns: Sequence[pl.Series]) -> tuple[Array, Array, Array]:
    """Return the different terms of each text, which text it is, and how often each is there."""
    found = [runs(words(c)) for c in columns]
    apart = [
        value if i == 0 else (mixed(value + APART) & EVEN) | (value & INSIDE_BIT) for i, (value, _) in enumerate(found)
    ]
    value, place = np.unique(np.concatenate(apart), return_inverse=True)
    pair = np.concatenate([owner for _, owner in found]) * len(value) + place
    pair, count = np.unique(pair, return_counts=True)
    owner, place = np.divmod(pair, max(1, len(value)))
    return value[place], owner, count
