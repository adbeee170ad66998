"""The page in one sentence and one number."""

from __future__ import annotations

import re

import pytest

from milepost.page.verdict import sentence, verdict
from milepost.page.voice import Voice

from . import sample


def said(*verdicts: str, lang: str = "en") -> str:
    named = [{"name": f"m{i}", "verdict": v} for i, v in enumerate(verdicts)]
    return re.sub("<[^>]*>", "", sentence(named, Voice(lang)))


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (("passed", "passed", "not_proven"), "2 of 3 milestones are passed; m2 is not proven."),
        (("passed", "failed"), "1 of 2 milestones is passed; m1 failed."),
        (("passed", "passed"), "Both milestones are passed."),
        (("passed",) * 3, "All 3 milestones are passed."),
        (("passed",), "m0 is passed."),
        (("not_proven",), "m0 is not proven."),
        (("not_measured", "not_measured"), "None of 2 milestones is passed; m0, m1 are not measured."),
        (("failed",) * 5, "None of 5 milestones is passed; m0, m1, m2 and 2 others failed."),
    ],
)
def test_a_verdict_is_one_sentence(verdicts: tuple[str, ...], words: str) -> None:
    assert said(*verdicts) == words
    assert re.search("[。]$", said(*verdicts, lang="zh"))


def test_the_headline_stands_beside_the_naive_guess_and_the_baseline() -> None:
    text = verdict(sample.evidence(), Voice())
    assert '<p class="huge">0.815' in text and text.count('class="interval"') == 3
    words = re.sub("<[^>]*>", "", text)
    assert "+0.121 [+0.091, +0.151] compared with naive, row by row" in words
    assert "the test rows were looked at 3 times" in words


def test_without_metrics_the_headline_is_that_of_the_gates() -> None:
    text = verdict(sample.evidence(metrics={}), Voice())
    assert '<p class="huge">0.815' in text and text.count('class="interval"') == 1


def test_nothing_is_said_before_anything_is_judged() -> None:
    assert verdict(sample.evidence(metrics={}, gates={}), Voice()) == ""
