"""Answers + truth -> every metric with its interval; two models compared on the same rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl

from milepost.errors import raise_all
from milepost.metrics.interval import bootstrap, middle95, wilson
from milepost.product import stream
from milepost.sources.read import Source, read
from milepost.stages.base import Prepared, missing_columns
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Columns, Progress, Run, Scores, quiet, size, take


class Answering(Protocol):
    """A trained model, or a product."""

    @property
    def task(self) -> Task[Any]:
        """What it was trained for."""

    @property
    def run(self) -> Run:
        """Its network, behind any runtime."""


@dataclass(frozen=True)
class Score:
    """A metric's value, its 95 % interval and the number of rows behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Measured:
    """Statistics of answers against the truth; resampled once, the same rows for every model, so that pairs compare."""

    task: Task[Any]
    stats: Columns

    @cached_property
    def rows(self) -> int:
        """N."""
        return size(self.stats)

    @cached_property
    def values(self) -> Scores:
        """Every metric over all rows, [1]."""
        return self.task.score(self.stats, np.ones((1, self.rows)))

    @cached_property
    def draws(self) -> Scores:
        """Every metric over each resample of the rows, [D]."""
        return bootstrap(lambda weights_DN: self.task.score(self.stats, weights_DN), self.rows)

    def scores(self) -> dict[str, Score]:
        """Give every metric that is defined on these rows its value and interval."""
        out, support = dict[str, Score](), self.task.support(self.stats)
        for name, [value] in self.values.items():
            n = support.get(name, self.rows)
            if n:
                share = self.task.metrics[name].proportion
                low, high = wilson(float(value), n) if share else middle95(self.draws[name])
                out[name] = Score(float(value), min(low, float(value)), max(high, float(value)), n)
        return _defined(out)

    def minus(self, other: Measured) -> dict[str, Score]:
        """Give the difference to another model on the same rows for every metric, resampled in pairs."""
        gaps = {k: (float(v[0] - other.values[k][0]), self.draws[k] - other.draws[k]) for k, v in self.values.items()}
        return _defined({k: Score(value, *middle95(draws), self.rows) for k, (value, draws) in gaps.items()})

    def of(self, rows_N: Array) -> Measured:
        """Keep the rows marked in `rows_N`."""
        return Measured(self.task, take(self.stats, np.flatnonzero(rows_N)))


def _defined(found: dict[str, Score]) -> dict[str, Score]:
    """Leave out what these rows do not define, such as the AUC of one class."""
    return {name: s for name, s in found.items() if np.isfinite([s.value, s.low, s.high]).all()}


def evaluate(model: Answering, data: Source) -> dict[str, Score]:
    """Return every metric of `model` on the rows of `data`, with intervals; rows without truth are left out."""
    table = read(data)
    raise_all(missing_columns(model.task, table.columns, ("target",)))
    typed = model.task.typed(table)
    return measured(model, typed.filter(model.task.unusable(typed).is_null())).scores()


def measured(model: Answering, table: pl.DataFrame, progress: Progress = quiet, what: str = "evaluate") -> Measured:
    """Answer what a customer would ask of every row, and hold it against the truth."""
    asked, truth = model.task.ask(table)
    answers = list[Answer]()
    for some in stream(model.task, model.run, asked):
        answers += some
        progress(what, len(answers), table.height)
    return Measured(model.task, model.task.measure(answers, truth))


def measured_naive(task: Task[Any], prepared: Prepared, side: str) -> Measured:
    """Hold the answer that looks at nothing against the truth."""
    asked, truth = task.ask(prepared.table(side))
    return Measured(task, task.measure(task.naive(prepared.batches("train"))(asked), truth))


def as_json(found: dict[str, Score]) -> dict[str, dict[str, Any]]:
    """Return scores as metrics.json has them."""
    return {k: asdict(s) for k, s in found.items()}
