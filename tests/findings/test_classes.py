"""Classes are judged by exact counts, even shares and what every side shows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from milepost.findings.base import Look
from milepost.findings.classes import notice_classes
from milepost.types import Finding


def said(counts: dict[str, dict[str, int]], personal: frozenset[str] = frozenset()) -> list[Finding]:
    table, rows = {"train": pl.DataFrame({"y": ["a"]})}, {"train": np.array([1])}
    return notice_classes(
        Look(table, rows, {"train": 1}, {"y": "category"}, ("y",), (), "y", personal=personal), counts
    )


@pytest.mark.parametrize(
    ("train", "severity"),
    [
        ({"a": 70, "b": 30}, None),
        ({"a": 920, "b": 80}, "warning"),
        ({"a": 880, "b": 60, "c": 60}, "info"),
        ({f"k{i}": 100 for i in range(30)}, None),  # every share is small, and none is smaller
        ({"a": 900}, None),
        ({}, None),
    ],
)
def test_imbalance(train: dict[str, int], severity: str | None) -> None:
    found = [f for f in said({"train": train}) if f.code == "class_imbalance"]
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(f.where == "column y" and f.count == min(train.values()) for f in found)


def test_rare_and_unseen() -> None:
    found = said({"train": {"a": 50, "b": 50, "c": 9}, "valid": {"a": 1}, "test": {"d": 3, "e": 1, "a": 2}})
    assert [(f.code, f.where, f.count) for f in found] == [
        ("class_imbalance", "column y", 9),
        ("rare_class", "train", 1),
        ("unseen_class", "test", 4),
    ]
    assert "`c` (9)" in found[1].what and "`d` (3), `e` (1)" in found[2].what


def test_many_are_counted_not_listed() -> None:
    (found,) = (f for f in said({"train": {f"k{i}": 2 for i in range(9)}}) if f.code == "rare_class")
    assert "and 4 more" in found.what and found.count == 9


def test_personal_classes_are_not_named() -> None:
    found = said({"train": {"Ann": 50, "Bob": 3}, "test": {"Cleo": 3}}, frozenset("y"))
    assert len(found) == 3 and not any(name in f.what for f in found for name in ("Ann", "Bob", "Cleo"))
