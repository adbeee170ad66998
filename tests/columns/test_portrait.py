"""Histograms with round edges, quantiles of several sides, dates in words."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns import portrait


def drawn(*cells: float, **more: list[float]) -> dict[str, Any]:
    sides = {"train": np.array(cells, float), **{k: np.array(v, float) for k, v in more.items()}}
    every = np.concatenate(list(sides.values()))
    return portrait.number(sides, dict.fromkeys(sides, 1.0), every.min(), every.max(), every.mean())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=50))
def test_every_cell_is_in_a_bar_and_edges_are_round(cells: list[float]) -> None:
    found = drawn(*cells).get("histogram")
    if found is None:
        assert max(cells) - min(cells) < 1e-300 or len(set(cells)) == 1
        return
    edges, counts = found["edges"], found["counts"]["train"]
    assert len(counts) == len(edges) - 1 <= portrait.BINS + 2
    assert sum(counts) + sum(found.get(k, {}).get("train", 0) for k in ("below", "above")) == len(cells)


def test_steps_are_one_two_five() -> None:
    edges = np.array(drawn(*np.linspace(0.013, 97.2, 500))["histogram"]["edges"])
    step = np.diff(edges)
    assert np.allclose(step, step[0]) and step[0] == pytest.approx(5) and (edges % 5 == 0).all()


def test_few_whole_numbers_have_a_bar_each() -> None:
    found = drawn(1, 1, 2, 5)["histogram"]
    assert found["edges"] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5] and found["counts"]["train"] == [2, 1, 0, 0, 1]


def test_far_cells_do_not_flatten_the_rest() -> None:
    found = drawn(*np.linspace(0, 10, 1000), 1e9)["histogram"]
    assert found["above"] == {"train": 1} and max(found["edges"]) < 20


def test_sides_share_edges_and_weigh_by_their_rows() -> None:
    sides = {"train": np.zeros(10), "test": np.full(10, 8.0)}
    found = portrait.number(sides, {"train": 9.0, "test": 1.0}, 0, 8, 0.8)
    assert found["quantiles"]["0.75"] == 0 and found["quantiles"]["0.95"] == 8
    assert set(found["histogram"]["counts"]) == {"train", "test"}


def test_dates_are_written_with_their_time_if_they_have_one() -> None:
    day = 86_400_000_000
    found = portrait.date({"train": np.array([0.0, day])}, 0, day)
    assert found["min"] == "1970-01-01" and found["max"] == "1970-01-02"
    assert found["histogram"]["edges"][1] == "1970-01-01T01:00:00"
    assert portrait.date({"train": np.array([0.0])}, -1e30, 1e30)["max"].startswith("9999")


def test_values_are_cut_to_what_can_be_shown() -> None:
    found = portrait.values({"train": Counter({"x" * 500: 1, "y": 2}), "test": Counter()})
    assert (
        found["top"][0] == {"value": "y", "train": 2, "test": 0} and len(found["top"][1]["value"]) == portrait.LETTERS
    )


def test_numbers_are_short_and_json_has_no_nan() -> None:
    found = drawn(1 / 3, 2.0)
    assert found["min"] == 0.3333333333 and found["max"] == 2 and isinstance(found["max"], int)
    assert all(v is None or math.isfinite(v) for v in found["quantiles"].values())
