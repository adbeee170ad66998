"""The few numeric functions that kinds share."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special  # type: ignore[import-untyped]

from milepost.numeric import sigmoid, softmax, stretches, weighted_mean


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(0, 60))
def test_stretches_cover_all_and_stay_within(lengths: list[int], cells: int) -> None:
    lengths = sorted(lengths)
    found = [range(len(lengths))[some] for some in stretches(np.array(lengths, np.int64), cells)]
    assert [i for some in found for i in some] == list(range(len(lengths)))
    for some in found:
        assert len(some) == 1 or len(some) * max(1, lengths[some[-1]]) <= cells
    for some, after in pairwise(found):
        assert (len(some) + 1) * max(1, lengths[after[0]]) > cells


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_and_softmax_are_scipys_and_finite_everywhere(dtype: type) -> None:
    x = np.array([[-1e30, -800.0, -3.0, 0.0], [0.5, 90.0, 1e30, -math.inf]], dtype)
    with np.errstate(all="raise", under="ignore"):
        low, soft = sigmoid(x), softmax(x)
    assert low.dtype == soft.dtype == np.float64
    np.testing.assert_allclose(low, special.expit(x.astype(np.float64)), atol=1e-300)
    np.testing.assert_allclose(soft, special.softmax(x.astype(np.float64), -1), atol=1e-300)


def test_weighted_mean_is_that_of_repeated_rows() -> None:
    values, counts = np.array([1.0, 5.0, -2.0]), np.array([[1, 0, 3], [2, 2, 2]])
    expected = [np.repeat(values, c).mean() for c in counts]
    np.testing.assert_allclose(weighted_mean(values, counts.astype(float)), expected)
