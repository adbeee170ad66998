from __future__ import annotations

import math

import pytest

from milepost.page.html import Html, tag
from milepost.page.voice import Voice, figure, number, share


def test_what_fills_a_message_is_escaped_and_never_translated() -> None:
    assert Voice("zh")("{0} rows", "train <b>") == "train &lt;b&gt; 行"
    assert Voice("zh")("count {0}", tag("b", "7")) == "数量 <b>7</b>"
    assert Voice()("{0}: {1} of train, {2} of test", "{1}", "1%", "2%") == "{1}: 1% of train, 2% of test"


def test_lists_have_the_commas_of_the_language() -> None:
    assert Voice().listed(["1", "<"]) == "1, &lt;"
    assert Voice("zh").listed(["1", Html("<b>2</b>")]) == "1、<b>2</b>"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.4e-20, "−4e−21"),
        (1234567, "1,234,567"),
        (2024, "2024"),
        (12345.6, "12,346"),
        (-12.3456, "−12.35"),
        (0.25, "0.25"),
        (1e-7, "1e−07"),
        (3e20, "3e+20"),
        (None, "–"),
        (999.96, "1000"),
        (0.001, "0.001"),
        (17.5, "17.5"),
    ],
)
def test_figures_are_short(value: float | None, written: str) -> None:
    assert figure(value) == written


def test_counts_have_commas() -> None:
    assert number(50_000) == "50,000"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(0, 9, "0%"), (9, 9, "100%"), (1, 8, "12.5%"), (1, 99_999, "<0.1%"), (99_998, 99_999, ">99.9%"), (0, 0, "0%")],
)
def test_shares_are_never_rounded_to_none_or_all(part: int, whole: int, written: str) -> None:
    assert share(part, whole) == written
    assert math.isclose(float(share(1, 3)[:-1]), 33.3)
