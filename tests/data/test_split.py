"""Sides of a split: by content, stable under new rows, fair to rare classes."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.data.split import apart, places, repetitive, second, split


def table(n: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y"], n)})


def test_a_row_never_changes_sides_when_rows_are_added() -> None:
    some = table(500)
    more = pl.concat([table(300, 1), some])
    before, after = places(some), places(more)
    assert (before == after[300:]).all()
    assert (split(before, None, 0.2) == split(after, None, 0.2)[300:]).all()


def test_the_order_of_columns_and_their_type_do_not_matter() -> None:
    rows = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert (places(rows) == places(rows.select("b", "a"))).all()
    assert (places(rows) == places(rows.cast(pl.String))).all()


def test_cells_do_not_run_into_each_other() -> None:
    rows = pl.DataFrame({"a": ["1", "12"], "b": ["23", "3"]})
    assert len(set(places(rows))) == 2


def test_shares_and_independence_of_two_splits() -> None:
    place = places(table(20_000))
    first, other = place < 0.2, second(place) < 0.2
    assert abs(first.mean() - 0.2) < 0.01 and abs(other.mean() - 0.2) < 0.01
    assert abs((first & other).mean() - 0.04) < 0.005


def test_a_rare_class_has_rows_on_both_sides() -> None:
    place = np.linspace(0.5, 0.9, 5)
    chosen = split(place, pl.Series(["rare"] * 5), 0.2)
    assert chosen.sum() == 1
    chosen = split(np.array([0.01, 0.02, 0.03]), pl.Series(["rare"] * 3), 0.2)
    assert chosen.sum() == 2


def test_copies_of_a_row_stay_together() -> None:
    place = np.array([0.5, 0.5, 0.7, 0.9])
    assert split(place, pl.Series(["rare"] * 4), 0.2).tolist() == [True, True, False, False]


def test_copies_are_dealt_out_one_by_one_where_few_rows_differ() -> None:
    survey = pl.DataFrame({"a": ["yes", "no"] * 2000})
    assert repetitive(survey) and not repetitive(table(100))
    place = apart(places(survey))
    assert len(set(place)) == 4000 and abs((place < 0.2).mean() - 0.2) < 0.03
    assert (place[:100] == apart(places(survey[:100]))).all()
