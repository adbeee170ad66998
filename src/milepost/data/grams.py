"""Words, runs of words and runs of characters of texts, as 64-bit hashes. A Chinese character is a word by itself.

What a text is made of is found by its script, character by character: no flag says which language it is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.types import Array

BLOCK = 1 << 19  # characters that are looked at together: they fit a processor's cache
MOST = 2 * BLOCK  # characters of one text that are read; what is longer is several texts in one
PRIME = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2^64
MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64 (Steele 2014)
GAP, WORD, ALONE = range(3)  # what a character is: between words, part of one, or a word by itself
BY_THEMSELVES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)
INSIDE = (3, 4)  # characters of a run inside a word, its ends counted as one each
INSIDE_BIT = np.uint64(1)
EVEN = ~INSIDE_BIT
SIGNS = 3  # words in a row, at most, where each is a single sign; 2 of others


class Words(NamedTuple):
    """The words of N texts, one after another."""

    hashes: Array  # uint64 [W]
    starts: Array  # int64 [W], places in the codes
    stops: Array  # int64 [W]
    alone: Array  # bool [W]: a word of one sign, of a script without spaces
    offsets: Array  # int64 [N + 1]
    sums: Array  # uint64, prefix sums of codes times powers: any stretch is hashed in one step


def blocks(texts: pl.Series) -> Iterator[pl.Series]:
    """Cut texts into stretches of about `BLOCK` characters, in order."""
    lengths = texts.str.len_chars().fill_null(0).to_numpy().astype(np.int64) + 1
    cut = np.flatnonzero(np.diff((lengths.cumsum() - lengths) // BLOCK)) + 1
    for start, stop in zip([0, *cut], [*cut, len(texts)], strict=True):
        if stop > start:
            yield texts[int(start) : int(stop)]


def words(texts: pl.Series) -> Words:
    """Find the words of N texts, in lower case, as far as they are read."""
    lower = [text[:MOST] for text in _lower(texts)]
    ends = np.fromiter(map(len, lower), np.int64, len(lower))
    ends = (ends + 1).cumsum() - 1  # a line feed parts the texts
    codes = np.frombuffer(("\n".join(lower) + "\n").encode("utf-32-le"), np.uint32)
    kind = _kinds()[np.minimum(codes, 0xFFFF)]
    word = kind == WORD
    alone = kind == ALONE
    before, after = np.concatenate([[False], word[:-1]]), np.concatenate([word[1:], [False]])
    starts, stops = np.flatnonzero(alone | (word & ~before)), np.flatnonzero(alone | (word & ~after)) + 1
    power, _ = _powers(_room(len(codes)))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * power[: len(codes)])])
    offsets = np.concatenate([[0], np.searchsorted(starts, ends)])
    return Words(_stretches(sums, starts, stops), starts, stops, alone[starts], offsets, sums)


def _lower(texts: pl.Series) -> list[str]:
    """Return texts in lower case; a lone one of ASCII without an expression, which takes 0.1 ms."""
    if len(texts) == 1 and (text := texts.item() or "").isascii():
        return [text.lower()]
    lower: list[str] = texts.fill_null("").str.to_lowercase().to_list()
    return lower


def runs(found: Words) -> tuple[Array, Array]:
    """Return a hash of every word, of words in a row and of characters in a row inside a word, and the text of each.

    The lowest bit of a hash tells which it is: 1 = inside a word.
    """
    text = np.repeat(np.arange(len(found.offsets) - 1), np.diff(found.offsets))
    parts, joined = [(found.hashes & EVEN, text)], found.hashes
    for behind in range(1, SIGNS):
        at = np.arange(behind, len(text))[text[behind:] == text[: max(0, len(text) - behind)]]
        if behind > 1:
            at = at[found.alone[at] & found.alone[at - 1] & found.alone[at - 2]]
        longer = np.zeros_like(joined)
        longer[at] = mixed(found.hashes[at] + joined[at - 1] * PRIME)
        joined = longer
        parts.append((longer[at] & EVEN, text[at]))
    inside = [_inside(found, text, n) for n in INSIDE]
    parts += [(hashes | INSIDE_BIT, owner) for hashes, owner in inside]
    hashes, owners = zip(*parts, strict=True)
    return np.concatenate(hashes), np.concatenate(owners)


def _inside(found: Words, text: Array, n: int) -> tuple[Array, Array]:
    """Hash every run of `n` characters inside a word with its ends; return the hashes and the text of each."""
    length = found.stops - found.starts
    many = np.where(found.alone | (length + 2 <= n), 0, length + 3 - n)  # a run as long as all is the word itself
    word = np.repeat(np.arange(len(length)), many)
    first = np.arange(len(word)) - np.repeat(many.cumsum() - many, many)  # 0 takes in the end before the word
    last = first + n == length[word] + 2
    start = found.starts[word] + np.maximum(first - 1, 0)
    stop = found.starts[word] + first - 1 + n - last
    ends = (first == 0).astype(np.uint64) + last * np.uint64(2) + np.uint64(4 * n)
    return mixed(_stretches(found.sums, start, stop) + ends * MIX[1]), text[word]


def _stretches(sums: Array, starts: Array, stops: Array) -> Array:
    """Hash the codes from each start to its stop, wherever they stand."""
    _, inverse = _powers(_room(len(sums) - 1))
    return mixed((sums[stops] - sums[starts]) * inverse[starts])


def mixed(hashes: Array) -> Array:
    """Spread hashes evenly over 64 bits."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * MIX[1]
    return hashes ^ (hashes >> np.uint64(31))


def _room(codes: int) -> int:
    """Return how many powers are made: few sizes are kept."""
    return max(BLOCK, 1 << codes.bit_length())


@cache
def _kinds() -> Array:
    """Return what each character of the basic plane is; those beyond it count as its last, a word by itself."""
    kind = np.array([WORD if chr(c).isalnum() else GAP for c in range(1 << 16)], np.uint8)
    for low, high in BY_THEMSELVES:
        kind[low : high + 1] = np.where(kind[low : high + 1] == WORD, ALONE, GAP)
    kind[0xFFFF] = ALONE
    return kind


@cache
def _powers(n: int) -> tuple[Array, Array]:
    inverse = np.uint64(pow(int(PRIME), -1, 1 << 64))
    ones = np.ones(1, np.uint64)
    power, back = (np.concatenate([ones, np.full(n, p).cumprod(dtype=np.uint64)]) for p in (PRIME, inverse))
    return power, back
