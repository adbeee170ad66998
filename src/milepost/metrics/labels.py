"""Scores of rows that bear several labels, for many row weights at once, equal to scikit-learn's on index draws.

A label that no row bears and none is given is left out of the means over labels (`zero_division=nan` there).

Shape letters: N rows, L labels, D weightings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.metrics.classification import SMALLEST, groups, pr_auc
from milepost.metrics.decision import WORTH, best_threshold
from milepost.metrics.interval import SHARED, f1_limits, mean_limits, widened, wilson
from milepost.metrics.pictures import of_class, reliability
from milepost.numeric import weighted_mean
from milepost.types import Array, Columns, Metric, Scores, Share

METRICS = {"micro_f1": Metric("higher", low=0, high=1), "macro_pr_auc": Metric("higher", low=0, high=1)}  # the new ones
TUNABLE = ("micro_f1", "macro_f1")  # that thresholds may be chosen for
STEPS = 50  # towards the best micro F1: each is at least as good as the last, and a handful is enough


def measure(probability_NL: Array, called_NL: Array, truth_NL: Array, unseen_N: Array | None = None) -> Columns:
    """Keep what every score needs; `unseen_N` counts the labels of each row that training has never seen."""
    unseen = np.zeros(len(truth_NL), np.int64) if unseen_N is None else unseen_N
    return {"probability": probability_NL, "called": called_NL, "truth": truth_NL, "unseen": unseen}


def _parts(stats: Columns) -> tuple[Array, Array, Array, Array]:
    p, called, truth, unseen = (np.asarray(stats[k]) for k in ("probability", "called", "truth", "unseen"))
    return p.astype(np.float64), called.astype(bool), truth.astype(bool), unseen


def score(stats: Columns, weights_DN: Array) -> Scores:
    """Return every metric [D], nan where it is undefined; a label that training has never seen is a missed one.

    `log_loss` is the sum over labels of their binary losses, `accuracy` the share of rows with every label right.
    """
    p, called, truth, unseen = _parts(stats)
    there, given, both = (weights_DN @ x.astype(np.float64) for x in (truth, called, truth & called))
    every = there.sum(1) + given.sum(1) + weights_DN @ unseen
    out = {"micro_f1": _ratio(2 * both.sum(1), every), "macro_f1": _mean_over(_ratio(2 * both, there + given))}
    areas = [pr_auc(*groups(p[:, label], truth[:, label], weights_DN)) for label in range(p.shape[1])]
    out["macro_pr_auc"] = _mean_over(np.stack(areas, 1))
    out["accuracy"] = weighted_mean(_right(stats).astype(np.float64), weights_DN)
    said = np.clip(np.where(truth, p, 1 - p), SMALLEST, 1)
    out["log_loss"] = weighted_mean(-np.log(said).sum(1) - unseen * np.log(SMALLEST), weights_DN)
    return out


def _right(stats: Columns) -> Array:
    """Mark the rows [N] whose every label is right."""
    _, called, truth, unseen = _parts(stats)
    return np.asarray((called == truth).all(1) & (unseen == 0))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)


def _mean_over(values_DL: Array) -> Array:
    """Return the mean over the labels where it is defined, [D]."""
    known = ~np.isnan(values_DL)
    return _ratio(np.where(known, values_DL, 0).sum(1), known.sum(1).astype(np.float64))


def support(stats: Columns) -> dict[str, int]:
    """Count the rows that metrics rest on: what compares labels on three times the rows of the rarest, at least one."""
    _, called, truth, unseen = _parts(stats)
    there, some = truth.sum(0), int(((truth | called).any(1) | (unseen > 0)).sum())
    rarest = min(len(truth), 3 * max(1, int(there.min())))
    return {"micro_f1": some, "macro_f1": rarest if some else 0, "macro_pr_auc": rarest if there.any() else 0}


def shares(stats: Columns) -> dict[str, Share]:
    """Return the rows behind accuracy."""
    right = _right(stats)
    return {"accuracy": Share(np.ones(len(right), bool), right)}


def limits(stats: Columns) -> dict[str, tuple[float, float]]:
    """Return the intervals that hold the truth more often than the bootstrap's where a label is rare or all is right.

    Means over labels from those of the labels; micro F1 from the hits among all that is borne or given, as many as
    they would be if the labels of a row did not hang together (design effect, Korn and Graubard 1998).
    """
    p, called, truth, unseen = _parts(stats)
    there, given, both = truth.sum(0), called.sum(0), (truth & called).sum(0)
    either, out = there + given - both, dict[str, tuple[float, float]]()
    f1s = [(2 * b / (b + e), f1_limits(b, e)) for b, e in zip(both, either, strict=True) if e]
    found = [c for c in range(len(there)) if there[c]]
    areas = [float(pr_auc(*groups(p[:, c], truth[:, c], np.ones((1, len(p)))))[0]) for c in found]
    ranked = [(a, wilson(a, there[c])) for a, c in zip(areas, found, strict=True)]
    for name, some in (("macro_f1", f1s), ("macro_pr_auc", ranked)):
        if some:
            values, ends = [v for v, _ in some], [i for _, i in some]
            out[name] = widened(float(np.mean(values)), mean_limits(values, ends), SHARED)
    hit_N, either_N = (truth & called).sum(1), (truth | called).sum(1) + unseen
    if either_N.any():
        out["micro_f1"] = _micro_limits(hit_N, either_N)
    return out


def _micro_limits(hit_N: Array, either_N: Array) -> tuple[float, float]:
    every, rows = either_N.sum(), int((either_N > 0).sum())
    share = hit_N.sum() / every
    alone = share * (1 - share) * every  # the variance if every label stood alone
    together = ((hit_N - share * either_N) ** 2).sum()
    n = every / max(1.0, together / alone) if alone > 0 else rows
    low, high = wilson(share, n)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def details(stats: Columns, labels: Sequence[str]) -> dict[str, Any]:
    """Return the scores of every label, and how often one was borne where it was given such a probability."""
    p, called, truth, _ = _parts(stats)
    counts = (x.sum(0).tolist() for x in (truth, called, truth & called))
    table = [of_class(*row) for row in zip(labels, *counts, strict=True)]
    return {"classes": table, "calibration": reliability(p.ravel(), truth.ravel())}


def called(probability_NL: Array, thresholds_L: Sequence[float] | None) -> Array:
    """Give each row [N, L] the labels that are likely enough: from one half on where nothing else was chosen."""
    return probability_NL >= (0.5 if thresholds_L is None else np.asarray(thresholds_L, np.float64))


def best_thresholds(probability_NL: Array, truth_NL: Array, metric: str) -> list[float]:
    """Return the probabilities, one per label, from which giving the label makes `metric` highest on these rows.

    The macro F1 is a matter of each label alone. The micro F1 is a ratio, and is made best by steps: what is best for
    the sum of hits, each label given costing what the last ratio says, is a better ratio (Dinkelbach 1967).
    """
    sound_N = np.isfinite(probability_NL).all(1)
    p, truth, labels = probability_NL[sound_N], truth_NL[sound_N], range(truth_NL.shape[1])
    every = np.ones(len(p), bool)
    if metric == "macro_f1":
        return [best_threshold(p[:, c], truth[:, c], every, "f1") for c in labels]
    ratio, best = -1.0, [0.5] * len(labels)
    for _ in range(STEPS):
        given = called(p, best)
        bottom = truth.sum() + given.sum()
        now = float(2 * (truth & given).sum() / bottom) if bottom else 0.0
        if now <= ratio:
            break
        ratio, worth = now, np.array([[0.0, -now], [0.0, 2 - now]])
        best = [best_threshold(p[:, c], truth[:, c], every, WORTH, worth) for c in labels]
    return best
