"""How many values differ: exact for few, near for many, the same however they come."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.variety import KEPT, joined, kept_of, mixed, sketch

VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=80)


def of(values: list[int], kept: int):  # type: ignore[no-untyped-def]
    return sketch(mixed(np.array(values, float)), None, kept)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(4, 60))
def test_pieces_make_the_whole(pieces: list[list[int]], kept: int) -> None:
    whole = of([value for piece in pieces for value in piece], kept)
    cut = joined([of(piece, kept) for piece in pieces], kept)
    np.testing.assert_array_equal(whole.hashes, cut.hashes)
    np.testing.assert_array_equal(whole.counts, cut.counts)


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_few_values_are_counted_exactly(values: list[int]) -> None:
    found, counts = of(values, 512), Counter(values)
    assert found.distinct(512) == len(counts) and sorted(found.counts.tolist()) == sorted(counts.values())
    assert found.repeats == (max(counts.values()) > 1)


def test_many_values_are_estimated() -> None:
    found = sketch(mixed(np.arange(100_000.0)), None, KEPT)
    assert len(found.hashes) == KEPT and found.distinct(KEPT) == pytest.approx(100_000, rel=0.15) and not found.repeats


def test_counts_may_come_along() -> None:
    hashes = mixed(np.array([1.0, 2.0, 1.0]))
    assert sorted(sketch(hashes, np.array([5, 1, 2]), 9).counts.tolist()) == [1, 7]


def test_both_zeros_are_one_value_and_wide_tables_keep_less() -> None:
    assert mixed(np.array([0.0]))[0] == mixed(np.array([-0.0]))[0]
    assert kept_of(10) == KEPT and 16 <= kept_of(50_000) < 64
