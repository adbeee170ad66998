from __future__ import annotations

import json
from pathlib import Path

import pytest

from milepost.errors import MilepostError
from milepost.roadmap.report import report, text


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
