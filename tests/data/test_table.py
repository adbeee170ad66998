"""Encoding a typed table: what is missing, what was never seen."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl

from milepost.data.learn import learn

DAYS = [datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 31)]
TRAIN = pl.DataFrame({"x": [1.0, 2.0, None, 4.0] * 10, "c": ["a", "b", None, "a"] * 10, "d": DAYS * 20})
FACTS, _ = learn([TRAIN])


def test_numbers_categories_and_dates() -> None:
    rows = {"x": [2.5, None, None], "c": ["b", "zzz", None], "d": [datetime.datetime(1970, 1, 11), None, None]}
    out = FACTS.encode(pl.DataFrame(rows))
    days = 10 - FACTS.columns[-1].origin
    np.testing.assert_array_equal(out["number"], np.array([[2.5, days], [np.nan] * 2, [np.nan] * 2], np.float32))
    categories = FACTS.categories[0].categories
    assert out["category"][:, 0].tolist() == [categories.index("b") + 1, 0, categories.index(None) + 1]


def test_an_absent_column_is_missing() -> None:
    out = FACTS.encode(pl.DataFrame({"c": ["a"]}))
    assert np.isnan(out["number"]).all()


def test_infinity_is_missing() -> None:
    assert np.isnan(FACTS.encode(pl.DataFrame({"x": [float("inf")], "c": ["a"], "d": [None]}))["number"]).all()


def test_numbers_far_from_zero_keep_their_digits() -> None:
    x = 1e9 + np.random.default_rng(0).normal(0, 5, 200)
    facts, _ = learn([pl.DataFrame({"x": x, "year": np.arange(200) % 40 + 1980})])
    encoded = facts.encode(pl.DataFrame({"x": x}))["number"][:, 0].astype(float)
    np.testing.assert_allclose(np.diff(encoded), np.diff(x), atol=1e-3)
    assert facts.columns[0].field.low == x.min() and facts.columns[1].origin == 0
    assert facts.columns[0].knots[0] < 0 < facts.columns[0].knots[-1]
