"""Texts that say nearly the same: MinHash (Broder 1997) finds candidates, exact Jaccard decides."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from milepost.data.grams import PRIME, blocks, mixed, words
from milepost.findings.base import Look, joined
from milepost.types import Array, Finding, Ragged

NEAR = 0.8  # Jaccard similarity of the shingles of two texts from which they say nearly the same
BANDS, DEPTH = 12, 5  # 1 - (1 - 0.8^5)^12 = 0.991 of the pairs at 0.8 are found, 0.03 of those at 0.3
REACH = 8  # neighbours in a bucket that a text is compared with, beside the first: boilerplate stays linear
STEP = 1 << 14  # pairs that are compared at once
FEW = 5  # rows that are named
SLIGHT = 0.01  # share of a side that was carved from the data, below which what is nearly in train too is no worry


def notice_near(look: Look) -> list[Finding]:
    """Report rows whose text is nearly that of an earlier training row; exact copies of whole rows are left out."""
    table, side_N, row_N = joined(look)
    first = table.select(pl.struct(pl.all()).is_first_distinct()).to_series().to_numpy()
    out = list[Finding]()
    for name in table.columns:
        if look.types.get(name) == "text" and table[name].dtype == pl.String:
            out += _column(look, name, table[name].filter(pl.Series(first)), side_N[first], row_N[first])
    return out


def _column(look: Look, name: str, texts: pl.Series, side_N: Array, row_N: Array) -> list[Finding]:
    left, right = pairs(texts)
    in_train, out = side_N[left] == "train", list[Finding]()
    for side in ("train", "valid", "test"):
        again = np.unique(right[in_train & (side_N[right] == side)])
        if not len(again):
            continue
        n, rows = len(again), tuple(np.sort(row_N[again])[:FEW].tolist())
        what, fix = f"{n:,} rows have nearly the same `{name}` as an earlier row", "remove all but one of each"
        if side != "train":
            what = f"{n:,} rows of {side} have nearly the same `{name}` as a row of train; scores on them flatter"
            fix = "remove them from one side"
        if look.totals[side] > look.sides[side].height:
            what = f"{what} (among {look.sides[side].height:,} of {look.totals[side]:,} rows)"
        carved = not np.isin(row_N[side_N == side], row_N[side_N == "train"]).any()  # from one file with train
        slight = side == "train" or (carved and n < SLIGHT * look.sides[side].height)
        where = f"column {name}" if side == "train" else side
        out.append(Finding("near_duplicates", where, what, fix, "info" if slight else "warning", n, rows))
    return out


def pairs(texts: pl.Series) -> tuple[Array, Array]:
    """Return the places (first, later) of texts whose shingles have a Jaccard similarity of `NEAR` or more."""
    bands = [sign(shingles(block)) for block in blocks(texts)]
    left, right = candidates(np.concatenate([np.zeros((0, BANDS), np.uint32), *bands]))
    near = np.zeros(len(left), bool)
    for start in range(0, len(left), STEP):  # what is no candidate is not looked at twice, nor kept
        some = slice(start, start + STEP)
        place, index = np.unique(np.concatenate([left[some], right[some]]), return_inverse=True)
        found = shingles(texts.gather(place))
        near[some] = jaccard(found, *index.reshape(2, -1)) >= NEAR
    return left[near], right[near]


def shingles(texts: pl.Series) -> Ragged:
    """Return a hash of every two neighbouring words, lower-case, of N texts; a Chinese character is a word."""
    found = words(texts)
    previous = np.concatenate([found.hashes[:1], found.hashes[:-1]])
    previous[found.offsets[:-1][np.diff(found.offsets) > 0]] = 0
    return Ragged(mixed(found.hashes + previous * PRIME), found.offsets)


def sign(found: Ragged) -> Array:
    """Return a hash of every band of the MinHash signature of N texts, uint32 [N, BANDS]: 48 bytes a text."""
    out = np.zeros((len(found), BANDS), np.uint32)
    full = np.flatnonzero(found.lengths)
    if not len(full):
        return out
    starts, low = found.offsets[full], (found.values >> np.uint64(32)).astype(np.uint32)
    for band, keys in enumerate(_keys().reshape(BANDS, DEPTH, 2)):
        joined = np.zeros(len(full), np.uint64)
        for factor, start in keys:
            joined = mixed(joined * PRIME + np.minimum.reduceat(low * factor + start, starts))
        out[full, band] = joined >> np.uint64(32)
    return out


def candidates(bands_NB: Array) -> tuple[Array, Array]:
    """Return the places (first, later) of texts that share a band: each with the first of its bucket and neighbours."""
    found, place, n = list[Array](), np.flatnonzero(bands_NB.any(1)), len(bands_NB)
    for band in bands_NB.T:
        order = place[np.argsort(band[place], kind="stable")]
        same = np.diff(band[order]) == 0
        first = np.maximum.accumulate(np.where(np.concatenate([[True], ~same]), np.arange(len(order)), 0))[: len(order)]
        behind = np.flatnonzero(first < np.arange(len(order)))
        found.append(order[first[behind]] * n + order[behind])
        for step in range(1, REACH):
            behind = behind[behind - step > first[behind]]
            if not len(behind):
                break
            found.append(order[behind - step] * n + order[behind])
    both = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    return both // max(n, 1), both % max(n, 1)


def jaccard(found: Ragged, left: Array, right: Array) -> Array:
    """Return the share of shingles that texts `left` and `right` have in common, [pairs]."""
    sides = [found.take(side) for side in (left, right)]
    pair = [np.repeat(np.arange(len(r)), r.lengths) for r in sides]
    union = _distinct_of(np.concatenate(pair), np.concatenate([r.values for r in sides]))
    single = [_distinct_of(p, r.values) for p, r in zip(pair, sides, strict=True)]
    a, b, either = (np.bincount(p, minlength=len(left)) for p in (*single, union))
    return (a + b - either) / np.maximum(either, 1)


def _distinct_of(group: Array, values: Array) -> Array:
    """Return the group of every distinct (group, value)."""
    order = np.lexsort((values, group))
    g, v = group[order], values[order]
    return g[np.concatenate([[True], (np.diff(g) != 0) | (np.diff(v) != 0)])[: len(g)]]


@cache
def _keys() -> Array:
    """Return an odd factor and a summand for each hash function, uint32 [BANDS * DEPTH, 2]."""
    keys = np.random.default_rng(0).integers(0, 1 << 32, (BANDS * DEPTH, 2), np.uint32)
    keys[:, 0] |= np.uint32(1)
    return keys
