"""The page in one sentence and one number, for who reads nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from milepost.page.evidence import GATES, METRICS, Evidence, origin
from milepost.page.forest import Tree, forest
from milepost.page.html import Html, joined, name, tag
from milepost.page.voice import Voice, number
from milepost.page.written import Score, written

NAMED = 3  # milestones of a verdict that are called by their names


def verdict(evidence: Evidence, voice: Voice) -> Html:
    """Return the verdict, and the headline beside the naive guess and the baseline; nothing before anything is."""
    milestones = evidence.gates.get("milestones") or []
    lead = tag("p", sentence(milestones, voice), class_="lead") if milestones else Html()
    hero = _hero(evidence, voice)
    return joined([lead, hero, _looks(evidence, voice)]) if lead or hero else Html()


def sentence(milestones: Sequence[Score], voice: Voice) -> Html:
    """Say how many milestones are passed, and what the others are."""
    passed, every = sum(m["verdict"] == "passed" for m in milestones), len(milestones)
    parts = [_counted(passed, every, name(str(milestones[0]["name"])), voice)] if passed or every > 1 else []
    for kind in ("failed", "not_measured", "not_proven"):
        names = [str(m["name"]) for m in milestones if m["verdict"] == kind]
        parts += [_said(kind, names, voice)] if names else []
    whole = reduce(lambda a, b: voice("{0}; {1}", a, b), parts)
    return voice("{0}.", whole)


def _counted(passed: int, every: int, only: Html, voice: Voice) -> Html:
    if every == 1:
        return voice("{0} is passed", only)
    if passed == every == 2:
        return voice("Both milestones are passed")
    if passed == every:
        return voice("All {0} milestones are passed", number(every))
    if not passed:
        return voice("None of {0} milestones is passed", number(every))
    counts = number(passed), number(every)
    return voice("{0} of {1} milestones are passed" if passed > 1 else "{0} of {1} milestones is passed", *counts)


def _said(kind: str, names: Sequence[str], voice: Voice) -> Html:
    listed = voice.listed(map(name, names[:NAMED]))
    left = len(names) - NAMED
    if left > 0:
        listed = voice("{0} and {1} others", listed, number(left))
    if kind == "failed":
        return voice("{0} failed", listed)
    if kind == "not_measured":
        return voice("{0} are not measured" if len(names) > 1 else "{0} is not measured", listed)
    return voice("{0} are not proven" if len(names) > 1 else "{0} is not proven", listed)


def _hero(evidence: Evidence, voice: Voice) -> Html:
    """Return the headline metric, big, and the same of the naive guess and the baseline on one axis."""
    metrics, told = evidence.metrics, evidence.gates.get("headline") or {}
    metric = str(metrics.get("headline") or told.get("metric") or "")
    score = (metrics.get("test") or {}).get(metric) or told
    if score.get("value") is None:
        return Html()
    value, between = written(score)
    rows = voice("on {0} test rows that it never learned from", number(score["n"])) if score.get("n") else None
    big = tag(
        "div",
        tag("h3", tag("code", metric)),
        tag("p", value, tag("small", evidence.unit(metric)), class_="huge"),
        tag("p", voice("95% interval {0}", tag("b", between)), class_="between") if between else None,
        tag("p", rows, class_="soft") if rows else None,
        _per_day(evidence.gates.get("per_day"), voice),
        class_="headline",
    )
    return tag("div", big, tag("div", _beside(evidence, metric, score, voice), class_="beside"), class_="card hero")


def _per_day(found: Mapping[str, float] | None, voice: Voice) -> Html | None:
    """Return what a day's answers bring, where the requests of a day are told."""
    if not found:
        return None
    value, between = written(found)
    return tag(
        "p", voice("{0} USD a day {1} at {2} requests", tag("b", value), between, number(round(found["requests"])))
    )


def _beside(evidence: Evidence, metric: str, score: Score, voice: Voice) -> list[Html]:
    metrics, model = evidence.metrics, str(evidence.gates.get("model") or evidence.metrics.get("model") or "")
    product = voice("the product")
    trees = [Tree(product, tag("b", product), score, note=tag("code", model, class_="soft") if model else None)]
    others = [who for who in ("baseline", "naive") if who != "baseline" or not metrics.get("ships_baseline")]
    for who in others:
        other = (metrics.get(who) or {}).get(metric)
        trees += [Tree(voice(who), voice(who), other, who)] if other else []
    gains = [_gain(who, (metrics.get("gain") or {}).get(who, {}).get(metric), voice) for who in others]
    same = (
        tag("p", voice("It is the baseline itself: the simplest model ships."), class_="note")
        if len(others) < 2
        else ""
    )
    source = (
        origin(voice, METRICS, "test", "baseline", "naive", "gain") if metrics else origin(voice, GATES, "headline")
    )
    table = forest(evidence.better(metric, voice), trees, voice, unit=evidence.unit(metric))
    return [table, tag("ul", gains, class_="gains") if any(gains) else Html(), Html(same), source]


def _gain(who: str, gain: Score | None, voice: Voice) -> Html:
    """Say what the paired difference is, on the same rows."""
    if not gain or gain.get("value") is None:
        return Html()
    value, between = written(gain, 0.0, sign=True)
    said = tag("b", value), between
    return tag("li", voice("{0} compared with {1}, row by row", joined(said, " "), voice(who)))


def _looks(evidence: Evidence, voice: Voice) -> Html:
    looks = evidence.gates.get("test_looks") or 0
    said = "the test rows were looked at {0} times: each look makes a lucky score likelier"
    return tag("p", voice(said, number(looks)), class_="note") if looks > 1 else Html()
