"""Scores of predicted numbers for many row weights at once. Shape letters: N rows, D weightings."""

from __future__ import annotations

import numpy as np

from milepost.numeric import weighted_mean
from milepost.types import Array, Columns, Metric, Scores

METRICS = {
    "rmse": Metric("lower", low=0),
    "mae": Metric("lower", low=0),
    "r2": Metric("higher", high=1),
}


def measure(guess_N: Array, truth_N: Array) -> Columns:
    """Keep what every score needs."""
    return {"guess": guess_N, "truth": truth_N}


def score(stats: Columns, weights_DN: Array) -> Scores:
    """Return every metric [D]; r2 is nan where the truth does not vary."""
    guess, truth = np.asarray(stats["guess"]), np.asarray(stats["truth"])
    mse = weighted_mean((guess - truth) ** 2, weights_DN)
    centred = truth - truth.mean()  # else the squares of large numbers lose their digits
    spread = weighted_mean(centred**2, weights_DN) - weighted_mean(centred, weights_DN) ** 2
    r2 = 1 - np.divide(mse, spread, out=np.full_like(mse, np.nan), where=spread > 0)
    return {"rmse": np.sqrt(mse), "mae": weighted_mean(np.abs(guess - truth), weights_DN), "r2": r2}
