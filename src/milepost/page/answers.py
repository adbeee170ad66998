"""How the product answers: everything that the test and validation rows tell of it, as cards."""

from __future__ import annotations

from milepost.page.calibration import calibration, threshold
from milepost.page.confusion import confusion
from milepost.page.curves import curves
from milepost.page.evidence import Evidence
from milepost.page.html import Html, joined, tag
from milepost.page.importance import importance
from milepost.page.scores import scores
from milepost.page.slices import slices, worst
from milepost.page.voice import Voice


def answers(evidence: Evidence, voice: Voice) -> Html:
    """Return the section of the cards that have something to say."""
    cards = [
        (voice("Scores"), scores(evidence, voice), "broad"),
        (voice("What it calls what"), joined([confusion(evidence, voice), threshold(evidence, voice)]), None),
        (voice("Is it as sure as it should be?"), calibration(evidence, voice), None),
        (voice("For whom it works"), slices(evidence, voice), "broad"),
        (voice("Where it is worst"), worst(evidence, voice), "broad"),
        (voice("What the answers rest on"), importance(evidence, voice), "broad"),
        (voice("How it learned"), curves(evidence, voice), "broad"),
    ]
    there = [
        tag("article", tag("h3", title), part, class_=f"card {wide or ''}".strip())
        for title, part, wide in cards
        if part
    ]
    return tag("div", there, class_="answers") if there else Html()
