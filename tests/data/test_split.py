"""Sides of a split: by content, stable under new rows, fair to rare classes."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from milepost.data.split import TEST_SIDE, TRAIN_SIDE, VALID_SIDE, Deal, hashes, places, second


def table(n: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y"], n)})


def dealt(place: np.ndarray, strata: list[str] | None = None, valid: bool = True) -> np.ndarray:
    deal, classes = Deal(True, valid), None if strata is None else pl.Series(strata, dtype=pl.String)
    deal.see(place, classes)
    return deal.sides(place, classes)


def test_a_row_never_changes_sides_when_rows_are_added() -> None:
    some = table(500)
    more = pl.concat([table(300, 1), some])
    before, after = places(hashes(some)), places(hashes(more))
    assert (before == after[300:]).all()
    assert (dealt(before) == dealt(after)[300:]).all()


def test_the_order_of_columns_and_their_type_do_not_matter() -> None:
    rows = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert (hashes(rows) == hashes(rows.select("b", "a"))).all()
    assert (hashes(rows) == hashes(rows.cast(pl.String))).all()


def test_cells_do_not_run_into_each_other() -> None:
    assert len(set(hashes(pl.DataFrame({"a": ["1", "12"], "b": ["23", "3"]})))) == 2


def test_shares_and_independence_of_two_splits() -> None:
    place = places(hashes(table(20_000)))
    first, other = place < 0.2, second(place) < 0.2
    assert abs(first.mean() - 0.2) < 0.01 and abs(other.mean() - 0.2) < 0.01
    assert abs((first & other).mean() - 0.04) < 0.005
    assert np.allclose(np.bincount(dealt(place)) / 20_000, [0.64, 0.16, 0.2], atol=0.01)


def test_a_rare_class_has_rows_on_every_side() -> None:
    rest = np.linspace(0, 0.999, 1000)
    place, strata = np.concatenate([rest, np.linspace(0.5, 0.9, 5)]), ["usual"] * 1000 + ["rare"] * 5
    assert sorted(dealt(place, strata)[1000:]) == [TRAIN_SIDE] * 3 + [VALID_SIDE, TEST_SIDE]
    assert set(dealt(np.array([0.01, 0.02, 0.03]), ["rare"] * 3)) == {TRAIN_SIDE, TEST_SIDE}


def test_copies_of_a_row_stay_together() -> None:
    sides = dealt(np.array([0.5, 0.5, 0.7, 0.9]), ["rare"] * 4, valid=False)
    assert sides.tolist() == [TEST_SIDE, TEST_SIDE, TRAIN_SIDE, TRAIN_SIDE]


def test_copies_are_dealt_out_one_by_one_where_few_rows_differ() -> None:
    hash_N, copy_N = hashes(pl.DataFrame({"a": ["yes", "no"] * 2000})), np.arange(4000) // 2
    place = places(hash_N, copy_N)
    assert len(set(place)) == 4000 and abs((place < 0.2).mean() - 0.2) < 0.03
    assert (place[:100] == places(hash_N[:100], copy_N[:100])).all()


@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from("aaabc")), min_size=1),
    st.integers(1, 7),
)
def test_the_cut_does_not_matter(rows: list[tuple[float, str]], cut: int) -> None:
    place, strata = np.array([p for p, _ in rows]), pl.Series([s for _, s in rows])
    whole, pieces = Deal(True, True), Deal(True, True)
    whole.see(place, strata)
    for i in range(0, len(rows), cut):
        pieces.see(place[i : i + cut], strata[i : i + cut])
    found = [pieces.sides(place[i : i + cut], strata[i : i + cut]) for i in range(0, len(rows), cut)]
    assert (whole.sides(place, strata) == np.concatenate(found)).all()
