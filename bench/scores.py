"""CPU seconds of 1,000 bootstrap draws of every metric on 10,000 rows.

python bench/scores.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from milepost.metrics import classification, regression
from milepost.metrics.resample import resampled
from milepost.types import Array, Scores

ROWS, DRAWS = 10_000, 1_000


def seconds(score: Callable[[Array], Scores]) -> float:
    """Return CPU seconds of the draws and their scores: the best of three."""
    took = list[float]()
    for _ in range(3):
        begun = time.process_time()
        resampled(score, None, ROWS, DRAWS)
        took.append(time.process_time() - begun)
    return min(took)


def main() -> None:
    """Print one line for each metric."""
    rng = np.random.default_rng(0)
    truth = (rng.random(ROWS) < 0.3).astype(int)
    p = 1 / (1 + np.exp(-(rng.normal(size=ROWS) + 1.5 * truth - 1)))
    stats = classification.measure(np.stack([1 - p, p], 1), (p > 0.5).astype(int), truth)
    hit, groups = truth == 1, classification.groups
    alone: dict[str, Callable[[Array], Scores]] = {
        "nothing: the draws alone": lambda w: {"none": w[:, 0]},
        "roc_auc": lambda w: {"roc_auc": classification.roc_auc(*groups(p, hit, w))},
        "pr_auc": lambda w: {"pr_auc": classification.pr_auc(*groups(p, hit, w))},
        "ece": lambda w: {"ece": classification.calibration_error(p, hit.astype(float), w)},
        "accuracy": lambda w: {"accuracy": w @ (stats["guess"] == truth) / w.sum(1)},
        "rmse, mae, r2": lambda w: regression.score({"guess": p, "truth": truth.astype(float)}, w),
        "all eleven of two classes": lambda w: classification.score(stats, w, 1, np.array([[0.0, -1], [-5, 0]])),
    }
    for name, score in alone.items():
        print(f"{name:30} {seconds(score):.2f} CPU s")


if __name__ == "__main__":
    main()
