"""Gates for a new roadmap that the rows at hand can prove, and the smallest margin that they can."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from milepost.metrics.interval import Z, paired_shares
from milepost.roadmap.verdict import FEW
from milepost.types import Metric

ROOM = 2.0  # margins that must fit between the naive answer and a perfect one
RANKS = "roc_auc"  # the score that a rare class does not hide from


@dataclass(frozen=True)
class Proposal:
    """Gates by milestone, and why these, in sentences."""

    gates: dict[str, list[str]]
    said: list[str]


def propose(metrics: Mapping[str, Metric], classes: Mapping[str, int] | None, tested: int) -> Proposal:
    """Return gates for about `tested` rows; `classes` has the rows of each class, where there are any."""
    shipped = ["latency_p95_ms <= 50", "size_mb <= 50"]
    if tested < FEW:
        why = (
            f"gates: about {tested:,} test rows prove no score, {FEW} are the fewest: only size and speed are promised"
        )
        return Proposal({"prototype": shipped[1:], "product": shipped}, [why])
    headline = next(iter(metrics))
    if metrics[headline].high != 1:
        percent = f"{100 * Z / math.sqrt(tested):.0f}"
        why = f"gates: about {tested:,} test rows prove that {headline} is lower by {percent} % or more, not by less"
        return Proposal({"prototype": [f"{headline} < naive"], "product": [f"{headline} < naive", *shipped]}, [why])
    margin, most, said = smallest_gain(tested), _largest_share(classes), list[str]()
    said.append(
        f"gates: a gain of {margin:.3f} in {headline} is the smallest that about {tested:,} test rows can prove"
    )
    if RANKS in metrics and 1 - most < ROOM * margin:
        said.append(f"gates: {headline} is {most:.3f} where one class is always answered, so `roc_auc` is promised")
        return Proposal({"prototype": [f"{RANKS} > naive"], "product": [f"{RANKS} >= 0.7", *shipped]}, said)
    more = f"{headline} > naive + {math.ceil(100 * margin) / 100:.2f}"
    return Proposal({"prototype": [f"{headline} > naive"], "product": [more, *shipped]}, said)


def smallest_gain(rows: int) -> float:
    """Return the least gain of a proportion that `rows` paired rows can prove: no row lost, as few as possible won."""
    won = next((k for k in range(1, rows + 1) if paired_shares(k, 0, rows)[0] > 0), rows)
    return won / rows


def _largest_share(classes: Mapping[str, int] | None) -> float:
    return max(classes.values()) / sum(classes.values()) if classes else 0.0
