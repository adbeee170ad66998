"""How the product answers: everything that the test and validation rows tell of it, as cards."""

from __future__ import annotations

from milepost.page.by_class import by_class
from milepost.page.calibration import calibration, threshold
from milepost.page.confusion import confusion, is_wide
from milepost.page.curves import curves
from milepost.page.evidence import Evidence
from milepost.page.html import Html, joined, tag
from milepost.page.importance import importance
from milepost.page.mistakes import mistakes
from milepost.page.scores import scores
from milepost.page.slices import slices, worst
from milepost.page.voice import Voice


def answers(evidence: Evidence, voice: Voice) -> Html:
    """Return the section of the cards that have something to say; two small ones stand side by side."""
    broad = is_wide(evidence)
    called = joined([confusion(evidence, voice), threshold(evidence, voice)])
    small = [
        _card(voice("What it calls what"), called, broad=broad),
        _card(_sure(evidence, voice), calibration(evidence, voice)),
    ]
    alone = sum(map(bool, small[broad:])) == 1 and len(evidence.metrics.get("curves") or {}) == 1
    learned = _card(voice("How it learned"), curves(evidence, voice), broad=not alone)
    cards = [
        _card(voice("Scores"), scores(evidence, voice), broad=True),
        *small,
        learned if alone else "",
        _card(voice("Class by class"), by_class(evidence, voice), broad=True),
        _card(voice("For whom it works"), slices(evidence, voice), broad=True),
        _card(voice("Where it is worst"), worst(evidence, voice), broad=True),
        _card(voice("What it gets most wrong"), mistakes(evidence, voice), broad=True),
        _card(voice("What the answers rest on"), importance(evidence, voice), broad=True),
        "" if alone else learned,
    ]
    return tag("div", cards, class_="answers") if any(cards) else Html()


def _sure(evidence: Evidence, voice: Voice) -> Html:
    """Return the title of the reliability plot: of what is said with a probability, or with a number."""
    sure = "ece" in (evidence.metrics.get("test") or {})
    return voice("Is it as sure as it should be?" if sure else "What it says and what is seen")


def _card(title: Html, part: Html, broad: bool = False) -> Html:
    return tag("article", tag("h3", title), part, class_="card broad" if broad else "card") if part else Html()
