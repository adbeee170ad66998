"""What is said about rows, columns and classes: what is odd is found, what is usual is not."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.data.notice import notice_classes, notice_columns, notice_leaks, notice_rows

RNG = np.random.default_rng(0)
Y = pl.Series("y", RNG.choice(["a", "b", "c"], 200, p=[0.8, 0.1, 0.1]))


def test_columns_that_give_the_target_away() -> None:
    codes = Y.replace_strict({"a": 3, "b": 1, "c": 7})
    table = pl.DataFrame(
        {"y": Y, "same": Y + " ", "code": codes, "noise": RNG.normal(size=200), "many": range(200)}
    ).with_columns(part=pl.when(pl.int_range(200) % 10 == 0).then(pl.lit("a")).otherwise("y"))
    found = notice_leaks(table, "y", [c for c in table.columns if c != "y"], classes=True)
    assert [f.where for f in found] == ["column same", "column code"]
    assert not notice_leaks(table.head(20), "y", ["same"], classes=True)


def test_a_number_that_is_the_target_in_other_words() -> None:
    y = RNG.integers(0, 5, 200)
    table = pl.DataFrame({"y": y, "same": [f"{v}.0" for v in y], "twice": 2 * y})
    assert [f.where for f in notice_leaks(table, "y", ["same", "twice"], classes=False)] == ["column same"]


def test_rare_and_unseen_classes() -> None:
    train, usual = pl.Series(["a"] * 20 + ["b"] * 3), pl.Series(["a", "b"])
    found = notice_classes({"train": train, "valid": usual, "test": pl.Series(["a", "c", "c"])})
    assert [(f.code, f.where, f.count) for f in found] == [("rare_class", "train", 1), ("unseen_class", "test", 2)]
    assert "`b` (3)" in found[0].what and "`c` (2)" in found[1].what


def test_columns_that_train_lacks() -> None:
    train, test = pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [1], "z": [2]})
    assert [(f.code, f.where) for f in notice_columns({"train": train, "test": test})] == [("extra_columns", "test")]
    assert not notice_columns({"all": test})


def test_whose_overlap_it_is() -> None:
    sides = {side: pl.DataFrame({"x": x}) for side, x in {"train": [1, 2, 3], "valid": [4], "test": [3, 5]}.items()}
    [mine], [theirs] = (
        [f for f in notice_rows(sides, {}, given) if f.code == "train_test_overlap"] for given in ({}, sides)
    )
    wider = sides | {"test": sides["test"].with_columns(z=1)}
    assert "train_test_overlap" in [f.code for f in notice_rows(wider, {}, wider)]
    assert "given" in theirs.what and "given" not in mine.what and mine.count == theirs.count == 1
