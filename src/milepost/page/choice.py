"""Which model ships and why: the candidates on validation rows, on one axis."""

from __future__ import annotations

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.forest import Tree, forest
from milepost.page.html import Html, coded, joined, tag
from milepost.page.voice import Voice
from milepost.page.written import Score


def choice(evidence: Evidence, voice: Voice) -> Html:
    """Return the section of the choice between the models; nothing where there was none."""
    metrics = evidence.metrics
    why, tried = str(metrics.get("why") or evidence.gates.get("why") or ""), metrics.get("candidates") or []
    if not why and not tried:
        return Html()
    said = tag("p", coded(voice.sentence(why)), class_="why") if why else None
    plain = metrics.get("ships_baseline")
    simple = tag("p", voice("The simple model is the product: nothing is gained by a larger one yet."), class_="note")
    parts = [said, simple if plain else None, *_compared(evidence, tried, voice)]
    return tag("div", *parts, class_="card")


def _compared(evidence: Evidence, tried: list[Score], voice: Voice) -> list[Html]:
    if not tried:
        return []
    metric, ships = str(tried[0].get("metric") or ""), evidence.metrics.get("model")
    trees = [_tree(c, c["model"] == ships, voice) for c in tried]
    head = joined([tag("code", metric), evidence.better(metric, voice)], " · ")
    return [forest(head, trees, voice, unit=evidence.unit(metric)), origin(voice, METRICS, "why", "candidates")]


def _tree(candidate: Score, ships: bool, voice: Voice) -> Tree:
    """Return a candidate's row, with what became of it."""
    model = str(candidate["model"])
    inside = bool(candidate.get("inside"))
    fate = voice("ships" if ships else "as good within chance" if inside else "behind the best")
    label = tag("b" if ships else "span", tag("code", model))
    note = tag("span", fate, class_="fate ships" if ships else "fate soft")
    return Tree(model, label, candidate, "mine" if ships else "other", note)
