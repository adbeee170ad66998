"""How often a 95 % interval holds the truth, and how often a gate exactly at the truth passes, by simulation.

python bench/intervals.py [SAMPLES] [WORLD ...]     (400 of 30 and of 100 rows, half as many of 1,000; every world)

Every sample is scored by `Measured`, as a run scores its test rows. Prints the table of docs/intervals.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from milepost.data.table import TableFacts
from milepost.metrics import classification, regression
from milepost.stages.evaluate import Measured
from milepost.tasks import tabular_classification, tabular_regression
from milepost.types import Columns

Rng = np.random.Generator
SIZES = (30, 100, 1000)
MANY = 1_000_000  # rows that stand for the truth
NOTHING = TableFacts(columns=[])


class World(NamedTuple):
    """Where rows come from: statistics of two models on the same `n` of them."""

    name: str
    metrics: tuple[str, ...]
    classes: int  # 0: numbers
    draw: Callable[[Rng, int], tuple[Columns, Columns]]


def two_classes(share: float, apart: float, cut: float) -> Callable[[Rng, int], tuple[Columns, Columns]]:
    """Scores of two classes are normal and stand `apart`; the second model sees them through more noise."""

    def draw(rng: Rng, n: int) -> tuple[Columns, Columns]:
        truth = (rng.random(n) < share).astype(int)
        common = rng.normal(size=n) + apart * truth
        return tuple(_called(common + noise * rng.normal(size=n), cut, truth) for noise in (0.1, 0.6))  # type: ignore[return-value]

    return draw


def _called(score_N: np.ndarray, cut: float, truth: np.ndarray) -> Columns:
    p = 1 / (1 + np.exp(-(score_N - cut)))
    return classification.measure(np.stack([1 - p, p], 1), (p >= 0.5).astype(int), truth)


def three_classes(rng: Rng, n: int) -> tuple[Columns, Columns]:
    """Classes of 60, 30 and 10 % of the rows."""
    truth = rng.choice(3, size=n, p=[0.6, 0.3, 0.1])
    seen = np.eye(3)[truth] * 1.5 + rng.normal(size=(n, 3)) * 0.8

    def of(noise: float) -> Columns:
        e = np.exp(seen + noise * rng.normal(size=(n, 3)))
        p = e / e.sum(1, keepdims=True)
        return classification.measure(p, p.argmax(1), truth)

    return of(0.1), of(0.6)


def numbers(error: Callable[[Rng, int], np.ndarray]) -> Callable[[Rng, int], tuple[Columns, Columns]]:
    """Errors of two models that share their greater part."""

    def draw(rng: Rng, n: int) -> tuple[Columns, Columns]:
        truth, common = rng.normal(size=n) * 3, error(rng, n)
        both = (common + 0.3 * rng.normal(size=n), 1.1 * common + 0.5 * rng.normal(size=n))
        return tuple(regression.measure(truth + e, truth) for e in both)  # type: ignore[return-value]

    return draw


BINARY = ("accuracy", "recall", "precision", "f1", "balanced_accuracy", "macro_f1", "roc_auc", "pr_auc", "log_loss")
NUMBERS = ("rmse", "mae", "r2")
WORLDS = (
    World("two classes, half and half", BINARY, 2, two_classes(0.5, 1.5, 0.75)),
    World("two classes, 10 % positive", BINARY, 2, two_classes(0.1, 2.5, 1.8)),
    World("two classes, 3 % positive", BINARY, 2, two_classes(0.03, 3.0, 2.3)),
    World("three classes, 60, 30, 10 %", ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc"), 3, three_classes),
    World("numbers, normal errors", NUMBERS, 0, numbers(lambda rng, n: rng.normal(size=n))),
    World("numbers, log-normal errors", NUMBERS, 0, numbers(lambda rng, n: rng.lognormal(0, 0.7, n))),
    World("numbers, Student's errors (4)", NUMBERS, 0, numbers(lambda rng, n: rng.standard_t(4, n))),
)


def measured(world: World, stats: Columns) -> Measured:
    """Score as a kind does."""
    if not world.classes:
        return Measured(tabular_regression.TabularRegression(target="y"), stats)
    names = [str(c) for c in range(world.classes)]
    facts = tabular_classification.Facts(
        classes=names, counts=[1] * len(names), positive="1" if len(names) == 2 else None, table=NOTHING, findings=[]
    )
    return Measured(tabular_classification.TabularClassification(target="y", learned=facts), stats)


def one(job: tuple[int, int, int, dict[str, tuple[float, float]]]) -> dict[tuple[str, str], tuple[bool, bool, bool]]:
    """Draw one sample; tell of every score and difference whether it held the truth, and passed a gate at it."""
    place, n, seed, truth = job
    world = WORLDS[place]
    mine, other = (measured(world, s) for s in world.draw(np.random.default_rng([place, n, seed]), n))
    out, kinds = {}, {"score": (mine.scores(), 0), "difference": (mine.minus(other), 1)}
    for kind, (found, at) in kinds.items():
        for metric in world.metrics:
            if metric in found and found[metric].n:
                s, true = found[metric], truth[metric][at]
                better = mine.task.metrics[metric].better
                out[kind, metric] = (s.low <= true <= s.high, *_passed(s, true, better))
    return out


def _passed(s: Any, true: float, better: str) -> tuple[bool, bool]:
    """Tell whether a gate at the truth passes: by the interval alone, and by the rule of 30 rows."""
    passes = s.low > true if better == "higher" else s.high < true
    return passes, passes and s.n >= 30


def truth_of(world: World) -> dict[str, tuple[float, float]]:
    """Return the truth of every score and difference, from very many rows."""
    mine, other = (measured(world, s).values for s in world.draw(np.random.default_rng(1), MANY))
    return {m: (float(mine[m][0]), float(mine[m][0] - other[m][0])) for m in world.metrics}


def lines(samples: int, wanted: list[str]) -> Iterator[str]:
    """Yield the table row by row: for each size the share that holds the truth, and the share of false passes."""
    yield "| where rows come from | what | " + " | ".join(f"{n:,} rows" for n in SIZES) + " |"
    yield "| --- | --- |" + " ---: |" * len(SIZES)
    with Pool() as pool:
        for place, world in enumerate(WORLDS):
            if wanted and not any(w in world.name for w in wanted):
                continue
            truth = truth_of(world)
            rows: dict[tuple[str, str], list[str]] = {}
            for n in SIZES:
                jobs = [(place, n, seed, truth) for seed in range(samples if n < 1000 else samples // 2)]
                found = pool.map(one, jobs, chunksize=20)
                for key in [(k, m) for k in ("score", "difference") for m in world.metrics]:
                    some = np.array([f[key] for f in found if key in f], float)
                    cell = "" if not len(some) else f"{100 * some[:, 0].mean():.1f} ({100 * some[:, 2].mean():.1f})"
                    rows.setdefault(key, []).append(cell)
            for (kind, metric), cells in rows.items():
                what = metric if kind == "score" else f"{metric}, paired difference"
                yield f"| {world.name} | {what} | {' | '.join(cells)} |"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2:]):
        print(line, flush=True)
