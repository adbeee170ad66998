"""Words that stand in an order, and words that say yes or no."""

from __future__ import annotations

import random

import pytest

from milepost.columns.scales import SCALES, TRUTHS, levels, truths


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_is_found_in_its_order(scale: tuple[str, ...]) -> None:
    some = random.Random(0).sample(scale, min(4, len(scale)))
    found = levels(some)
    assert set(found) == set(some) and found[0] in some
    places = [scale.index(level) for level in found]
    assert places == sorted(places) or any(set(some) <= set(other) for other in SCALES if other != scale)


@pytest.mark.parametrize(
    "words",
    [
        ("grade 1", "grade 2", "grade 10"), ("1st year", "2nd year", "3rd year"), ("1级", "2级", "10级"),
        ("0-9", "10-19", "100-199"), ("18-25", "26-35", "36+"), ("<1k", "1k-5k", ">5k"),
        ("under 20", "20 to 30", "over 30"),
        ("1,000-1,999", "2,000-9,999", "10,000+"), ("10岁以下", "10-20岁", "20岁以上"),
    ],
)  # fmt: skip
def test_steps_and_ranges(words: tuple[str, ...]) -> None:
    assert levels(words[::-1]) == words


@pytest.mark.parametrize("words", [(), ("low", "high"), ("low", "high", "red"), ("a", "b", "c"), ("1", "2", "3")])
def test_what_has_no_order(words: tuple[str, ...]) -> None:
    assert levels(words) == ()


@pytest.mark.parametrize(("yes", "no"), TRUTHS)
def test_truths(yes: str, no: str) -> None:
    found = truths([no, yes])
    assert found is not None and found[0] == (yes,) and no in found[1]
    assert truths([yes, no, "other"]) is None and truths([]) is None
