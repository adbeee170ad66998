"""How the product does on parts of the rows: those that were asked for, and the worst that a search found."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.forest import Tree, forest, legend
from milepost.page.html import Html, joined, name, tag
from milepost.page.plot import Mark
from milepost.page.scale import finite
from milepost.page.voice import Voice, number
from milepost.page.written import Score, plain

SHOWN, WORST, GAPS = 24, 10, 12
FEW = 30  # rows below which nothing is proven


def slices(evidence: Evidence, voice: Voice) -> Html:
    """Return the headline metric of every slice, the worst first, with a line where it is over all rows."""
    metrics = evidence.metrics
    metric = str(metrics.get("headline") or "")
    found = [
        (s, m[metric]) for s, m in (metrics.get("slices") or {}).items() if finite([(m.get(metric) or {}).get("value")])
    ]
    if not found:
        return Html()
    found.sort(key=lambda pair: pair[1]["value"], reverse=not evidence.up(metric))
    overall = ((metrics.get("test") or {}).get(metric) or {}).get("value")
    marks = [Mark(v, "overall") for v in finite([overall])]
    trees = [Tree(s, name(s), score, _weight(score)) for s, score in found[:SHOWN]]
    key = legend([("overall", voice("over all test rows"))]) if marks else ""
    table = forest(joined([tag("code", metric), evidence.better(metric, voice)], " · "), trees, voice, marks)
    gaps = [_gap(column, gap.get(metric), voice) for column, gap in (metrics.get("gaps") or {}).items()][:GAPS]
    few = tag("p", voice("pale: fewer than {0} rows, which prove nothing", number(FEW)), class_="note")
    pale = few if any(t.kind == "pale" for t in trees) else ""
    return joined(
        [key, table, pale, *gaps, _more(len(found) - SHOWN, voice), origin(voice, METRICS, "slices", "test", "gaps")]
    )


def _gap(column: str, score: Score | None, voice: Voice) -> Html:
    """Say how far the groups of a column are apart, or one of them from all others."""
    if not score:
        return Html()
    said = tag("b", plain(score))
    if "=" in column:
        return tag("p", voice("difference between {0} and all others: {1}", name(column), said), class_="gap-of")
    return tag("p", voice("largest difference between the groups of {0}: {1}", name(column), said), class_="gap-of")


def _weight(score: Score) -> str:
    return "pale" if 0 < (score.get("n") or 0) < FEW else "mine"


def _more(left: int, voice: Voice) -> Html:
    return tag("p", voice("{0} more slices are in metrics.json", number(left)), class_="note") if left > 0 else Html()


def worst(evidence: Evidence, voice: Voice) -> Html:
    """Return the worst slices that a search found, each with the rest of the rows; nothing where none was sought."""
    found = [w for w in evidence.metrics.get("worst") or [] if finite([w.get("value")])]
    if not found:
        return Html()
    metrics = list(dict.fromkeys(str(w["metric"]) for w in found[:WORST]))
    said = tag("p", voice("certain: the difference holds after the correction for looking at many"), class_="about")
    key = legend([("rest", voice("on all other rows"))])
    drawn = [_of(metric, [w for w in found[:WORST] if w["metric"] == metric], evidence, voice) for metric in metrics]
    return joined([said, key, *drawn, _more(len(found) - WORST, voice), origin(voice, METRICS, "worst")])


def _of(metric: str, found: Sequence[Score], evidence: Evidence, voice: Voice) -> Html:
    head = joined([tag("code", metric), evidence.better(metric, voice)], " · ")
    return forest(head, [_bad(w, voice) for w in found], voice, unit=evidence.unit(metric))


def _bad(found: Score, voice: Voice) -> Tree:
    sure = bool(found.get("certain"))
    note = tag("span", voice("certain" if sure else "may be chance"), class_="fate sure" if sure else "fate soft")
    rest = [Mark(v, "rest") for v in finite([found.get("rest")])]
    return Tree(str(found["slice"]), name(str(found["slice"])), found, "bad" if sure else "other", note, rest)
