"""How sure scores of classifiers are, in closed form. Shape letters: N rows, C classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from milepost.metrics.classification import groups, pr_auc, roc_auc
from milepost.metrics.interval import SHARED, auc_limits, f1_limits, mean_limits, widened, wilson
from milepost.types import Columns, Share


def shares(stats: Columns, positive: int | None) -> dict[str, Share]:
    """Return the rows behind accuracy, precision and recall."""
    guess, truth = np.asarray(stats["guess"]), np.asarray(stats["truth"])
    out = {"accuracy": Share(np.ones(len(truth), bool), guess == truth)}
    if positive is not None:
        both = (guess == positive) & (truth == positive)
        out |= {"precision": Share(guess == positive, both), "recall": Share(truth == positive, both)}
    return out


def limits(stats: Columns, positive: int | None) -> dict[str, tuple[float, float]]:
    """Return the intervals that hold the truth more often than the bootstrap's where a class is rare.

    Areas under the ROC curve and F1 by their own closed forms, means over classes from those of the classes, the
    average precision as a share of the positive rows (Boyd, Eng and Page 2013).
    """
    guess, truth, p = (np.asarray(stats[k]) for k in ("guess", "truth", "probability"))
    classes = range(p.shape[1])
    there, called = (np.bincount(x[x >= 0], minlength=len(classes)) for x in (truth, guess))
    both = np.bincount(truth[(guess == truth) & (truth >= 0)], minlength=len(classes))
    out = dict[str, tuple[float, float]]()
    recalls = [(both[c] / there[c], wilson(both[c] / there[c], there[c])) for c in classes if there[c]]
    either = there + called - both
    f1s = {c: (2 * both[c] / (there[c] + called[c]), f1_limits(both[c], either[c])) for c in classes if either[c]}
    out["balanced_accuracy"] = _mean_of(recalls)
    out["macro_f1"] = widened(float(np.mean([v for v, _ in f1s.values()])), _mean_of(list(f1s.values())), SHARED)
    if positive is not None and positive in f1s:
        out["f1"] = f1s[positive][1]
    ranked = classes if positive is None else [positive]
    if all(0 < there[c] < len(truth) for c in ranked):
        found = {c: groups(p[:, c], truth == c, np.ones((1, len(truth)))) for c in ranked}
        for name, area in (("roc_auc", roc_auc), ("pr_auc", pr_auc)):
            areas = {c: float(area(*g)[0]) for c, g in found.items()}
            ends = {
                c: auc_limits(a, there[c], len(truth) - there[c]) if area is roc_auc else wilson(a, there[c])
                for c, a in areas.items()
            }
            limits = _mean_of([(a, ends[c]) for c, a in areas.items()])
            out[name] = limits if len(areas) == 1 else widened(float(np.mean([*areas.values()])), limits, SHARED)
    return out


def _mean_of(found: Sequence[tuple[float, tuple[float, float]]]) -> tuple[float, float]:
    return mean_limits([v for v, _ in found], [i for _, i in found])
