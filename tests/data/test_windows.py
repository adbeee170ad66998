"""Ragged tokens cut and joined, against lists of Python."""

from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from milepost.data.windows import filled, heads, joined, repeated, stretches, windows
from milepost.types import Ragged

ROWS = st.lists(st.lists(st.integers(0, 99), max_size=20), min_size=1, max_size=6)


def ragged(rows: list[list[int]]) -> Ragged:
    return Ragged.of(rows, np.int32)


def lists(found: Ragged) -> list[list[int]]:
    assert found.offsets[0] == 0 and found.offsets[-1] == len(found.values)
    return [found[i].tolist() for i in range(len(found))]


@given(ROWS, st.integers(1, 7))
def test_windows_are_few_alike_and_the_whole_text(rows: list[list[int]], longest: int) -> None:
    found, row = windows(ragged(rows), longest)
    of = [[w for w, r in zip(lists(found), row, strict=True) if r == i] for i in range(len(rows))]
    assert row.tolist() == sorted(row.tolist())
    for text, parts in zip(rows, of, strict=True):
        assert list(chain(*parts)) == text
        assert len(parts) == max(1, -(-len(text) // longest))
        assert max(map(len, parts)) <= longest and max(map(len, parts)) - min(map(len, parts)) <= 1


@given(ROWS, st.data())
def test_stretches_and_heads_are_slices(rows: list[list[int]], data: st.DataObject) -> None:
    starts = [data.draw(st.integers(0, len(r))) for r in rows]
    lengths = [data.draw(st.integers(0, len(r) - s)) for r, s in zip(rows, starts, strict=True)]
    text = ragged(rows)
    found = stretches(text, text.offsets[:-1] + starts, np.array(lengths))
    assert lists(found) == [r[s : s + n] for r, s, n in zip(rows, starts, lengths, strict=True)]
    assert lists(heads(text, np.array(lengths))) == [r[:n] for r, n in zip(rows, lengths, strict=True)]


@given(ROWS, st.lists(st.integers(0, 99), max_size=3))
def test_parts_are_joined_text_by_text(rows: list[list[int]], between: list[int]) -> None:
    back = [r[::-1] for r in rows]
    found = joined([between, ragged(rows), between, ragged(back), []])
    assert lists(found) == [between + r + between + b for r, b in zip(rows, back, strict=True)]
    assert found.values.dtype == np.int32
    assert lists(repeated(between, 3)) == [between] * 3
    assert lists(filled(ragged(rows), 7)) == [[7] * len(r) for r in rows]


def test_no_texts_have_no_windows() -> None:
    found, row = windows(ragged([]), 5)
    assert len(found) == len(row) == 0
    assert len(joined([[1], found, [2]])) == 0
