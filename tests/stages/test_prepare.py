"""Raw rows -> sides and a report: nothing lost, nothing depends on cuts or threads, everything said."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import milepost
from milepost.errors import MilepostError
from milepost.files import file_hash
from milepost.intake import order
from milepost.sources import delimited

TASK = {"kind": "tabular-classification", "target": "y"}


def table(rows: int = 300, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows).round(3)
    y = np.where(x + rng.normal(size=rows) > 0, "yes", "no")
    days = [date(2024, 1, 1) + timedelta(int(i)) for i in rng.permutation(rows)]
    return pl.DataFrame({"x": x, "who": rng.integers(0, 40, rows), "day": days, "y": y})


def codes(prepared: milepost.Prepared) -> dict[str, list[dict[str, Any]]]:
    out = dict[str, list[dict[str, Any]]]()
    for f in prepared.report["findings"]:
        out.setdefault(f["code"], []).append(f)
    return out


CELL = st.sampled_from(["1", "2.5", "a", "b", "", "?", '"q"', "1,5", "\n"])
ROW = st.lists(CELL, min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROW, max_size=30))
def test_rows_read_are_kept_dropped_or_quarantined(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([["x", "z", "y"], *([[str(i), f"{i % 7}", "ab"[i % 2]] for i in range(60)]), *rows])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "d.csv").write_text(buffer.getvalue())
        prepared = milepost.prepare(folder / "d.csv", TASK, folder=folder / "out", bad_rows=1.0)
        report = prepared.report
        aside = pl.read_csv(folder / "out" / "quarantine.csv", infer_schema=False)
    read = sum(1 for row in csv.reader(io.StringIO(buffer.getvalue())) if row) - 1
    dropped, quarantined = sum(report["dropped"].values()), sum(report["quarantined"].values())
    assert report["rows_read"] == read == report["rows_kept"] + dropped + quarantined
    assert aside.height == dropped + quarantined
    assert report["rows_kept"] == sum(report["split"][s] for s in ("train", "valid", "test"))


@pytest.mark.parametrize(("block", "workers"), [(1000, 3), (4 << 20, 2)])
def test_the_output_depends_on_neither_blocks_nor_threads(
    tmp_path: Path, block: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = table(200).with_columns(t=pl.format("row {} of the table", "x")).write_csv()
    (tmp_path / "d.csv").write_text(text + "1,2,3,4,5,6,7\n" + text.split("\n", 1)[1])
    found = []
    for size, count in ((300, 1), (block, workers)):
        monkeypatch.setattr(delimited, "BLOCK", size)
        monkeypatch.setattr(order, "WORKERS", count)
        out = milepost.prepare(tmp_path / "d.csv", TASK).folder
        found.append({str(p.relative_to(out)): file_hash(p) for p in sorted(out.rglob("*")) if p.is_file()})
    assert found[0] == found[1] and len(found[0]) >= 6


def test_bad_rows_are_quarantined_up_to_a_share(tmp_path: Path) -> None:
    lines = table().write_csv().splitlines()
    lines[4:4] = [lines[3] + ",more"]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    prepared = milepost.prepare(tmp_path / "d.csv", TASK)
    assert prepared.report["quarantined"] == {"too_many_cells": 1} and prepared.report["rows_read"] == 301
    aside = pl.read_csv(prepared.folder / "quarantine.csv", infer_schema=False).row(0, named=True)
    assert (Path(aside["file"]).name, aside["line"], aside["reason"]) == ("d.csv", "5", "too_many_cells")
    with pytest.raises(MilepostError) as caught:
        milepost.prepare(tmp_path / "d.csv", TASK, bad_rows=0.001)
    assert "lines 5" in caught.value.what and caught.value.where.endswith("d.csv:5")


def test_all_labels_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="for train: 300 were set aside, most for: missing target"):
        milepost.prepare(table().with_columns(y=pl.lit(None, pl.String)), TASK)


def test_a_split_by_time_has_the_latest_rows_in_test(tmp_path: Path) -> None:
    table().write_csv(tmp_path / "d.csv")
    prepared = milepost.prepare(tmp_path / "d.csv", TASK, split="time:day")
    days = [prepared.table(s)["day"] for s in ("train", "valid", "test")]
    assert days[0].max() < days[1].min() <= days[1].max() < days[2].min()
    assert [len(d) for d in days] == [192, 48, 60] and "by time" in prepared.report["split"]["how"]


def test_rows_without_time_are_dropped_from_a_split_by_time(tmp_path: Path) -> None:
    table().with_columns(day=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise("day")).write_csv(
        tmp_path / "d.csv"
    )
    assert milepost.prepare(tmp_path / "d.csv", TASK, split="time:day").report["dropped"] == {"missing_time": 3}


def test_a_split_by_group_keeps_groups_together() -> None:
    prepared = milepost.prepare(table(), TASK, split="group:who")
    groups = [set(prepared.table(s)["who"]) for s in ("train", "valid", "test")]
    assert all(groups) and not (groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2])


def test_a_way_to_split_that_is_none() -> None:
    with pytest.raises(MilepostError) as caught:
        milepost.prepare(table(), TASK, split="time:dya")
    assert "did you mean `day`" in caught.value.fix
    with pytest.raises(MilepostError, match="no dates or numbers"):
        milepost.prepare(table(), TASK | {"target": "who"}, split="time:y")


def test_exact_copies_are_said_and_dropped_if_asked() -> None:
    twice = pl.concat([table(), table().head(30)])
    kept, dropped = milepost.prepare(twice, TASK), milepost.prepare(twice, TASK, duplicates="drop")
    assert codes(kept)["duplicate_rows"][0]["count"] == 30 and codes(kept)["duplicate_rows"][0]["rows"][0] == 301
    assert dropped.report["dropped"] == {"duplicate": 30} and dropped.report["rows_kept"] == 300
    assert "duplicate_rows" not in codes(dropped)


def test_a_rare_class_has_test_rows_and_it_is_said() -> None:
    rare = table(400).with_columns(y=pl.when(pl.int_range(pl.len()) < 4).then(pl.lit("rare")).otherwise("y"))
    prepared = milepost.prepare(rare, TASK)
    for side in ("train", "test"):
        assert "rare" in prepared.table(side)["y"].to_list()


def test_a_column_is_read_as_product_yaml_says(tmp_path: Path) -> None:
    odd = table().with_columns(age=pl.Series([f"{i % 60}" if i % 10 else "unknown" for i in range(300)]))
    found = codes(milepost.prepare(odd, TASK))
    assert found["not_a_number"][0]["where"] == "column age" and found["not_a_number"][0]["rows"][0] == 1
    settled = milepost.prepare(odd, TASK, columns={"age": {"type": "number", "missing": ["unknown"]}})
    assert settled.table("train")["age"].dtype == pl.Float64 and "not_a_number" not in codes(settled)


def test_a_folder_of_train_and_test_files_is_a_split(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table(200).write_csv(tmp_path / "data" / "train.csv")
    table(100, seed=1).write_csv(tmp_path / "data" / "test.csv")
    report = milepost.prepare("data", TASK, base=tmp_path).report
    assert report["split"]["test"] == 100 and report["split"]["train"] + report["split"]["valid"] == 200


def test_nothing_is_left_behind_but_what_is_promised(tmp_path: Path) -> None:
    out = milepost.prepare(table(), TASK, folder=tmp_path / "out").folder
    names = sorted(p.name for p in out.iterdir())
    assert names == ["data_report.json", "quarantine.csv", "task.json", "test", "train", "valid"]
    json.loads((out / "data_report.json").read_text())
    shutil.rmtree(out)


def test_real_data(data: Path) -> None:
    pima = codes(milepost.prepare(data / "pima_diabetes" / "diabetes.csv", TASK | {"target": "outcome"}))
    zeros = {f["where"] for f in pima["disguised_missing"]}
    assert zeros == {f"column {c}" for c in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")}
    credit = milepost.prepare(data / "credit_data_missing" / "credit_data.csv", TASK | {"target": "Status"})
    assert sum(f["count"] for f in codes(credit)["missing"]) == 455
    trec = {side: data / "trec" / f"{side}.csv" for side in ("train", "test")}
    found = codes(milepost.prepare(trec, TASK | {"target": "label"}))
    assert [f["where"] for f in found["leak"]] == ["column fine"]
    assert found["train_test_overlap"][0]["count"] == 11


def test_clean_data_raise_no_false_alarm(data: Path) -> None:
    german = milepost.prepare(data / "german_credit" / "german_credit.csv", TASK | {"target": "class"})
    assert sum(f["severity"] == "warning" for f in german.report["findings"]) <= 1
