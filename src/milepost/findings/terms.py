"""Guess the class of every text from the others by its weighted terms: ridge regression, each row left out in turn.

Shape letters: N texts, V terms, M texts that are learned from, K classes, E terms of texts, one after another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.data.vocabulary import Vocabulary
from milepost.types import Array, Ragged

HEAD = 2_000  # characters of a text that are read
LEARNED = 2_000  # texts that are learned from: their products are inverted, which grows with the cube
PENALTY = 1.0
COMMON = 60  # texts from which a term has a column of its own
COLUMNS, PAIRS, ROWS = 2_048, 1 << 19, 512  # that are in memory at once


class Entries(NamedTuple):
    """The terms of some texts."""

    row_E: Array  # int64, less than M
    term_E: Array  # int64, less than V
    weight_E: Array  # float32


def told_by_terms(texts: pl.Series, y_N: Array, classes: int) -> Array:
    """Return how well each of N texts fits every class, float32 [N, K], by others alone; a row adds up to 0.

    A row that is learned from is left out in closed form (Golub, Heath and Wahba 1979).
    """
    head = texts.cast(pl.String).fill_null("").str.slice(0, HEAD)
    learned = np.sort(np.random.default_rng(0).permutation(len(head))[:LEARNED])
    vocabulary = Vocabulary.of([[head.gather(learned)]])
    some, terms = _entries(vocabulary, head.gather(learned)), max(1, vocabulary.size)
    y_MK = np.eye(classes, dtype=np.float32)[y_N[learned]]
    y_MK -= y_MK.mean(0)
    inverse_MM = _inverse(products(some, len(learned), terms))
    dual_MK = inverse_MM @ y_MK
    weight_VK = _weights(some, dual_MK, terms)
    parts = [head[start : start + ROWS] for start in range(0, len(head), ROWS)]
    out_NK = np.concatenate([_answers(_entries(vocabulary, part), len(part), weight_VK) for part in parts])
    out_NK -= out_NK[learned].mean(0)
    out_NK[learned] = y_MK - dual_MK / np.diag(inverse_MM)[:, None]
    return out_NK.astype(np.float32)


def _entries(vocabulary: Vocabulary, texts: pl.Series) -> Entries:
    found = vocabulary.encode([texts])
    term, weight = found["term"], found["weight"]
    assert isinstance(term, Ragged) and isinstance(weight, Ragged)
    return Entries(np.repeat(np.arange(len(texts)), term.lengths), term.values.astype(np.int64), weight.values)


def products(some: Entries, rows: int, terms: int) -> Array:
    """Return the products of every two texts, float32 [M, M]: common terms as a matrix, rare ones pair by pair."""
    out_MM = np.zeros((rows, rows), np.float32)
    count_V = np.bincount(some.term_E, minlength=terms)
    common = np.flatnonzero(count_V >= COMMON)
    place_V = np.full(terms, -1)
    place_V[common] = np.arange(len(common))
    place_E = place_V[some.term_E]
    for start in range(0, len(common), COLUMNS):
        dense = np.zeros((rows, COLUMNS), np.float32)
        here_E = (place_E >= start) & (place_E < start + COLUMNS)
        dense[some.row_E[here_E], place_E[here_E] - start] = some.weight_E[here_E]
        out_MM += dense @ dense.T
    _add_pairs(out_MM, Entries(*(values[place_E < 0] for values in some)))
    return out_MM


def _add_pairs(out_MM: Array, rare: Entries) -> None:
    """Add the products of all pairs of texts that share a term."""
    order = np.argsort(rare.term_E, kind="stable")
    row_E, weight_E = rare.row_E[order], rare.weight_E[order]
    _, start, many = np.unique(rare.term_E[order], return_index=True, return_counts=True)
    many_E, start_E = np.repeat(many, many), np.repeat(start, many)
    before_E = many_E.cumsum() - many_E  # pairs of the entries before
    cuts = np.searchsorted(before_E, np.arange(0, int(many_E.sum()) + PAIRS, PAIRS))
    for first, last in pairwise(np.unique(np.append(cuts, len(row_E))).tolist()):
        left = np.repeat(np.arange(first, last), many_E[first:last])
        right = np.arange(len(left)) - (before_E - before_E[first] - start_E)[left]
        np.add.at(out_MM.reshape(-1), row_E[left] * len(out_MM) + row_E[right], weight_E[left] * weight_E[right])


def _inverse(gram_MM: Array) -> Array:
    """Return the inverse of centred products and the penalty."""
    middle_M = gram_MM.mean(0)
    gram_MM = gram_MM - middle_M - middle_M[:, None] + middle_M.mean()
    gram_MM[np.diag_indices(len(gram_MM))] += PENALTY
    return np.linalg.inv(gram_MM)


def _weights(some: Entries, dual_MK: Array, terms: int) -> Array:
    """Return what every term says for every class, [V, K]."""
    sums = [np.bincount(some.term_E, some.weight_E * dual_M[some.row_E], terms) for dual_M in dual_MK.T]
    return np.stack(sums, axis=1)


def _answers(every: Entries, rows: int, weight_VK: Array) -> Array:
    sums = [np.bincount(every.row_E, every.weight_E * w_V[every.term_E], rows) for w_V in weight_VK.T]
    return np.stack(sums, axis=1)
