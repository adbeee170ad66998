from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.page.scale import close, rounded, ticked

VALUES = st.lists(st.floats(-1e12, 1e12) | st.none() | st.sampled_from([math.nan, math.inf]), max_size=6)


@given(VALUES, st.integers(1, 8))
def test_an_axis_holds_its_values_and_has_few_numbers_in_order(values: list[float | None], most: int) -> None:
    for axis in (rounded(values, most), close(values, most)):
        assert axis.low < axis.high and len(axis.ticks) <= most + 3
        assert list(axis.ticks) == sorted(set(axis.ticks)) or axis.high - axis.low < 1e-6 * abs(axis.high)
        found = [v for v in values if v is not None and math.isfinite(v)]
        slack = 1e-9 * max(map(abs, found), default=0)
        assert all(axis.low - slack <= v <= axis.high + slack for v in found)
        assert all(0 <= axis.place(v) <= 100 for v in found)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.0, 1.0], (0, 0.25, 0.5, 0.75, 1)),
        ([0.785, 0.845], (0.78, 0.8, 0.82, 0.84, 0.86)),
        ([-3.0, 97.0], (-25, 0, 25, 50, 75, 100)),
        ([], (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_an_axis_ends_with_round_numbers(values: list[float], ticks: tuple[float, ...]) -> None:
    assert rounded(values).ticks == ticks and rounded(values)[:2] == (ticks[0], ticks[-1])


def test_a_close_axis_ends_a_little_beyond_its_values() -> None:
    axis = close([0.0, 10.0], 4)
    assert axis == (-0.4, 10.4, (0, 5, 10)) and axis.place(0) == pytest.approx(100 * 0.4 / 10.8)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.25, "−0.25"), (1200, "1,200"), (3e7, "3e7"), (2e-5, "2e−5"), (1e5, "1e5")]
)
def test_numbers_beside_an_axis_are_short(value: float, text: str) -> None:
    assert ticked(value) == text
