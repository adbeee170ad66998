"""What is kept of a stream: exact where it is small, near where it is large."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.sketch import Distinct, RowSample, Stretches, Sums

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=60)


@settings(max_examples=50, deadline=None)
@given(st.lists(HASHES, max_size=6))
def test_distinct_is_exact_below_its_limit(pieces: list[list[int]]) -> None:
    counter = Distinct(400)
    for piece in pieces:
        counter.add(np.array(piece, np.uint64))
    assert counter.exact and counter.count() == len({h for p in pieces for h in p})


def test_distinct_is_near_above_its_limit() -> None:
    counter, hashes = Distinct(2000), np.random.default_rng(0).integers(0, 2**64, 100_000, np.uint64)
    for piece in np.array_split(np.concatenate([hashes, hashes]), 30):
        counter.add(piece)
    assert not counter.exact and counter.count() == pytest.approx(100_000, rel=0.1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60), st.lists(st.integers(0, 60), max_size=3))
def test_sums_are_exact(cells: list[float], cuts: list[int]) -> None:
    sums, ends = Sums([0]), sorted({0, len(cells), *(min(c, len(cells)) for c in cuts)})
    for a, b in pairwise(ends):
        sums.add(np.array(cells[a:b]).reshape(-1, 1))
    finite = [min(max(c, -(2.0**900)), 2.0**900) for c in cells if np.isfinite(c)]
    assert sums.means()[0] == (float(sum(map(Fraction, finite)) / len(finite)) if finite else 0.0)


def test_a_sample_is_of_all_rows_whatever_the_cut() -> None:
    rows = np.arange(5000.0)[:, None]
    whole, cut = RowSample(1, 100), RowSample(1, 100)
    whole.add(rows)
    for piece in np.array_split(rows, 37):
        cut.add(piece)
    np.testing.assert_array_equal(whole.rows(), cut.rows())
    assert len(whole.rows()) == 100 and abs(whole.rows().mean() - 2500) < 3 * 1443 / 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), max_size=100), st.lists(st.integers(0, 100), max_size=4))
def test_stretches_cover_all_rows(missing: list[bool], cuts: list[int]) -> None:
    stretches, ends = Stretches(1, 8), sorted({0, len(missing), *(min(c, len(missing)) for c in cuts)})
    for a, b in pairwise(ends):
        stretches.add(np.array(missing[a:b], bool).reshape(-1, 1))
    step = stretches.step
    expected = [np.mean(missing[i : i + step]) for i in range(0, len(missing), step)]
    assert len(expected) <= 8 and stretches.shares()[:, 0].tolist() == pytest.approx(expected)
