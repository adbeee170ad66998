"""Encoding a table: what is missing, what was never seen, and what the customer may send instead of text."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.data.learn import learn
from milepost.data.table import unreadable

TRAIN = pl.DataFrame(
    {"x": ["1", "2", None, "4"] * 10, "c": ["a", "b", None, "a"] * 10, "d": ["2026-01-01", "2026-01-31"] * 20}
)
FACTS, _ = learn([TRAIN], ())


def test_numbers_categories_and_dates() -> None:
    out = FACTS.encode(pl.DataFrame({"x": ["2.5", "abc", ""], "c": ["b", "zzz", None], "d": ["1970-01-11", "?", None]}))
    days = 10 - FACTS.columns[-1].origin
    np.testing.assert_array_equal(out["number"], np.array([[2.5, days], [np.nan] * 2, [np.nan] * 2], np.float32))
    categories = FACTS.categories[0].categories
    assert out["category"][:, 0].tolist() == [categories.index("b") + 1, 0, categories.index(None) + 1]


def test_native_types_encode_as_their_text_does() -> None:
    native = FACTS.encode(
        pl.DataFrame({"x": [2, 4], "c": ["a", "b"], "d": pl.Series(["2026-01-01", "2026-01-02"]).str.to_date()})
    )
    text = FACTS.encode(pl.DataFrame({"x": ["2", "4"], "c": ["a", "b"], "d": ["2026-01-01", "2026-01-02"]}))
    for k in text:
        np.testing.assert_array_equal(native[k], text[k])


def test_an_absent_column_is_missing() -> None:
    out = FACTS.encode(pl.DataFrame({"c": ["a"]}))
    assert np.isnan(out["number"]).all()


def test_infinity_is_missing() -> None:
    assert np.isnan(FACTS.encode(pl.DataFrame({"x": [float("inf")], "c": ["a"], "d": [None]}))["number"]).all()


def test_unreadable_cells_are_counted() -> None:
    assert unreadable(pl.Series("x", ["1", "abc", "", "?", None]), "number") == 1
    assert unreadable(pl.Series("c", ["1", "abc"]), "category") == 0


def test_numbers_far_from_zero_keep_their_digits() -> None:
    x = 1e9 + np.random.default_rng(0).normal(0, 5, 200)
    facts, _ = learn([pl.DataFrame({"x": x, "year": np.arange(200) % 40 + 1980})], ())
    encoded = facts.encode(pl.DataFrame({"x": x}))["number"][:, 0].astype(float)
    np.testing.assert_allclose(np.diff(encoded), np.diff(x), atol=1e-3)
    assert facts.columns[0].field.low == x.min() and facts.columns[1].origin == 0
    assert facts.columns[0].knots[0] < 0 < facts.columns[0].knots[-1]
