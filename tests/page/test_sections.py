"""The sections of the page: what comes first, and what is left out of what is too much."""

from __future__ import annotations

import re
from typing import Any

from milepost.page import classes, columns, findings, milestones, missing
from milepost.page.voice import Voice

from . import sample
from .reader import Reader


def finding(code: str, where: str, severity: str = "info", **others: Any) -> dict[str, Any]:
    out = {"code": code, "where": where, "what": f"{code} is so", "fix": "", "severity": severity, "count": 0}
    return out | {"rows": []} | others


def wide(columns: int) -> dict[str, Any]:
    """A report of a table with very many columns."""
    number = {"type": "number", "missing": 0, "missing_share": 0.0, "distinct": 2, "min": 0, "max": 1, "mean": 0.5}
    report = sample.report()
    report["columns"] = {f"x{i}": dict(number) for i in range(columns)}
    report["findings"] = [finding("constant_column", f"column x{i}") for i in range(1000, columns)]
    report["findings"].append(finding("leak", "column x4321", "warning"))
    return report


def test_errors_come_first_and_findings_of_one_code_stand_together() -> None:
    found = [finding("a", "data"), finding("b", "data", "warning"), finding("c", "data", "error"), finding("a", "test")]
    text = findings.findings({"findings": found, "dropped": {}, "quarantined": {}}, {}, Voice())
    assert re.findall(r'<article class="s-(\w+)" id="f-(\w)"', text) == [
        ("error", "c"),
        ("warning", "b"),
        ("info", "a"),
    ]
    assert "× 2" in text


def test_a_finding_has_its_count_its_rows_and_its_mend() -> None:
    mend = 'columns: {age: {type: number, missing: ["?"]}}'
    found = finding("a", "column age", count=1234, rows=[3, 10_000], fix=mend, what="`age` is odd")
    text = findings.findings({"findings": [found], "dropped": {}, "quarantined": {}}, {"age": "c0"}, Voice())
    words = " ".join(" ".join(t.words for t in Reader(text).texts).split())
    assert "age is odd age · count 1,234 · in rows 3, 10,000 … Fix" in words
    assert '<a href="#c0">' in text
    assert "<code><bdi>columns: {age: {type: number, missing: [&quot;?&quot;]}}</bdi></code>" in text


def test_rows_that_were_set_aside_are_told_by_their_lines() -> None:
    found = finding("broken_text", "data", count=2, rows=[7, 9])
    report = {"findings": [found], "dropped": {}, "quarantined": {"broken_text": 2}}
    assert "in lines 7, 9" in " ".join(t.words for t in Reader(findings.findings(report, {}, Voice())).texts)


def test_a_very_wide_table_is_bounded_and_the_odd_columns_are_shown() -> None:
    report = wide(50_000)
    places = columns.chosen(report)
    assert (
        len(places) == columns.SHOWN and "x4321" in places and list(places) == sorted(places, key=lambda n: int(n[1:]))
    )
    text = columns.columns(report, places, Voice()) + findings.findings(report, places, Voice())
    assert f"{50_000 - columns.SHOWN:,} more columns are in data_report.json" in text
    assert f"{49_000 - findings.ALIKE:,} more of this kind are in data_report.json" in text
    assert len(text) < 200_000


def test_classes_have_the_rows_of_every_side_and_the_rarest_are_left_out() -> None:
    counts = {"train": {f"class {i}": 100 - i for i in range(30)}, "test": {"class 0": 7, "new": 1}}
    text = classes.classes({"split": {"classes": counts}}, Voice())
    first = " ".join(re.sub(r"<title>.*?</title>|<[^>]*>", " ", text.split("<tbody>")[1].split("</tr>")[0]).split())
    assert first == "class 0 3.9% 100 0 7"
    assert f"{31 - classes.SHOWN} more classes" in text


def test_the_column_with_most_gaps_is_first_in_the_map() -> None:
    text = missing.missing(sample.report(), {}, Voice())
    assert re.findall(r'<bdi class="name">(\w+)</bdi>', text) == ["left", "age"]
    assert "age: missing cells, train" in text


def test_the_map_gives_every_side_the_room_of_its_rows() -> None:
    spans = missing._spans({"train": {"rows": 640}, "valid": {"rows": 160}, "test": {"rows": 200}})
    assert [round(start) for start, _ in spans.values()] == [0, 64, 80]
    assert sum(wide for _, wide in spans.values()) == 100 - 2 * missing.GAP


def words(html: str) -> str:
    """The texts of a section, titles of its drawings among them."""
    return " ".join(" ".join(t.words for t in Reader(html).texts).split())


def test_a_milestone_says_its_verdict_its_evidence_and_when_it_is_due() -> None:
    said = words(re.sub(r"<svg.*?</svg>", "", milestones.milestones(sample.gates(), Voice())))
    assert "product not proven due 2027-03-01 · 96 days left ? not proven accuracy >= 0.8 0.815 [0.785, 0.845]" in said
    assert "200 rows about 1,130 test rows would prove it" in said and "5 days late" in said
    assert "+0.121 [+0.091, +0.151] 200 rows compared with naive" in said and "deploy waits for it" in said
