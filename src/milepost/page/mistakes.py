"""The test rows that are most surely wrong, to be read one by one: a wrong label, or something to learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.html import Html, joined, name, tag
from milepost.page.voice import Voice, figure, number, share

SHOWN = 5  # the others are folded


def mistakes(evidence: Evidence, voice: Voice) -> Html:
    """Return the list of the mistakes; nothing where there are none."""
    found = [m for m in evidence.metrics.get("mistakes") or [] if m.get("row")]
    if not found:
        return Html()
    numbers = "error" in found[0]
    about = voice(
        "the test rows on which it is farthest off"
        if numbers
        else "the test rows on which it was surest and wrong: look at them first, the truth may be a mistake, too"
    )
    items = [tag("li", _said(m, voice), _quoted(m, voice)) for m in found]
    rest = tag("details", tag("summary", voice("{0} more", number(len(items) - SHOWN))), tag("ol", items[SHOWN:]))
    folded = tag("div", rest, class_="mistakes") if len(items) > SHOWN else ""
    shown = tag("ol", items[:SHOWN], class_="mistakes")
    return joined([tag("p", about, class_="about"), shown, folded, origin(voice, METRICS, "mistakes")])


def _said(found: Mapping[str, Any], voice: Voice) -> Html:
    """Say what was answered and what is true, as far as anybody may see it."""
    if "error" in found:
        words = [tag("b", figure(found.get(key))) for key in ("answer", "truth", "error")]
        return tag("p", voice("said {0}, true is {1}: off by {2}", *words))
    sure = tag("b", share(found.get("probability") or 0.0, 1))
    if "answer" not in found:
        return tag("p", voice("wrong with {0}", sure))
    answer, truth = (_named(found.get(key), voice) for key in ("answer", "truth"))
    if "label" in found:
        label = name(str(found["label"]))
        return tag("p", voice("called {0}, true is {1}; surest of {2}: {3}", answer, truth, label, sure))
    return tag("p", voice("called {0} with {1}, true is {2}", answer, sure, truth))


def _named(value: Any, voice: Voice) -> Html:
    """Return a class, or the labels of a row."""
    if isinstance(value, list):
        return tag("b", voice.listed(name(str(v)) for v in value) if value else voice("no label"))
    return tag("b", name(str(value)))


def _quoted(found: Mapping[str, Any], voice: Voice) -> Html:
    """Return where the row is and what stands in it."""
    cells = [
        tag("span", tag("span", name(str(column)), class_="soft"), " ", name(str(word)), class_="cell")
        for column, word in (found.get("cells") or {}).items()
    ]
    where = tag("span", voice("row {0} of the test rows", number(found["row"])), class_="soft cell")
    return tag("p", joined([*cells, where], " "), class_="quoted")
