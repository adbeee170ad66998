"""Batches of examples of uneven length: as many cells as those of usual ones."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.compute.batches import cells_of, order, steps_per_epoch
from milepost.types import Columns, Ragged

LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=60)


def columns(lengths: list[int]) -> Columns:
    return {"ids": Ragged.of([np.zeros(n) for n in lengths], np.int8), "y": np.zeros(len(lengths))}


@given(LENGTHS, st.integers(1, 9), st.integers(0, 3))
def test_every_batch_keeps_within_its_cells_and_an_epoch_is_all_of_them(
    lengths: list[int], batch: int, seed: int
) -> None:
    found, cells = columns(lengths), cells_of(columns(lengths), batch)
    steps = steps_per_epoch(found, batch, seed)
    epoch = list(islice(order(found, batch, seed), steps))
    assert sorted(np.concatenate(epoch).tolist()) == list(range(len(lengths)))
    for some in epoch:
        assert len(some) == 1 or len(some) * max(1, max(lengths[i] for i in some)) <= cells


def test_epochs_differ_and_seeds_differ() -> None:
    found = columns(list(range(1, 40)))
    steps = steps_per_epoch(found, 4, 0)
    first, second = (list(islice(order(found, 4, 0, start), 3)) for start in (0, steps))
    other = list(islice(order(found, 4, 1), 3))
    assert [s.tolist() for s in first] != [s.tolist() for s in second]
    assert [s.tolist() for s in first] != [s.tolist() for s in other]


@pytest.mark.parametrize("lengths", [[10] * 48, [0] * 48])
def test_of_one_length_a_batch_is_as_many_as_asked_for(lengths: list[int]) -> None:
    found = columns(lengths)
    assert {len(some) for some in islice(order(found, 8, 0), 6)} == {8}
    assert cells_of(found, 8) == 8 * max(1, lengths[0])
    assert cells_of({"y": np.zeros(9)}, 8) == 8
