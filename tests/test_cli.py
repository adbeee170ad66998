"""The commands as a user types them, in a fresh folder and a fresh process."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

MILEPOST = Path(sys.executable).with_name("milepost")


def milepost(*words: str, at: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; fail with its words unless it exits with `code`."""
    done = subprocess.run([MILEPOST, *words], cwd=at, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the example has been taken to a product."""
    folder = tmp_path_factory.mktemp("made")
    milepost("new", "tabular-classification", "--folder", ".", at=folder)
    milepost("run", "model=linear", at=folder)
    return folder


@pytest.fixture
def fresh(made: Path, tmp_path: Path) -> Path:
    """A folder with the example, on which nothing has run."""
    for name in ("product.yaml", "biopsies.csv"):
        shutil.copy(made / name, tmp_path)
    return tmp_path


def test_only_built_commands_are_listed(tmp_path: Path) -> None:
    text = milepost("--help", at=tmp_path).stdout
    listed = [line.split()[0] for line in text.split("Commands:")[1].strip().splitlines()]
    assert listed == ["new", "check", "run", "status", "report", "explain-code", "predict", "serve", "schema"]


def test_what_a_run_leaves(made: Path) -> None:
    latest = made / "runs" / "latest"
    metrics = json.loads((latest / "metrics.json").read_text())
    assert metrics["headline"] == "accuracy"
    assert {"test", "valid", "naive", "baseline", "slices"} <= set(metrics)
    wanted = {"accuracy", "balanced_accuracy", "macro_f1", "f1", "precision", "recall", "roc_auc", "pr_auc", "log_loss"}
    assert wanted | {"ece", "size_mb", "latency_p50_ms", "latency_p95_ms"} == set(metrics["test"])
    assert all({"value", "low", "high", "n"} == set(s) for s in metrics["test"].values())
    assert metrics["test"]["accuracy"]["value"] > 0.93
    report = json.loads((latest / "data_report.json").read_text())
    assert (
        report["rows_read"] == report["rows_kept"] == 569 == sum(report["split"][s] for s in ("train", "valid", "test"))
    )
    shipped = {p.name for p in (latest / "product").iterdir()}
    assert shipped == {"manifest.json", "task.json", "forward.onnx", "README.md", "Dockerfile"}
    assert json.loads((latest / "lock.json").read_text())["chosen"]["linear"]


def test_a_second_run_does_nothing(made: Path) -> None:
    ledger = (made / ".milepost" / "ledger.jsonl").read_text()
    again = json.loads(milepost("run", "model=linear", "--json", at=made).stdout)
    assert (made / ".milepost" / "ledger.jsonl").read_text() == ledger
    assert again["test_looks"] == 1


def test_status_reads_what_run_said(made: Path) -> None:
    found = json.loads(milepost("status", "--json", at=made).stdout)
    assert [m["name"] for m in found["milestones"]] == ["prototype", "product"]
    gate = found["milestones"][0]["gates"][0]
    assert {"gate", "metric", "slice", "op", "bound", "value", "low", "high", "n", "verdict", "next"} <= set(gate)
    assert "prototype" in milepost("status", at=made).stdout
    assert len(json.loads(milepost("status", "--all", "--json", at=made).stdout)["runs"]) == 1


def test_predict_answers_every_row_in_order(made: Path) -> None:
    milepost("predict", "biopsies.csv", "--out", "answers.csv", at=made)
    answers = pl.read_csv(made / "answers.csv")
    assert answers.height == 569
    assert (answers["label"] == answers["diagnosis"]).mean() > 0.95
    printed = milepost("predict", "biopsies.csv", "--json", at=made).stdout.splitlines()
    assert [json.loads(line)["label"] for line in printed] == answers["label"].to_list()


def test_predict_says_what_it_could_not_read(made: Path) -> None:
    rows = (made / "biopsies.csv").read_text().splitlines()
    (made / "odd.csv").write_text("\n".join([rows[0], "abc," + rows[1].split(",", 1)[1], rows[2]]) + "\n")
    done = milepost("predict", "odd.csv", at=made)
    assert "1 cells of `mean radius` are no number" in done.stderr and len(done.stdout.splitlines()) == 3


def test_new_infers_from_data(tmp_path: Path) -> None:
    rows = [f"{i % 7},{i * 0.5},{'yes' if i % 3 else 'no'}" for i in range(90)]
    (tmp_path / "t.csv").write_text("visits,spent,churn\n" + "\n".join(rows))
    found = json.loads(milepost("new", "--data", "t.csv", "--json", at=tmp_path).stdout)
    assert found["kind"] == "tabular-classification" and "churn" in found["inferred"][0]
    milepost("check", at=tmp_path)
    (tmp_path / "product.yaml").unlink()
    found = json.loads(milepost("new", "--data", "t.csv", "--target", "spent", "--json", at=tmp_path).stdout)
    assert found["kind"] == "tabular-regression"
    milepost("check", at=tmp_path)


def test_schema_is_a_schema(tmp_path: Path) -> None:
    found = json.loads(milepost("schema", at=tmp_path).stdout)
    assert "2020-12" in found["$schema"] and "tabular-regression" in json.dumps(found)


def test_until_stops_the_road(fresh: Path) -> None:
    milepost("run", "--until", "prepare", at=fresh)
    assert not (fresh / "runs" / "latest" / "product").exists()
    assert (fresh / "runs" / "latest" / "data_report.json").exists()


def test_a_failed_gate_exits_with_1(fresh: Path) -> None:
    done = milepost("run", "model=linear", "milestones.product=[accuracy >= 0.9999999]", at=fresh, code=1)
    assert "failed" in done.stdout


LIGHT = """
import sys
from milepost.cli import main
try:
    main()
finally:
    heavy = {"torch", "sklearn", "lightgbm", "onnx", "polars"}
    print(sorted(set(sys.modules) & heavy), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "imported"),
    [(["--help"], []), (["status"], []), (["check"], ["polars"]), (["predict", "biopsies.csv"], ["polars"])],
)
def test_the_doors_are_light(made: Path, words: list[str], imported: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT, *words], cwd=made, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip().splitlines()[-1] == str(imported)


