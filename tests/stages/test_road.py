"""The road as plain functions: files or data frames in, a product out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import milepost
from milepost import MilepostError, MilepostErrors, Wish

TASK = {"kind": "tabular-classification", "target": "y"}


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    found = load_breast_cancer()
    return pl.DataFrame(found.data, schema=[str(n) for n in found.feature_names]).with_columns(
        y=pl.Series(found.target)
    )


def test_a_data_frame_to_a_product(table: pl.DataFrame, tmp_path: Path) -> None:
    prepared = milepost.prepare(table, TASK)
    trained = milepost.train(prepared, milepost.initialize(prepared, "linear"))
    scores = milepost.evaluate(trained, prepared.table("test"))
    product = milepost.deploy(prepared, trained, tmp_path / "product", name="check")
    assert milepost.load(tmp_path / "product").name == "check"
    assert milepost.evaluate(product, prepared.table("test")) == scores
    answers = product(prepared.table("test"))
    right = accuracy_score(prepared.table("test")["y"].cast(pl.String).to_list(), [a["label"] for a in answers])
    assert scores["accuracy"].value == pytest.approx(right)
    assert scores["accuracy"].low < right < scores["accuracy"].high


def test_pandas_and_polars_are_one(table: pl.DataFrame) -> None:
    a, b = (milepost.prepare(t, TASK) for t in (table, pd.DataFrame(table.to_dict(as_series=False))))
    assert a.task == b.task and a.table("test").equals(b.table("test"))


def test_files_of_a_split_stay_as_they_are(table: pl.DataFrame, tmp_path: Path) -> None:
    table.head(400).write_csv(tmp_path / "train.csv")
    table.tail(169).write_parquet(tmp_path / "test.parquet")
    prepared = milepost.prepare({"train": "train.csv", "test": "test.parquet"}, TASK, base=tmp_path)
    assert prepared.table("test").height == 169
    assert prepared.table("train").height + prepared.table("valid").height == 400


def test_as_good_as_scikit_learn(table: pl.DataFrame) -> None:
    prepared = milepost.prepare(table, TASK)
    train, test = (prepared.table(s) for s in ("train", "test"))
    peer = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train.drop("y"), train["y"])
    theirs = accuracy_score(test["y"], peer.predict(test.drop("y")))
    mine = milepost.evaluate(milepost.train(prepared, milepost.initialize(prepared, "linear")), test)
    assert mine["accuracy"].high >= theirs


def test_rows_without_truth_are_kept_aside_with_their_reason(table: pl.DataFrame) -> None:
    holes = table.with_columns(y=pl.when(pl.int_range(pl.len()) % 10 == 0).then(None).otherwise("y"))
    prepared = milepost.prepare(holes, TASK)
    report = prepared.report
    assert report["dropped"] == {"missing_target": 57}
    assert report["rows_read"] == report["rows_kept"] + 57 == 569
    aside = pl.read_csv(prepared.folder / "quarantine.csv")
    assert aside["line"].to_list() == list(range(1, 570, 10)) and set(aside["reason"]) == {"missing_target"}


def test_a_target_that_is_no_number_is_kept_aside() -> None:
    rows = pl.DataFrame({"x": range(100), "y": [*map(str, range(98)), "much", ""], "z": [1.5, 2.5] * 50})
    report = milepost.prepare(rows, {"kind": "tabular-regression", "target": "y"}).report
    assert report["dropped"] == {"target_not_a_number": 1, "missing_target": 1}


def test_a_test_file_that_lacks_a_column_is_an_error(table: pl.DataFrame) -> None:
    with pytest.raises(MilepostError, match="test lacks the column `mean area`"):
        milepost.prepare({"train": table.head(400), "test": table.tail(100).rename({"mean area": "mean aera"})}, TASK)


def test_rows_on_both_sides_are_said(table: pl.DataFrame) -> None:
    both = milepost.prepare({"train": table.head(300), "test": table.slice(290, 60)}, TASK)
    found = {f["code"]: f["count"] for f in both.report["findings"]}
    assert found["train_test_overlap"] == 10 - sum(
        row in both.table("valid").rows() for row in table.slice(290, 10).rows()
    )


NET = """
import torch

