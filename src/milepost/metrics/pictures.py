"""Answers beside the truth: which classes are taken for which, and what was seen where so much was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.metrics.classification import BINS, bin_of
from milepost.metrics.interval import Z, wilson
from milepost.types import Columns

TENTHS = 10  # of the rows of a regression, by what was said


def of_classes(stats: Columns, classes: Sequence[str]) -> dict[str, Any]:
    """Return the confusion of classes (truth by called, rows) and how right the product was when it was so sure."""
    p, guess, truth = (np.asarray(stats[k]) for k in ("probability", "guess", "truth"))
    seen = truth >= 0
    counts = np.bincount(truth[seen] * len(classes) + guess[seen], minlength=len(classes) ** 2)
    sure, right, bins = p.max(1), p.argmax(1) == truth, list[dict[str, float]]()
    place = bin_of(sure)
    for k in range(BINS):
        n = int((place == k).sum())
        if n:
            share = float(right[place == k].mean())
            low, high = wilson(share, n)
            bins.append({"said": float(sure[place == k].mean()), "seen": share, "low": low, "high": high, "n": n})
    return {
        "confusion": {"classes": list(classes), "counts": counts.reshape(len(classes), -1).tolist()},
        "calibration": bins,
    }


def of_numbers(stats: Columns) -> dict[str, Any]:
    """Return what was seen, on average, where the product said so much: tenths of the rows by what was said."""
    guess, truth = (np.asarray(stats[k], np.float64) for k in ("guess", "truth"))
    out = list[dict[str, float]]()
    for index in np.array_split(np.argsort(guess, kind="stable"), min(TENTHS, max(1, len(guess) // 5))):
        said, seen = float(guess[index].mean()), float(truth[index].mean())
        half = Z * float(truth[index].std(ddof=1)) / float(np.sqrt(len(index))) if len(index) > 1 else 0.0
        out.append({"said": said, "seen": seen, "low": seen - half, "high": seen + half, "n": len(index)})
    return {"calibration": out}
