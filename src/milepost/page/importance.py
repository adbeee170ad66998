"""Which columns the answers rest on: how much worse they are when one is shuffled."""

from __future__ import annotations

from milepost.page.evidence import METRICS, Evidence, origin
from milepost.page.forest import Tree, forest
from milepost.page.html import Html, joined, name, tag
from milepost.page.scale import finite
from milepost.page.voice import Voice, number

SHOWN = 20


def importance(evidence: Evidence, voice: Voice) -> Html:
    """Return the columns with their importance, most first; nothing where it was not measured."""
    found = [c for c in evidence.metrics.get("importance") or [] if finite([c.get("value")])]
    if not found:
        return Html()
    tried, left = evidence.metrics.get("candidates") or [{}], len(found) - SHOWN
    metric = str(tried[0].get("metric") or "")
    about = voice("how much {0} worsens on validation rows when the column is shuffled", tag("code", metric))
    plain = voice("how much worse the answers are on validation rows when the column is shuffled")
    trees = [Tree(str(c["column"]), name(str(c["column"])), c) for c in found[:SHOWN]]
    table = forest(voice("column"), trees, voice, bar=True)
    more = tag("p", voice("{0} more columns are in metrics.json", number(left)), class_="note") if left > 0 else ""
    return joined(
        [tag("p", about if metric else plain, class_="about"), table, more, origin(voice, METRICS, "importance")]
    )
