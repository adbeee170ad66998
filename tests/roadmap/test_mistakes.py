"""What is quoted of a wrong row: never a cell that holds personal data, never more than there is room for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.columns.schema import ColumnRule
from milepost.roadmap.mistakes import LETTERS, excerpt, mistakes
from milepost.tasks.tabular_classification import Facts, TabularClassification
from milepost.types import Field


class Read(TabularClassification):
    """A kind of which the fields are told."""

    @property
    def fields(self) -> tuple[Field, ...]:
        kinds = {
            "text": "text",
            "other": "text",
            "age": "number",
            "day": "date",
            "mail": "category",
            "city": "category",
        }
        return tuple(Field(name, kind) for name, kind in kinds.items())  # type: ignore[arg-type]


def task(*personal: str, **options: Any) -> Read:
    rules = tuple(ColumnRule(name=name, type="category", personal=True) for name in personal)
    facts = Facts.model_construct(classes=["ham", "spam"], counts=[1, 1], positive="spam", findings=[], table=None)
    return Read.model_construct(target="y", columns=rules, learned=facts, **options)


ROW = {"age": 54.0, "city": "Delft", "day": datetime(2026, 1, 2), "mail": "x", "text": "Win  a\nprize"}


def test_texts_come_first_then_the_weighty_columns() -> None:
    found = excerpt(task(), ROW, ["city"])
    assert found == {"text": "Win a prize", "city": "Delft", "age": "54", "day": "2026-01-02", "mail": "x"}
    assert list(found) == ["text", "city", "age", "day", "mail"]


def test_no_personal_cell_is_quoted() -> None:
    assert "mail" not in excerpt(task("mail"), ROW)
    said = ROW | {"text": "write to ann.smith@example.org", "city": None}
    assert set(excerpt(task(), said)) == {"age", "day", "mail"}
    late = "x" * 500 + " ann.smith@example.org"
    assert "text" not in excerpt(task(), ROW | {"text": late}), "nor the beginning of a text that has one at its end"


@given(st.text(max_size=500), st.text(max_size=500), st.floats(allow_nan=True))
def test_there_is_room_for_so_much(text: str, other: str, age: float) -> None:
    found = excerpt(task(), {"text": text, "other": other, "age": age, "city": "c" * 90})
    assert sum(map(len, found.values())) <= LETTERS and len(found.get("city", "")) <= 40


def stats() -> dict[str, np.ndarray]:
    p = np.array([[0.2, 0.8], [0.9, 0.1], [0.3, 0.7]])
    return {"probability": p, "guess": p.argmax(1), "truth": np.array([0, 0, -1])}


def test_rows_count_from_one_and_unseen_classes_are_named() -> None:
    rows = pl.DataFrame({"text": ["a", "b", "c"], "y": ["ham", "ham", "eggs"]})
    found = mistakes(task(), stats(), rows)
    assert [(f["row"], f["truth"], f["answer"], f["cells"]) for f in found] == [
        (1, "ham", "spam", {"text": "a"}),
        (3, "eggs", "spam", {"text": "c"}),
    ]
    assert found[0]["probability"] == pytest.approx(0.8)


def test_classes_that_are_personal_data_are_not_named() -> None:
    rows = pl.DataFrame({"text": ["a", "b", "c"], "y": ["ham", "ham", "eggs"]})
    found = mistakes(task("y"), stats(), rows)
    assert [set(f) for f in found] == [{"row", "probability", "cells"}] * 2
