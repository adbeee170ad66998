"""Which class a row is called, given the probabilities: the likeliest, the one above a threshold, the one that pays.

Shape letters: N rows, C classes, T thresholds or strengths.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from milepost.errors import MilepostError, did_you_mean
from milepost.spec.product import Value
from milepost.types import Array

WORTH = "value_per_1k_usd"
TUNABLE = (WORTH, "f1", "balanced_accuracy", "macro_f1")  # that a threshold may be chosen for
EVEN = ("balanced_accuracy", "macro_f1")  # that count every class alike, however rare
STRENGTHS = tuple(t / 8 for t in range(13))  # 0: as likely as it is; 1: as if every class were as common; up to 1.5


def worth(value: Value, classes: Sequence[str], positive: int | None) -> Array:
    """Return what a row brings in USD, [C, C] by its truth and what it is called; what is not said brings nothing.

    Raises MilepostError where the four cells meet more than two classes, or a matrix names one that is not there.
    """
    if value.matrix is None:
        if positive is None or len(classes) != 2:
            fix = f"write matrix: {{{classes[0]}: {{{classes[0]}: 1, {classes[1]}: -1}}, ...}}"
            raise MilepostError(f"tp, fp, fn and tn are of two classes, here are {len(classes)}", "value", fix)
        out = np.array([[value.tn, value.fp], [value.fn, value.tp]], np.float64)
        return out if positive == 1 else out[::-1, ::-1]
    named = [*value.matrix, *(c for row in value.matrix.values() for c in row)]
    for name in named:
        if name not in classes:
            raise MilepostError(f"there is no class `{name}`", "value.matrix", did_you_mean(name, classes))
    return np.array([[value.matrix.get(t, {}).get(c, 0.0) for c in classes] for t in classes], np.float64)


def called(
    probability_NC: Array,
    positive: int | None,
    threshold: float | Sequence[float] | None,
    worth_CC: Array | None,
) -> Array:
    """Return the class of each row, int [N].

    Of two classes the positive one from `threshold` on; of more the one that pays most by `worth_CC` (truth, called),
    or that is likeliest once its probability is divided by its threshold; else the likeliest.
    """
    if positive is not None and isinstance(threshold, float) and probability_NC.shape[1] == 2:
        return np.where(probability_NC[:, positive] >= threshold, positive, 1 - positive)
    if worth_CC is not None and probability_NC.shape[1] > 2:
        return np.asarray((probability_NC @ worth_CC).argmax(1))
    if isinstance(threshold, Sequence):
        return np.asarray((probability_NC / np.asarray(threshold)).argmax(1))
    return np.asarray(probability_NC.argmax(1))


def best_cuts(probability_NC: Array, truth_N: Array, share_C: Array, metric: str) -> list[float]:
    """Return what the probability of each class is to be divided by so that `metric` is highest on these rows.

    It is the class's share of the training rows to a power that is tried from 0 to 1.5, one number for all classes
    (logit adjustment, Menon et al. 2021); of equal ones the least.
    """
    known_N = (truth_N >= 0) & np.isfinite(probability_NC).all(1)
    p, truth = probability_NC[known_N], truth_N[known_N]
    score_T = [_even(metric, (p / share_C**t).argmax(1), truth, len(share_C)) for t in STRENGTHS]
    best = next(t for t, score in zip(STRENGTHS, score_T, strict=True) if score >= max(score_T) - 1e-12)
    return [float(cut) for cut in share_C**best]


def _even(metric: str, guess: Array, truth: Array, classes: int) -> float:
    """Return the mean over the classes that are there, or are called, of their recall or F1; 0 without rows."""
    there, called = (np.bincount(x, minlength=classes) for x in (truth, guess))
    both = np.bincount(truth[truth == guess], minlength=classes)
    top, bottom = (both, there) if metric == "balanced_accuracy" else (2 * both, there + called)
    return float((top[bottom > 0] / bottom[bottom > 0]).mean()) if (bottom > 0).any() else 0.0


def best_threshold(
    probability_N: Array, hit_N: Array, known_N: Array, metric: str, worth_22: Array | None = None
) -> float:
    """Return the probability of the positive class from which calling it makes `metric` highest.

    `worth_22` is what a row brings, [is positive, is called positive]. Of equal ones the nearest to one half.
    """
    p, hit = probability_N[known_N], hit_N[known_N].astype(np.float64)
    values = np.unique(p)
    cuts_T = np.r_[0.0, (values[1:] + values[:-1]) / 2, 1.0 if values.max(initial=0) < 1 else np.nextafter(1, 2)]
    order = np.argsort(p, kind="stable")
    below_T = np.searchsorted(p[order], cuts_T)
    hits_below = np.r_[0.0, hit[order].cumsum()][below_T]
    fn, tn = hits_below, below_T - hits_below
    tp, fp = hit.sum() - fn, (len(hit) - hit.sum()) - tn
    score_T = _scored(metric, tp, fp, fn, tn, worth_22)
    best = np.flatnonzero(score_T >= score_T.max() - 1e-12)
    return float(cuts_T[best[np.abs(cuts_T[best] - 0.5).argmin()]])


def _scored(metric: str, tp: Array, fp: Array, fn: Array, tn: Array, worth_22: Array | None) -> Array:
    """Return the metric at each threshold, [T]; what is undefined counts as 0."""

    def ratio(top: Array, bottom: Array) -> Array:
        return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)

    if metric == WORTH:
        if worth_22 is None:
            raise ValueError("nothing is said of what a call is worth")
        return np.asarray(tp * worth_22[1, 1] + fn * worth_22[1, 0] + fp * worth_22[0, 1] + tn * worth_22[0, 0])
    f1, other = ratio(2 * tp, 2 * tp + fp + fn), ratio(2 * tn, 2 * tn + fp + fn)
    if metric == "balanced_accuracy":
        return (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2
    return f1 if metric == "f1" else (f1 + other) / 2
