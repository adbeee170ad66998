"""Scores of classifiers for many row weights at once, equal to scikit-learn's on index draws.

Shape letters: N rows, C classes, D weightings, G groups of equal score, K bins.
"""

from __future__ import annotations

import numpy as np

from milepost.numeric import weighted_mean
from milepost.types import Array, Columns, Metric, Scores

METRICS = {
    "accuracy": Metric("higher", low=0, high=1),
    "balanced_accuracy": Metric("higher", low=0, high=1),
    "macro_f1": Metric("higher", low=0, high=1),
    "f1": Metric("higher", low=0, high=1),
    "precision": Metric("higher", low=0, high=1),
    "recall": Metric("higher", low=0, high=1),
    "roc_auc": Metric("higher", low=0, high=1),
    "pr_auc": Metric("higher", low=0, high=1),
    "log_loss": Metric("lower", "nats", low=0),
    "ece": Metric("lower", low=0, high=1),
    "value_per_1k_usd": Metric("higher", "USD"),
}
BINS = 15  # of the calibration error, as in Guo et al. 2017
SMALLEST = np.finfo(np.float64).eps  # where scikit-learn clips probabilities


def measure(probability_NC: Array, guess_N: Array, truth_N: Array) -> Columns:
    """Keep what every score needs; a truth of -1 is a class never seen in training."""
    return {"probability": probability_NC, "guess": guess_N, "truth": truth_N}


def score(stats: Columns, weights_DN: Array, positive: int | None, worth_CC: Array | None = None) -> Scores:
    """Return every metric [D]; `positive` is the class of f1, precision and recall (None: more than two classes).

    `worth_CC` is what a row brings in USD, by its truth and by what it is called; without it nothing is worth anything.
    """
    p, guess, truth = (np.asarray(stats[k]) for k in ("probability", "guess", "truth"))
    right = (guess == truth).astype(np.float64)
    there, called, both = _counts(guess, truth, p.shape[1], weights_DN)
    out = {"accuracy": weighted_mean(right, weights_DN)}
    out["balanced_accuracy"] = _mean_over(_ratio(both, there), there > 0)
    out["macro_f1"] = _mean_over(_ratio(2 * both, there + called), there + called > 0)
    if positive is not None:
        out["f1"] = _ratio(2 * both, there + called)[:, positive]
        out["precision"] = _ratio(both, called)[:, positive]
        out["recall"] = _ratio(both, there)[:, positive]
    ranked = range(p.shape[1]) if positive is None else [positive]
    found = [groups(p[:, c], truth == c, weights_DN) for c in ranked]
    out["roc_auc"] = np.mean([roc_auc(*g) for g in found], axis=0)
    out["pr_auc"] = np.mean([pr_auc(*g) for g in found], axis=0)
    mine = np.where(truth >= 0, p[np.arange(len(p)), np.maximum(truth, 0)], 0.0)
    out["log_loss"] = weighted_mean(-np.log(np.clip(mine, SMALLEST, 1)), weights_DN)
    out["ece"] = calibration_error(p.max(1), (p.argmax(1) == truth).astype(np.float64), weights_DN)
    if worth_CC is not None:
        brought = np.where(truth >= 0, worth_CC[np.maximum(truth, 0), guess], 0.0)
        out["value_per_1k_usd"] = 1000 * weighted_mean(brought, weights_DN)
    return out


def support(stats: Columns, positive: int | None) -> dict[str, int]:
    """Count the rows that metrics rest on: recall on the hits there are, precision on those called.

    What compares classes rests on the rarest of them: three times its rows, so that 10 rows of it count as 30. A class
    that is not there at all counts as one row: the score is known, but proves nothing.
    """
    guess, truth = np.asarray(stats["guess"]), np.asarray(stats["truth"])
    there = np.bincount(truth[truth >= 0], minlength=np.asarray(stats["probability"]).shape[1])
    ranks = there.min() if positive is None else min(there[positive], len(truth) - there[positive])
    rarest = max(1, there.min())
    rests = {"balanced_accuracy": 3 * rarest, "macro_f1": 3 * rarest, "roc_auc": 3 * ranks, "pr_auc": 3 * ranks}
    if positive is not None:
        called = (guess == positive).sum()
        rests |= {"recall": there[positive], "precision": called, "f1": 3 * there[positive]}
    return {name: min(len(truth), int(rows)) for name, rows in rests.items()}


def _counts(guess: Array, truth: Array, classes: int, weights_DN: Array) -> tuple[Array, Array, Array]:
    """Return how often each class is there, is called, and both: [D, C] each."""
    eye = np.eye(classes)
    there_NC = np.where(truth[:, None] >= 0, eye[np.maximum(truth, 0)], 0.0)
    called_NC = eye[guess]
    return weights_DN @ there_NC, weights_DN @ called_NC, weights_DN @ (there_NC * called_NC)


def _ratio(top: Array, bottom: Array) -> Array:
    """Divide, 0 where there is nothing to divide by, as scikit-learn does."""
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=np.float64), where=bottom > 0)


def _mean_over(values_DC: Array, counted_DC: Array) -> Array:
    return _ratio((values_DC * counted_DC).sum(1), counted_DC.sum(1).astype(np.float64))


def groups(score_N: Array, hit_N: Array, weights_DN: Array) -> tuple[Array, Array]:
    """Weigh the hits and the misses in each group of equal score, best score first: [D, G] each."""
    order = np.argsort(-score_N, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score_N[order]) != 0])
    sorted_DN, hit = weights_DN[:, order], hit_N[order]
    hits, misses = sorted_DN * hit, sorted_DN * ~hit
    if len(starts) == len(hit):  # no two scores are equal
        return hits, misses
    return np.add.reduceat(hits, starts, 1), np.add.reduceat(misses, starts, 1)


def roc_auc(hits: Array, misses: Array) -> Array:
    """Return the chance that a hit outranks a miss, ties counting half; [D], nan where one is missing."""
    beaten = misses.sum(1, keepdims=True) - misses.cumsum(1) + misses / 2
    pairs = hits.sum(1) * misses.sum(1)
    return np.divide((hits * beaten).sum(1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def pr_auc(hits: Array, misses: Array) -> Array:
    """Return the average precision [D] (sum of precision x step in recall), nan where there is no hit."""
    found = hits.cumsum(1)
    precision = _ratio(found, found + misses.cumsum(1))
    total = hits.sum(1)
    return np.divide((hits * precision).sum(1), total, out=np.full(len(total), np.nan), where=total > 0)


def calibration_error(confidence_N: Array, right_N: Array, weights_DN: Array) -> Array:
    """Return the expected calibration error [D] over equal bins of confidence (Guo et al. 2017)."""
    bins_NK = np.eye(BINS)[bin_of(confidence_N)]
    gap_DK = weights_DN @ (bins_NK * (right_N - confidence_N)[:, None])
    return np.abs(gap_DK).sum(1) / weights_DN.sum(1)


def bin_of(confidence_N: Array) -> Array:
    """Return the bin of each confidence, 0 to BINS - 1; the upper end belongs to a bin."""
    return np.clip(np.ceil(confidence_N * BINS).astype(int) - 1, 0, BINS - 1)
