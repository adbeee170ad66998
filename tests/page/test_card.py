from __future__ import annotations

import re

from milepost.page.card import card
from milepost.page.voice import Voice

from .reader import Reader

NUMBERS = {"type": "number", "missing": 3, "missing_share": 0.03, "distinct": 40, "min": -5, "max": 900, "mean": 3.25}
NUMBERS |= {"quantiles": {"0.05": 0, "0.25": 1, "0.5": 2, "0.75": 3, "0.95": 4}}
BARS = {
    "edges": [-0.5, 0.5, 1.5, 2.5],
    "counts": {"train": [5, 3, 1], "test": [1, 0, 1]},
    "above": {"train": 1, "test": 0},
}


def words(html: str) -> str:
    return " ".join(" ".join(t.words for t in Reader(html).texts).split())


def test_a_bar_of_a_whole_number_bears_it_and_what_is_beyond_is_said() -> None:
    found = card("n", NUMBERS | {"histogram": BARS}, "c0", (), Voice())
    assert re.findall(r'<rect x="\d"[^>]*><title>([^<]*)', found) == [
        "0 · train 50.0% · test 50.0%",
        "1 · train 30.0% · test 0%",
        "2 · train 10.0% · test 50.0%",
    ]
    assert "not drawn: 8.3% lie higher" in words(found)


def test_a_number_has_its_figures() -> None:
    found = words(card("n", NUMBERS, "c0", (), Voice()))
    assert "median 2 middle 90% 0 – 4 range −5 – 900 mean 3.25 different 40 missing 3 (3.0%)" in found


def test_dates_are_written_as_dates() -> None:
    edges = ["2024-01-01", "2024-01-02T12:00:00", "2024-01-04"]
    profile = {"type": "date", "missing": 0, "missing_share": 0, "distinct": 9, "min": edges[0], "max": edges[-1]}
    found = card("d", profile | {"histogram": {"edges": edges, "counts": {"train": [1, 2]}}}, "c0", (), Voice())
    assert "2024-01-01 – 2024-01-02 12:00 · train 33.3%" in words(found)
    assert "first 2024-01-01 last 2024-01-04" in words(found)


def test_values_beyond_the_first_are_added_up() -> None:
    top = [{"value": f"v{i}", "train": 20 - i, "test": 1} for i in range(10)]
    profile = {"type": "category", "missing": 0, "missing_share": 0, "distinct": 500, "top": top}
    profile |= {"others": {"train": 845, "test": 90}, "distinct_about": True}
    found = words(card("c", profile, "c0", (), Voice()))
    assert "v0 v0 · train 2.0% · test 1.0% 2.0%" in found
    assert "494 other values 89.5%" in found
    assert "≈ 500" in found


def test_codes_of_findings_lead_to_them_the_weightiest_keeps_its_tone() -> None:
    found = card(
        "n", NUMBERS, "c7", [{"code": "leak", "severity": "warning"}, {"code": "leak", "severity": "info"}], Voice()
    )
    assert re.findall(r'<a href="#f-leak" class="([^"]*)"', found) == ["flag s-warning"]
    assert 'id="c7"' in found
