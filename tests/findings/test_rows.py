"""Whole rows: texts in the same words on two sides, whatever their case and label."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.findings.base import Look
from milepost.findings.rows import notice_overlap, worded_alike

TYPES = {"text": "text", "kind": "category", "y": "category"}


def look(train: list[str], test: list[str]) -> Look:
    sides = {
        side: pl.DataFrame({"text": texts, "kind": ["a"] * len(texts), "y": [side] * len(texts)})
        for side, texts in {"train": train, "test": test}.items()
    }
    rows = {side: np.arange(1, t.height + 1) for side, t in sides.items()}
    return Look(sides, rows, {s: t.height for s, t in sides.items()}, TYPES, ("y",), ("text", "kind"))


def test_case_blanks_and_marks_make_no_other_text() -> None:
    found = look(
        ["What are the Twin Cities ?", "one two", "第一，好"], ["what are  the twin cities", "two", "第一 好!"]
    )
    assert worded_alike(found, "test").tolist() == [1, 3]


def test_a_text_that_says_nothing_is_like_no_other() -> None:
    assert not len(worded_alike(look(["...", "?"], ["!", ""]), "test"))


def test_categories_and_truth_are_no_texts() -> None:
    assert not len(worded_alike(look(["a b"], ["c d"]), "test"))


def test_an_overlap_is_said_with_its_first_rows() -> None:
    [found] = notice_overlap("test", True, 7, range(1, 8))
    assert (found.code, found.count, found.rows) == ("train_test_overlap", 7, (1, 2, 3, 4, 5))
    assert not notice_overlap("test", True, 0, ())
