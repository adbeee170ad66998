"""Gradient-boosted trees in numpy alone: where in a table does something happen?"""

from __future__ import annotations

import numpy as np

from milepost.findings.guess import FINE, FOLDS, folds
from milepost.types import Array

TREES, DEPTH, RATE = 30, 4, 0.25
SOME = 4_000  # rows that choose the splits of a tree
TRIED = 12  # columns that are tried for a split
PULL = 3.0  # rows that pull the gain of a leaf towards 0


def chances(bins_NF: Array, event_N: Array) -> Array:
    """Return the chance of an event, out of fold, float64 [N], from columns in less than `FINE` parts.

    All nodes of a level split alike (Prokhorenkova et al. 2018), so a leaf is a number of `DEPTH` bits.
    """
    rng, fold_N = np.random.default_rng(0), folds(len(event_N))
    out_N = np.empty(len(event_N))
    for f in range(FOLDS):
        fit = np.flatnonzero(fold_N != f)
        out_N[fold_N == f] = _boosted(bins_NF, event_N, fit, rng)[fold_N == f]
    return out_N


def _boosted(bins_NF: Array, event_N: Array, fit: Array, rng: np.random.Generator) -> Array:
    share = (event_N[fit].sum() + 1) / (len(fit) + 2)
    logit_N = np.full(len(event_N), np.log(share / (1 - share)))
    for _ in range(TREES):
        p_N = 1 / (1 + np.exp(-logit_N))
        some = fit if len(fit) <= SOME else rng.choice(fit, SOME, replace=False)
        leaf_N = _grown(bins_NF, bins_NF[some], event_N[some] - p_N[some], rng)
        down = np.bincount(leaf_N[fit], (p_N * (1 - p_N))[fit], 1 << DEPTH) + 1
        logit_N += (RATE * np.bincount(leaf_N[fit], (event_N - p_N)[fit], 1 << DEPTH) / down)[leaf_N]
    return 1 / (1 + np.exp(-logit_N))


def _grown(bins_NF: Array, some_MF: Array, left_M: Array, rng: np.random.Generator) -> Array:
    """Grow a tree on M rows; return the leaf that each of all rows falls into, int64 [N]."""
    leaf_M, leaf_N = np.zeros(len(some_MF), np.int64), np.zeros(len(bins_NF), np.int64)
    for level in range(DEPTH):
        tried = rng.choice(bins_NF.shape[1], min(bins_NF.shape[1], TRIED), replace=False)
        f, cut = _split(some_MF[:, tried], leaf_M, left_M, 1 << level)
        leaf_M = 2 * leaf_M + (some_MF[:, tried[f]] > cut)
        leaf_N = 2 * leaf_N + (bins_NF[:, tried[f]] > cut)
    return leaf_N


def _split(bins_MF: Array, leaf_M: Array, left_M: Array, leaves: int) -> tuple[int, int]:
    """Return the column and the part after which a cut explains most of what is left."""
    columns = bins_MF.shape[1]
    place = (leaf_M[:, None] * FINE + bins_MF + np.arange(columns) * (leaves * FINE)).T.ravel()
    shape, size = (columns, leaves, FINE), columns * leaves * FINE
    sums = np.bincount(place, np.tile(left_M, columns), size).reshape(shape).cumsum(2)
    rows = np.bincount(place, minlength=size).reshape(shape).cumsum(2)
    above, rows_above = sums[:, :, -1:] - sums, rows[:, :, -1:] - rows
    gain = (sums**2 / (rows + PULL) + above**2 / (rows_above + PULL)).sum(1)[:, :-1]
    f, cut = np.unravel_index(int(gain.argmax()), gain.shape)
    return int(f), int(cut)