BAD = {
    "no such file": (["data.source=biopsy.csv"], "biopsies.csv"),
    "no such column": (["task.target=diagnosys"], "diagnosis"),
    "unknown key": (["train.epoch=3"], "epochs"),
    "unknown kind": (["task.kind=tabular-clasification"], "tabular-classification"),
    "unknown metric": (["milestones.product=[acuracy > 0.5]"], "accuracy"),
    "unknown model": (["model=liner"], "linear"),
    "a budget of 0": (["train.budget.time=0"], "more than 0"),
    "not built": (["privacy={epsilon: 8}"], "not built"),
    "unknown class": (["task.positive=maligant"], "malignant"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["check", "run"])
def test_bad_input_names_the_mend(fresh: Path, case: str, command: str) -> None:
    words, mend = BAD[case]
    done = milepost(command, *words, at=fresh, code=2)
    assert mend in done.stderr
    assert not (fresh / "runs" / "latest" / "product").exists()


BAD_DATA = {
    "empty": ("", "empty"),
    "header only": ("a,diagnosis\n", "no rows"),
    "one class": ("a,diagnosis\n" + "".join(f"{i % 9},yes\n" for i in range(60)), "only one class"),
    "no labels": (
        "a,diagnosis\n" + "".join(f"{i % 9},\n" for i in range(60)),
        "60 were set aside, most for: missing target",
    ),
    "two rows": ("a,diagnosis\n1,malignant\n2,benign\n", ""),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_is_one_clear_error(fresh: Path, case: str) -> None:
    content, said = BAD_DATA[case]
    (fresh / "biopsies.csv").write_text(content)
    assert said in milepost("run", "model=linear", "task.positive=null", at=fresh, code=2).stderr
    errors = json.loads(milepost("check", "--json", "task.positive=null", at=fresh, code=2).stdout)["errors"]
    assert all({"what", "where", "fix"} == set(e) for e in errors)


def test_a_folder_without_data_files(fresh: Path) -> None:
    (fresh / "void").mkdir()
    assert "no data files" in milepost("run", "data.source=void", at=fresh, code=2).stderr


def test_all_problems_at_once(fresh: Path) -> None:
    bad = milepost(
        "check", "model=liner", "task.target=x", "milestones.product=[acuracy > 0.5]", at=fresh, code=2
    ).stderr
    assert "linear" in bad and "accuracy" in bad and "no column `x`" in bad


def test_a_tampered_product_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "runs" / "latest" / "product", tmp_path / "product")
    graph = tmp_path / "product" / "forward.onnx"
    graph.write_bytes(graph.read_bytes()[:-1] + b"\0")
    shutil.copy(made / "biopsies.csv", tmp_path)
    done = milepost("predict", "biopsies.csv", "--product", "product", at=tmp_path, code=2)
    assert "forward.onnx" in done.stderr


def test_deploy_waits_for_a_milestone(fresh: Path) -> None:
    gate = "milestones.early={gates: [accuracy >= 0.99999], before: deploy}"
    done = milepost("run", "model=linear", gate, "--json", at=fresh, code=None)
    found = json.loads(done.stdout)
    assert done.returncode == {"failed": 1}.get(found["milestones"][-1]["verdict"], 0)
    assert not (fresh / "runs" / "latest" / "product").exists()
    assert any("deploy waits for `early`" in note for note in found["notes"]) and found["next"].startswith("early")
    assert found["test_looks"] == 0


def test_a_failed_run_leaves_the_last_product_in_place(fresh: Path) -> None:
    milepost("run", "model=linear", at=fresh)
    before = sorted(p.name for p in (fresh / "runs").iterdir())
    whole = (fresh / "biopsies.csv").read_text()
    (fresh / "biopsies.csv").write_text("a,diagnosis\n")
    milepost("run", "model=linear", at=fresh, code=2)
    (fresh / "biopsies.csv").write_text(whole)
    assert sorted(p.name for p in (fresh / "runs").iterdir()) == before
    assert "prototype" in milepost("status", at=fresh).stdout
    milepost("run", "--until", "prepare", "train.seed=1", at=fresh)
    milepost("predict", "biopsies.csv", "--out", "answers.csv", at=fresh)


def test_a_diverged_network_is_left_out(fresh: Path) -> None:
    wild = ("train.steps=1", "train.lr=1e30")
    assert "network was left out" in milepost("run", *wild, at=fresh).stdout
    assert "not finite" in milepost("run", "model=network", *wild, at=fresh, code=2).stderr


def test_a_slice_of_no_column_is_an_error(fresh: Path) -> None:
    gate = "milestones.product=[accuracy@sex=male > 0.5]"
    assert "no column `sex`" in milepost("check", gate, at=fresh, code=2).stderr
    assert "no column `sex`" in milepost("run", gate, "model=linear", at=fresh, code=2).stderr


def test_a_balanced_0_1_target_is_a_class(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{i % 7},{i % 2}\n" for i in range(40)) + "1,NA\n2,?\n")
    found = json.loads(milepost("new", "--data", "t.csv", "--target", "y", "--json", at=tmp_path).stdout)
    assert found["kind"] == "tabular-classification"


def test_a_kind_that_is_no_name(fresh: Path) -> None:
    assert "no kind" in milepost("check", "task.kind=../evil", at=fresh, code=2).stderr


def test_an_answer_file_where_no_folder_is(made: Path) -> None:
    assert "no such" in milepost("predict", "biopsies.csv", "--out", "void/a.csv", at=made, code=2).stderr


def test_ctrl_c_says_how_to_go_on(fresh: Path) -> None:
    started = subprocess.Popen(
        [MILEPOST, "run", "model=network", "train.steps=100000"], cwd=fresh, stderr=subprocess.PIPE, text=True
    )
    lock = fresh / "runs" / "latest" / "lock.json"
    while started.poll() is None and not (lock.exists() and "network" in lock.read_text()):
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=30) == 130
    assert started.stderr is not None and "goes on" in started.stderr.read()


def test_nothing_has_run_yet(tmp_path: Path) -> None:
    assert "milepost run" in milepost("status", at=tmp_path, code=2).stderr
    assert "milepost run" in milepost("predict", "x.csv", at=tmp_path, code=2).stderr


def test_a_file_where_a_folder_should_be(fresh: Path) -> None:
    (fresh / ".milepost").write_text("in the way")
    assert "cannot be written" in milepost("run", at=fresh, code=2).stderr
