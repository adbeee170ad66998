"""Answers beside the truth: which classes are taken for which, and what was seen where so much was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.metrics.classification import BINS, bin_of
from milepost.metrics.interval import Z, wilson
from milepost.types import Array, Columns

TENTHS = 10  # of the rows of a regression, by what was said


def of_classes(stats: Columns, classes: Sequence[str]) -> dict[str, Any]:
    """Return the confusion of classes (truth by called, rows), the scores of each, and how right the product was
    when it was so sure."""
    p, guess, truth = (np.asarray(stats[k]) for k in ("probability", "guess", "truth"))
    seen, wide = truth >= 0, len(classes)
    counts = np.bincount(truth[seen] * wide + guess[seen], minlength=wide**2).reshape(wide, -1)
    there, called = counts.sum(1).tolist(), np.bincount(guess, minlength=wide).tolist()
    return {
        "classes": [of_class(*row) for row in zip(classes, there, called, counts.diagonal().tolist(), strict=True)],
        "confusion": {"classes": list(classes), "counts": counts.tolist()},
        "calibration": reliability(p.max(1), p.argmax(1) == truth),
    }


def of_class(name: str, there: int, called: int, both: int) -> dict[str, Any]:
    """Return the scores of a class or label by its rows; None where there is nothing to divide by."""

    def share(top: int, bottom: int) -> float | None:
        return top / bottom if bottom else None

    told = {"precision": share(both, called), "recall": share(both, there), "f1": share(2 * both, there + called)}
    return {"class": name, "rows": there, "called": called, **told}


def reliability(said_N: Array, hit_N: Array) -> list[dict[str, float]]:
    """Return how often it was so where such a probability was said, in equal bins, with intervals."""
    place, bins = bin_of(said_N), list[dict[str, float]]()
    for k in range(BINS):
        inside = place == k
        n = int(inside.sum())
        if n:
            share = float(hit_N[inside].mean())
            low, high = wilson(share, n)
            bins.append({"said": float(said_N[inside].mean()), "seen": share, "low": low, "high": high, "n": n})
    return bins


def of_numbers(stats: Columns) -> dict[str, Any]:
    """Return what was seen, on average, where the product said so much: tenths of the rows by what was said."""
    guess, truth = (np.asarray(stats[k], np.float64) for k in ("guess", "truth"))
    out = list[dict[str, float]]()
    for index in np.array_split(np.argsort(guess, kind="stable"), min(TENTHS, max(1, len(guess) // 5))):
        said, seen = float(guess[index].mean()), float(truth[index].mean())
        half = Z * float(truth[index].std(ddof=1)) / float(np.sqrt(len(index))) if len(index) > 1 else 0.0
        out.append({"said": said, "seen": seen, "low": seen - half, "high": seen + half, "n": len(index)})
    return {"calibration": out}
