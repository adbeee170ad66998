"""The data of a run as prepare leaves them, from invented rows by the room that profiles them; and all evidence."""

from __future__ import annotations

import copy
from dataclasses import asdict
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from milepost.columns.profile import Profiles
from milepost.page.evidence import Evidence
from milepost.types import Finding

from .judged import gates, metrics

__all__ = ["evidence", "gates", "metrics", "report", "table"]

TYPES = {"age": "number", "since": "date", "smoker": "boolean", "grade": "ordinal", "city": "category"}
TYPES |= {"note": "text", "mail": "category", "customer": "id", "country": "constant", "left": "empty"}
ROWS = {"train": 640, "valid": 160, "test": 200}


def table(rows: int, seed: int, shift: float = 0.0) -> pl.DataFrame:
    """Rows with every type of column, gaps among them; `shift` moves ages."""
    rng = np.random.default_rng(seed)
    age = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(50 + shift, 12, rows).round())
    return pl.DataFrame(
        {
            "age": pl.Series(age, nan_to_null=True),
            "income": rng.lognormal(10, 1, rows).round(2),
            "since": [date(2020, 1, 1) + timedelta(int(d)) for d in rng.integers(0, 900, rows)],
            "smoker": rng.choice(["yes", "no"], rows),
            "grade": rng.choice(["low", "middle", "high"], rows, p=[0.2, 0.5, 0.3]),
            "city": rng.choice(["北京", "上海", "Berlin", "a rather long name of a town by the sea"], rows),
            "note": ["x" * int(n) for n in rng.integers(5, 400, rows)],
            "mail": ["somebody@example.org"] * rows,
            "customer": [f"C{seed}{i:05d}" for i in range(rows)],
            "country": ["CN"] * rows,
            "left": pl.Series([None] * rows, dtype=pl.String),
        }
    )


LEAK = "`grade` tells `ill` in nearly every row; will it be known when the product is asked?"
LEFT = "if not, remove the column or list the others in task.features"
CLASSES = "test has classes that training never saw: `cured` (1,204), `lost` (3); every answer to them is wrong"
FINDINGS = (
    Finding("missing", "column age", "`age` is missing in 89 of 1,000 rows (8.9 %)", "", "info", 89, (3, 8)),
    Finding("constant_column", "column country", "`country` is always the same; it is left out", "", "info", 1000),
    Finding("leak", "column grade", LEAK, LEFT, "warning", 990, (1, 2, 3)),
    Finding("unseen_class", "test", CLASSES, "add training rows of them, or remove them", "warning", 1207),
    Finding(
        "duplicate_rows", "data", "4 rows are exact copies of others", "`data: {duplicates: drop}` keeps one of each"
    ),
    Finding("not_a_date", "columns.since", "no cell of `since` is a date", "choose another type", "error", 7, (5,)),
)


def report() -> dict[str, Any]:
    """data_report.json of invented rows."""
    return copy.deepcopy(_report())


@cache
def _report() -> dict[str, Any]:
    profiles = Profiles()
    for seed, (side, rows) in enumerate(ROWS.items()):
        some = table(rows, seed, shift=8.0 * (side == "test"))
        profiles.add(some, {side: np.ones(some.height, bool)})
    found = profiles.as_json(TYPES, frozenset({"mail"}))
    classes = {side: {"ill": rows // 4, "healthy": rows - rows // 4} for side, rows in ROWS.items()}
    return {
        "rows_read": 1006,
        "rows_kept": 1000,
        "dropped": {"missing_target": 2},
        "quarantined": {"too_many_cells": 4},
        "findings": [asdict(f) for f in FINDINGS],
        **found,
        "split": {**ROWS, "how": "by content hash", "classes": classes},
        "source": [{"name": "patients.csv", "rows": 1006, "size": 90_000}],
    }


def evidence(**others: Any) -> Evidence:
    """Everything that a page is written from, every file as it was judged."""
    hashes = {"data_report.json": "d" * 64, "metrics.json": "e" * 64, "gates.json": "f" * 64}
    hashes |= {"product/manifest.json": "a" * 64}
    return Evidence(report(), gates(), metrics(), hashes, "2026-11-25")._replace(**others)
