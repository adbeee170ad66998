"""The rows that are most surely wrong, the surest first; rows count from 0.

Shape letters: N rows, C classes, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.types import Array, Columns

LISTED = 20


def of_classes(stats: Columns, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Return the wrong rows to which the product gave most probability; a class never seen in training is None."""
    p, guess, truth = (np.asarray(stats[k]) for k in ("probability", "guess", "truth"))
    said_N = p[np.arange(len(p)), guess]
    return [
        {
            "row": int(i),
            "truth": classes[truth[i]] if truth[i] >= 0 else None,
            "answer": classes[guess[i]],
            "probability": float(said_N[i]),
        }
        for i in _first(said_N, guess != truth)
    ]


def of_labels(stats: Columns, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows with the most surely wrong label: given though not borne, or borne though not given."""
    p, called, truth = (np.asarray(stats[k]) for k in ("probability", "called", "truth"))
    said_NL = np.where(called, p, 1 - p)
    wrong_NL = called.astype(bool) != truth.astype(bool)
    worst_N = np.where(wrong_NL, said_NL, -1).argmax(1)
    sure_N = said_NL[np.arange(len(p)), worst_N]
    return [
        {
            "row": int(i),
            "truth": [labels[c] for c in np.flatnonzero(truth[i]).tolist()],
            "answer": [labels[c] for c in np.flatnonzero(called[i]).tolist()],
            "label": labels[int(worst_N[i])],
            "probability": float(sure_N[i]),
        }
        for i in _first(sure_N, wrong_NL.any(1))
    ]


def of_numbers(stats: Columns) -> list[dict[str, Any]]:
    """Return the rows on which a predicted number is farthest off."""
    guess, truth = (np.asarray(stats[k], np.float64) for k in ("guess", "truth"))
    error_N = np.abs(guess - truth)
    return [
        {"row": int(i), "truth": float(truth[i]), "answer": float(guess[i]), "error": float(error_N[i])}
        for i in _first(error_N, error_N > 0)
    ]


def _first(sure_N: Array, wrong_N: Array) -> Array:
    """Return the first of the wrong rows by how sure they are."""
    rows = np.flatnonzero(wrong_N)
    return np.asarray(rows[np.argsort(-sure_N[rows], kind="stable")][:LISTED])
