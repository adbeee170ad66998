from __future__ import annotations

import re

import pytest

from milepost.page import draw
from milepost.page.draw import Part, Stretch

from .reader import Reader


def boxes(chart: str) -> list[tuple[float, float]]:
    """Where every rectangle starts and how wide it is, in percent."""
    found = [e.attributes for e in Reader(chart).elements if e.name == "rect" and "x" in e.attributes]
    return [(float(str(a["x"]).strip("%")), float(str(a["width"]).strip("%"))) for a in found]


def test_a_bar_is_parted_as_its_whole_and_its_smallest_part_is_seen() -> None:
    found = boxes(draw.bar("rows", [Part(900, "kept", "kept"), Part(0, "x", "none"), Part(1, "dropped", "dropped")]))
    (start, wide), (next_start, small) = found
    assert (start, wide + small) == (0, pytest.approx(100, abs=0.01))
    assert next_start == pytest.approx(wide, abs=0.01) and small > 1


def test_a_bar_of_nothing_is_empty() -> None:
    assert boxes(draw.bar("findings", [])) == [] == boxes(draw.bar("rows", [Part(0, "kept", "kept")]))


def test_a_histogram_has_both_sides_on_one_scale() -> None:
    chart = draw.histogram("ages", [0.5, 0.25], [0.0, 1.0], ["low", "high"])
    area, edge, line = re.findall(r'd="([^"]*)"', chart)
    assert edge == "M0 50L1 50L1 75L2 75" and line == "M0 100L1 100L1 0L2 0"
    assert area.startswith("M0 100L") and area.endswith("L2 100")
    assert [t.words for t in Reader(chart).texts] == ["ages", "low", "high"]


def test_one_side_alone_is_drawn_alone() -> None:
    assert "line" not in re.findall(r'class="(\w+)"', draw.histogram("ages", [1.0], [], ["all"]))


def test_ticks_beyond_the_end_stay_on_the_chart() -> None:
    assert re.findall(r'x1="([^"]*)"', draw.bullet("share", 0.5, 1.7)) == ["100.00%"]
    places = [float(p) for p in re.findall(r'x\d="([\d.]+)%"', draw.spread("ages", 0, 10, [-5, 2, 3, 4, 99]))]
    assert min(places) == 0 and max(places) == 100


def test_a_strip_is_darker_where_more_is_missing() -> None:
    chart = draw.strip("gaps", [Stretch(0, 50, 0.0), Stretch(50, 25, 0.001), Stretch(75, 25, 1.0)])
    faint, full = (float(o) for o in re.findall(r'opacity="([^"]*)"', chart))
    assert boxes(chart) == [(50, 25), (75, 25)] and 0.1 < faint < 0.2 and full == 1
