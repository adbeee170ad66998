"""What a test set of this size can prove, said before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping

from milepost.metrics.interval import Z, wilson
from milepost.types import Finding

FEW = 100  # test rows below which an interval is wider than most gates can bear
FEW_OF_A_CLASS = 30
USUAL = 0.8  # an accuracy for which widths are told
WANTED = 0.05  # half of an interval that proves something


def notice_proof(rows_of_test: int, classes: Mapping[str, int]) -> list[Finding]:
    """Report that so few test rows prove little; the interval is Wilson's at 95 %. `classes` is class -> test rows."""
    return [*_few_rows(rows_of_test), *_few_of_a_class(classes)]


def _few_rows(rows: int) -> list[Finding]:
    if rows >= FEW or not rows:
        return []
    half, wanted = _half(rows), math.ceil(Z * Z * USUAL * (1 - USUAL) / WANTED**2)
    what = f"{rows:,} test rows know an accuracy near {USUAL} to ± {half:.2f} only; a gate that close is not proven"
    fix = f"test on more rows: {wanted:,} know it to ± {WANTED}"
    return [Finding("too_few_rows", "test", what, fix, "warning", rows)]


def _few_of_a_class(classes: Mapping[str, int]) -> list[Finding]:
    """Look at classes alone: a recall rests on the rows of its class."""
    few = {c: n for c, n in classes.items() if n < FEW_OF_A_CLASS}
    if not few or len(classes) < 2:
        return []
    least = min(few.values())
    what = (
        f"{len(few):,} classes have fewer than {FEW_OF_A_CLASS} test rows, the rarest {least}: their recall is a guess"
    )
    return [Finding("too_few_rows", "test", what, "add rows of the rare classes, or merge them", count=len(few))]


def _half(rows: int) -> float:
    low, high = wilson(USUAL, rows)
    return (high - low) / 2