def build(task):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(len(task.facts.table.numbers), 2)

        def forward(self, number, category):
            return {"out": self.layer(number / 100)[:, None]}

    return Net()
"""


def test_an_own_network_and_going_on_from_a_product(table: pl.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET)
    prepared = milepost.prepare(table, TASK)
    own = milepost.train(prepared, milepost.initialize(prepared, "./net.py:build", base=tmp_path), Wish(steps=50))
    assert milepost.evaluate(own, prepared.table("valid"))["roc_auc"].value > 0.8
    first = milepost.train(prepared, milepost.initialize(prepared), Wish(steps=30))
    milepost.deploy(prepared, first, tmp_path / "former")
    again = milepost.initialize(prepared, str(tmp_path / "former"))
    assert first.network is not None and again.network is not None
    for name, weight in first.network.state_dict().items():
        assert torch.equal(weight, again.network.state_dict()[name])


def test_a_product_of_another_network_is_refused(table: pl.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET)
    prepared = milepost.prepare(table, TASK)
    own = milepost.train(prepared, milepost.initialize(prepared, "./net.py:build", base=tmp_path), Wish(steps=2))
    milepost.deploy(prepared, own, tmp_path / "former")
    with pytest.raises(MilepostError, match="another network"):
        milepost.initialize(prepared, str(tmp_path / "former"))


def test_a_product_that_cannot_be_gone_on_from_says_why(table: pl.DataFrame, tmp_path: Path) -> None:
    prepared = milepost.prepare(table, TASK)
    milepost.deploy(prepared, milepost.train(prepared, milepost.initialize(prepared, "linear")), tmp_path / "former")
    with pytest.raises(MilepostError, match="no weights"):
        milepost.initialize(prepared, str(tmp_path / "former"))


BAD = {
    "there is no column": {"target": "z"},
    "only one class": {"target": "one"},
    "different values": {"target": "mean area"},
    "no class `7`": {"target": "y", "positive": "7"},
    "no column is left": {"target": "y", "features": ["one"]},
}


@pytest.mark.parametrize("said", BAD)
def test_data_that_cannot_be_learned_from(table: pl.DataFrame, said: str) -> None:
    with pytest.raises(MilepostError, match=said):
        milepost.prepare(table.with_columns(one=pl.lit("a")), {"kind": "tabular-classification"} | BAD[said])


def test_wrong_options_name_the_nearest(table: pl.DataFrame) -> None:
    with pytest.raises(MilepostError) as caught:
        milepost.prepare(table, {"kind": "tabular-classification", "targte": "y"})
    assert "`target`" in str(caught.value) and "pydantic" not in str(caught.value)
    with pytest.raises(MilepostError, match="there is no kind"):
        milepost.prepare(table, {"kind": "tabular", "target": "y"})


def test_all_missing_columns_at_once(table: pl.DataFrame) -> None:
    with pytest.raises(MilepostErrors) as caught:
        milepost.prepare(table, {"kind": "tabular-classification", "target": "a", "features": ["b", "mean area"]})
    assert len(caught.value.errors) == 2


def test_own_network_errors_are_the_users(table: pl.DataFrame, tmp_path: Path) -> None:
    prepared = milepost.prepare(table, TASK)
    for text, said in (("def build(task): return 3", "not a torch.nn.Module"), ("def build(task: 3", "SyntaxError")):
        (tmp_path / "net.py").write_text(text)
        with pytest.raises(MilepostError, match=said):
            milepost.initialize(prepared, "net.py:build", base=tmp_path)
    (tmp_path / "net.py").write_text("import torch\ndef build(task): return torch.nn.Linear(3, 3)")
    with pytest.raises(MilepostError, match="cannot be used"):
        milepost.train(prepared, milepost.initialize(prepared, "net.py:build", base=tmp_path))


def test_a_product_answers_json_and_names_bad_fields(table: pl.DataFrame, tmp_path: Path) -> None:
    prepared = milepost.prepare(table, TASK)
    trained = milepost.train(prepared, milepost.initialize(prepared, "linear"))
    product = milepost.deploy(prepared, trained, tmp_path / "product")
    row = prepared.table("test").drop("y").row(0, named=True)
    assert product(product.table([row]))[0] == product(prepared.table("test").head(1))[0]
    assert product(product.table([{}]))[0]["label"] in ("0", "1")
    with pytest.raises(MilepostErrors) as caught:
        product.table([row | {"mean area": "big"}, {"mean aera": 3.0}, {"mean area": float("nan")}])
    assert [e.where for e in caught.value.errors] == ["rows[0].mean area", "rows[1].mean aera", "rows[2].mean area"]
    assert "mean area" in caught.value.errors[1].fix


def test_every_changed_byte_of_a_product_is_refused(table: pl.DataFrame, tmp_path: Path) -> None:
    prepared = milepost.prepare(table, TASK)
    trained = milepost.train(prepared, milepost.initialize(prepared, "linear"))
    milepost.deploy(prepared, trained, tmp_path / "product")
    for file in sorted((tmp_path / "product").iterdir()):
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(MilepostError):
            milepost.load(tmp_path / "product")
        file.unlink()
        with pytest.raises(MilepostError):
            milepost.load(tmp_path / "product")
        file.write_bytes(whole)
    assert milepost.load(tmp_path / "product").name == "product"


def test_a_simple_model_learns_from_the_rows_that_the_time_buys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.stages.train.MANY", 500)
    monkeypatch.setattr("milepost.stages.train.PILOT", 100)
    rng = np.random.default_rng(0)
    rows = pl.DataFrame({"a": rng.random(2000), "y": rng.random(2000)})
    prepared = milepost.prepare(rows, {"kind": "tabular-regression", "target": "y"})
    rushed = milepost.train(prepared, milepost.initialize(prepared, "linear"), Wish(seconds=1e-6))
    patient = milepost.train(prepared, milepost.initialize(prepared, "linear"), Wish(seconds=60))
    assert rushed.report["rows"] == 100 < patient.report["rows"] == patient.report["of_rows"]


def test_random_labels_prove_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = pl.DataFrame({"a": rng.random(300), "b": rng.random(300), "y": rng.random(300)})
    prepared = milepost.prepare(rows, {"kind": "tabular-regression", "target": "y"})
    trained = milepost.train(prepared, milepost.initialize(prepared, "linear"))
    assert milepost.evaluate(trained, prepared.table("test"))["rmse"].value ** 2 == pytest.approx(1 / 12, abs=0.03)


def test_a_survey_of_few_different_rows_has_fair_sides() -> None:
    rows = pl.DataFrame({"a": [*"xxxxxxxxyz"] * 50, "y": [*"nnnnnnyyny"] * 50})
    report = milepost.prepare(rows, TASK).report
    assert 70 < report["split"]["test"] < 130 and "one by one" in report["split"]["how"]
    assert {"few_distinct_rows", "train_test_overlap"} <= {f["code"] for f in report["findings"]}


def test_what_was_noticed_in_reading_is_in_the_report(tmp_path: Path) -> None:
    lines = "\n".join(f"{i * 37 % 101},{'ja' if i % 3 else 'nein'},größe{i % 4}" for i in range(100))
    (tmp_path / "t.csv").write_bytes(f"x,y,z\n{lines}\n7,ja\n".encode("cp1252"))
    findings = milepost.prepare(tmp_path / "t.csv", TASK).report["findings"]
    assert {"encoding", "short_rows"} <= {f["code"] for f in findings}


def test_a_mapping_without_train_is_refused(table: pl.DataFrame) -> None:
    for data in ({"test": table}, table.to_dict(as_series=False)):
        with pytest.raises(MilepostError, match="must hold train"):
            milepost.prepare(data, TASK)
