"""Which candidate ships: the cheapest of those that validation cannot tell from the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from milepost.stages.evaluate import Measured, Score


@dataclass(frozen=True)
class Tried:
    """A trained candidate and what validation found of it."""

    name: str
    found: Measured


@dataclass(frozen=True)
class Choice:
    """The winner, why it won, and every candidate's score."""

    winner: Tried
    why: str
    table: list[dict[str, Any]]


def choose(tried: Sequence[Tried], wanted: str | None = None) -> Choice:
    """Return the cheapest candidate (they come cheapest first) inside the interval of the best, or the `wanted` one.

    Candidates are compared by the kind's proper score, on the same validation rows, in pairs.
    """
    task = tried[0].found.task
    metric = task.select
    sign = 1 if task.metrics[metric].better == "higher" else -1
    found = [t.found.scores()[metric] for t in tried]
    best = max(range(len(tried)), key=lambda i: sign * found[i].value)
    gaps = [t.found.minus(tried[best].found)[metric] for t in tried]
    inside = [i == best or (gaps[i].high if sign > 0 else -gaps[i].low) >= 0 for i in range(len(tried))]
    ranked = inside.index(True)
    chosen = ranked if wanted is None else next(i for i, t in enumerate(tried) if t.name == wanted)
    table = [
        {"model": t.name, "metric": metric, "value": s.value, "low": s.low, "high": s.high, "inside": within}
        for t, s, within in zip(tried, found, inside, strict=True)
    ]
    names = [t.name for t in tried]
    why = _why(names, metric, found, gaps, chosen, best, ranked, wanted is not None)
    return Choice(tried[chosen], why, table)


def _why(
    names: Sequence[str],
    metric: str,
    found: Sequence[Score],
    gaps: Sequence[Score],
    chosen: int,
    best: int,
    ranked: int,
    asked: bool,
) -> str:
    """Explain the choice in one sentence or two."""
    at = f"{metric} {found[chosen].value:.4g} on {found[chosen].n:,} validation rows"
    if asked and ranked < chosen:
        return (
            f"{names[chosen]} ships because product.yaml names it ({at}), but {names[ranked]} scores "
            f"{found[ranked].value:.4g}, as good within chance, and is cheaper: it could be the product"
        )
    if asked:
        return f"{names[chosen]} ships because product.yaml names it ({at})"
    if len(names) == 1:
        return f"{names[chosen]} ships: nothing else was tried ({at})"
    if chosen == best == 0:
        return f"{names[chosen]} ships: it is the best and the cheapest ({at})"
    if chosen == best:
        return f"{names[chosen]} ships: it is the best ({at}), and no cheaper candidate comes within chance of it"
    between = gaps[chosen]
    return (
        f"{names[chosen]} ships ({at}): {names[best]} scores {found[best].value:.4g}, but the difference "
        f"({between.low:+.3g} to {between.high:+.3g}) may be chance, and {names[chosen]} is cheaper"
    )
