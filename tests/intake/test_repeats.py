"""Rows that are there twice: the same as a slow count finds, in memory that does not grow."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.intake import repeats

HASHES = st.lists(st.sampled_from([0, 1, 2**63, 2**64 - 1, 2**62 + 5]))


@pytest.fixture(params=[3, 2_000_000], autouse=True, scope="module")
def at_once(request: pytest.FixtureRequest) -> None:
    """Few hashes at once make many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "AT_ONCE", request.param)
        yield


@given(HASHES)
def test_copies_are_counted_as_by_hand(values: list[int]) -> None:
    seen, expected = Counter[int](), list[int]()
    for v in values:
        expected.append(seen[v])
        seen[v] += 1
    assert repeats.copies(np.array(values, np.uint64)).tolist() == expected


@given(HASHES, HASHES)
def test_rows_among_others(values: list[int], others: list[int]) -> None:
    found = repeats.among(np.array(values, np.uint64), np.array(others, np.uint64))
    assert found.tolist() == [i for i, v in enumerate(values) if v in others]
