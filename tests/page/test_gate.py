"""A gate on its axis: the interval, the value, and the side that was promised."""

from __future__ import annotations

import re

import pytest

from milepost.page.gate import gate
from milepost.page.voice import Voice

from . import judged


def places(kind: str, text: str) -> dict[str, float]:
    """Where a piece of the drawing lies, in percent."""
    found = re.search(rf'<\w+ [^>]*class="{kind}"', text)
    assert found
    return {k: float(v) for k, v in re.findall(r'(x\d?|cx|width)="([\d.]+)%"', found[0])}


def drawn(text: str, value: float, half: float = 0.03) -> str:
    return gate(judged.gate(text, "not_proven", value, half), Voice())


def test_the_shaded_side_is_what_was_promised() -> None:
    up, down = drawn("accuracy >= 0.8", 0.815), drawn("loss <= 0.8", 0.815)
    edge = places("bound", up)["x1"]
    assert places("zone", up) == pytest.approx({"x": edge, "width": 100 - edge}, abs=0.02)
    assert places("zone", down)["x"] == 0 and places("zone", down)["width"] == places("bound", down)["x1"]
    whisker, dot = places("whisker i-verdict", up), places("i-verdict", up)
    assert whisker["x1"] < edge < dot["cx"] < whisker["x2"] and "≥ 0.8" in up and "≤ 0.8" in down


@pytest.mark.parametrize("value", [0.2, 0.9, 3.0, 1000.0])
@pytest.mark.parametrize("text", ["a >= 0.8", "a <= 0.8", "a > naive", "a < baseline"])
def test_the_promised_side_is_always_seen(text: str, value: float) -> None:
    assert places("zone", drawn(text, value))["width"] >= 8


def test_a_difference_is_drawn_beside_zero_and_names_what_it_is_compared_with() -> None:
    text = drawn("accuracy > naive", 0.12)
    assert "&gt; naive" in text and "compared with" in text and "+0.120" in text
    more = judged.gate("accuracy > baseline", "failed", 0.01, bound=0.02)
    assert "&gt; baseline + 0.02" in gate(more, Voice())


def test_what_is_exact_has_a_dot_alone_and_what_is_not_measured_no_drawing() -> None:
    assert "whisker" not in drawn("size_mb <= 10", 0.4, 0.0)
    assert "<svg" not in gate(judged.gate("recall >= 0.5", "not_measured", next="milepost run"), Voice())
