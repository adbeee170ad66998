"""What the data page says of columns: against numpy and statistics, whatever the cut, and silent on personal cells."""

from __future__ import annotations

import json
import statistics
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.profile import Profiles

RNG = np.random.default_rng(0)


def profiled(
    *pieces: pl.DataFrame, types: dict[str, str] | None = None, personal: frozenset[str] = frozenset()
) -> dict:
    profiles = Profiles()
    for piece in pieces:
        profiles.add(piece, {"train": np.ones(piece.height, bool)})
    return json.loads(json.dumps(profiles.as_json(types or {}, personal), allow_nan=False))


CELLS = {
    "number": st.one_of(st.none(), st.floats(width=32), st.sampled_from([0.0, -0.0, 1.0, 1e300, -1e300, 5e-324])),
    "date": st.one_of(st.none(), st.datetimes()),
    "text": st.one_of(st.none(), st.text(max_size=4), st.sampled_from("ab")),
}


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(0, 60), st.lists(st.integers(0, 60), max_size=4))
def test_the_cut_changes_nothing(data: st.DataObject, rows: int, cuts: list[int]) -> None:
    dtypes = {"number": pl.Float64, "date": pl.Datetime("us"), "text": pl.String}
    table = pl.DataFrame(
        {k: pl.Series(data.draw(st.lists(c, min_size=rows, max_size=rows)), dtype=dtypes[k]) for k, c in CELLS.items()}
    )
    ends = sorted({0, rows, *(min(c, rows) for c in cuts)})
    pieces = [table.slice(a, b - a) for a, b in pairwise(ends)] or [table]
    assert profiled(*pieces) == profiled(table)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=300))
def test_numbers(cells: list[float | None]) -> None:
    found = profiled(pl.DataFrame({"x": pl.Series(cells, dtype=pl.Float64)}))["columns"]["x"]
    said = [c for c in cells if c is not None]
    assert found["missing"] == len(cells) - len(said) and found["distinct"] == len({c + 0.0 for c in said})
    if not said:
        return
    assert found["min"] == pytest.approx(min(said)) and found["max"] == pytest.approx(max(said))
    assert found["mean"] == pytest.approx(statistics.fmean(said), rel=1e-9, abs=1e-300)
    for q, value in found["quantiles"].items():
        assert value == pytest.approx(np.quantile(said, float(q)), rel=1e-8, abs=1e-8 * max(map(abs, said)) + 1e-300)
    if "histogram" in found:
        bars = found["histogram"]
        outside = sum(bars.get(k, {}).get("train", 0) for k in ("below", "above"))
        assert sum(bars["counts"]["train"]) + outside == len(said) and bars["edges"] == sorted(bars["edges"])


def test_a_large_column_is_sampled() -> None:
    x = RNG.lognormal(0, 1, 200_000)
    pieces = [pl.DataFrame({"x": part}) for part in np.array_split(x, 25)]
    found = profiled(*pieces)["columns"]["x"]
    assert found["mean"] == pytest.approx(x.mean(), rel=1e-9) and found["max"] == pytest.approx(x.max())
    for q, value in found["quantiles"].items():
        rank = (x < value).mean()
        assert rank == pytest.approx(float(q), abs=0.025)
    assert found["distinct_about"] and found["distinct"] == pytest.approx(200_000, rel=0.05)


def test_values_and_sides() -> None:
    profiles = Profiles()
    table = pl.DataFrame({"c": ["a"] * 6 + ["b"] * 3 + [None, "b", "d", None]})
    train = np.arange(table.height) < 10
    profiles.add(table, {"train": train, "test": ~train})
    found = profiles.as_json({"c": "category"}, frozenset())
    column = found["columns"]["c"]
    assert column["missing_by_side"] == {"train": 1, "test": 1} and column["distinct"] == 3
    assert column["top"][:2] == [{"value": "a", "train": 6, "test": 0}, {"value": "b", "train": 3, "test": 1}]
    assert found["missing_map"]["shares"]["c"]["test"] == [0.0, 0.0, 1.0]


def test_many_values_name_the_most_frequent() -> None:
    cells = [f"v{i % 50}" for i in range(1000)] + ["top"] * 30
    found = profiled(pl.DataFrame({"c": cells}))["columns"]["c"]
    assert len(found["top"]) == 20 and found["top"][0] == {"value": "top", "train": 30}
    assert found["others"] == {"train": 1030 - sum(v["train"] for v in found["top"])}


def test_dates_and_texts() -> None:
    days = [datetime(2024, 1, 1) + timedelta(days=i) for i in range(100)]
    table = pl.DataFrame({"d": days, "t": ["word " * (i % 7) for i in range(100)]})
    found = profiled(table, types={"d": "date", "t": "text"})["columns"]
    assert found["d"]["min"] == "2024-01-01" and found["d"]["max"] == "2024-04-09"
    assert sum(found["d"]["histogram"]["counts"]["train"]) == 100
    assert found["t"]["length"]["max"] == 30 and "top" not in found["t"]


def test_no_cell_of_a_personal_column_is_quoted() -> None:
    table = pl.DataFrame({"mail": ["ann@example.com", None], "age": [41.5, 42.5], "born": [datetime(1980, 5, 17)] * 2})
    found = profiled(table, personal=frozenset(table.columns))
    assert all(
        c.keys() == {"type", "missing", "missing_share", "distinct", "personal"} | gaps(c)
        for c in found["columns"].values()
    )
    text = json.dumps(found)
    assert "ann" not in text and "41.5" not in text and "1980" not in text


def gaps(column: dict) -> set[str]:
    return {"missing_by_side"} if column["missing"] else set()


def test_infinity_is_missing_and_strange_columns_do_no_harm() -> None:
    found = profiled(pl.DataFrame({"x": [np.inf, 1.0, np.nan], "n": [None] * 3, "b": [True, False, None]}))["columns"]
    assert found["x"]["missing"] == 2 and found["n"]["missing"] == 3 and found["b"]["distinct"] == 2
    assert found["b"]["top"] == [{"value": "false", "train": 1}, {"value": "true", "train": 1}]
