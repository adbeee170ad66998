"""A sample by hash: the same rows whatever the order of the cuts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from milepost.intake.sample import Sample, enough

HASH = np.random.default_rng(0).integers(0, 2**63, 1000).astype(np.uint64)
TABLE = pl.DataFrame({"i": range(1000)})


@pytest.mark.parametrize("cut", [1, 33, 1000])
def test_the_smallest_hashes_in_the_order_of_the_data(cut: int) -> None:
    sample = Sample(50)
    for i in range(0, 1000, cut):
        sample.add(TABLE[i : i + cut], HASH[i : i + cut], np.arange(i, min(1000, i + cut)))
    table, index = sample.rows()
    assert index.tolist() == sorted(np.argsort(HASH)[:50]) == table["i"].to_list()


def test_wide_and_long_rows_make_smaller_samples() -> None:
    assert enough(10, 100) == 20_000
    assert enough(50_000, 1000) == 40
    assert enough(2, 1e6) == 33
