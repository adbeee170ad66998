from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from milepost.errors import MilepostError
from milepost.files import file_hash, sealed
from milepost.roadmap.report import evidence, report, text


def run(folder: Path, name: str, rows: int = 8, judged: bool = False) -> Path:
    """Lay down what a run leaves."""
    out = folder / "runs" / name
    out.mkdir(parents=True)
    found = {"rows_read": rows, "rows_kept": rows, "dropped": {}, "quarantined": {}, "findings": [], "columns": {}}
    found |= {"missing_map": {"sides": {}, "shares": {}}, "source": []}
    found |= {"split": {"train": rows - 2, "valid": 1, "test": 1, "how": "by content hash", "classes": {}}}
    (out / "data_report.json").write_text(json.dumps(found), "utf-8")
    if judged:
        gates = {"product": "heart-check", "model": "linear", "milestones": [], "next": "milepost serve"}
        (out / "gates.json").write_text(json.dumps(gates), "utf-8")
    return out


def test_the_page_lies_beside_what_it_is_made_of(tmp_path: Path) -> None:
    first, second = run(tmp_path, "0001-aa"), run(tmp_path, "0002-bb", 4321, judged=True)
    (tmp_path / "runs" / "latest").symlink_to("0002-bb")
    found = report(tmp_path)
    assert found == {"report": str(second / "report.html")} and "report.html" in text(found)
    html = (second / "report.html").read_text("utf-8")
    assert "4,321" in html and "heart-check" in html
    assert report(tmp_path, run="latest") == found
    assert report(tmp_path, "zh", "0001-aa") == {"report": str(first / "report.html")}
    assert 'lang="zh-Hans"' in (first / "report.html").read_text("utf-8")


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    out = run(tmp_path, "0001-aa")
    report(tmp_path)
    first = (out / "report.html").read_bytes()
    report(tmp_path)
    assert (out / "report.html").read_bytes() == first
    assert sorted(p.name for p in out.iterdir()) == ["data_report.json", "report.html"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="nothing has run yet") as error:
        report(tmp_path)
    assert error.value.fix == "milepost run"
    out = run(tmp_path, "0001-aa")
    for name in ("0001-ab", "..", "../..", "/etc"):
        with pytest.raises(MilepostError, match="there is no run"):
            report(tmp_path, run=name)
    (out / "data_report.json").write_text("{", "utf-8")
    with pytest.raises(MilepostError, match="damaged"):
        report(tmp_path)


def judged(out: Path, **others: object) -> None:
    """Lay down gates that name what they were judged by."""
    passed = {"gate": "size_mb <= 10", "metric": "size_mb", "slice": "", "op": "<=", "bound": 10.0, "against": ""}
    passed |= {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1, "verdict": "passed", "next": ""}
    milestone = {"name": "small", "verdict": "passed", "by": "2000-01-01", "days": 9, "before": None, "gates": [passed]}
    (out / "metrics.json").write_text(
        json.dumps({"test": {"size_mb": {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}}})
    )
    named = {"metrics.json": file_hash(out / "metrics.json"), **others}
    gates = {"product": "p", "milestones": [milestone], "next": "milepost serve", "evidence": named}
    (out / "gates.json").write_bytes(sealed(gates))


def test_evidence_is_hashed_as_it_was_read(tmp_path: Path) -> None:
    out = run(tmp_path, "0001-aa")
    judged(out)
    report(tmp_path)
    html = (out / "report.html").read_text("utf-8")
    assert all(file_hash(out / name) in html for name in ("data_report.json", "metrics.json", "gates.json"))
    assert "is passed." in html and 'role="alert"' not in html
    (out / "metrics.json").write_text("{}")
    report(tmp_path)
    html = (out / "report.html").read_text("utf-8")
    assert 'role="alert"' in html and "is passed." not in html and "v-passed" not in html.split("</style>")[1]


def test_days_are_counted_from_the_day_of_the_page(tmp_path: Path) -> None:
    out = run(tmp_path, "0001-aa")
    judged(out)
    found = evidence(out)
    assert found.gates["milestones"][0]["days"] == (date(2000, 1, 1) - date.today()).days
    assert found.day == date.today().isoformat()


def test_a_name_in_the_evidence_leads_out_of_the_run_to_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    out = run(tmp_path, "0001-aa")
    judged(out, **{"../../secret": file_hash(secret), str(secret): file_hash(secret)})
    assert set(evidence(out).hashes) == {"data_report.json", "metrics.json", "gates.json"}
    assert len(evidence(out).changed()) == 2
