"""Answers + truth -> every metric with its interval; two models compared on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from milepost.data.read import Source, read
from milepost.errors import raise_all
from milepost.metrics.interval import bootstrap, middle95, wilson
from milepost.stages.base import missing_columns
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Columns, Progress, Run, quiet, size, take, take_rows

ROWS = 1024  # answered at a time


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


def evaluate(model: Answering, data: Source) -> dict[str, Score]:
    """Return every metric of `model` on the rows of `data`, with intervals; rows without truth are left out."""
    table = read(data)
    raise_all(missing_columns(model.task, table, ("target",)))
    return scores(model.task, statistics(model, table.filter(model.task.unusable(table).is_null())))


def statistics(model: Answering, table: pl.DataFrame, progress: Progress = quiet, what: str = "evaluate") -> Columns:
    """Answer what a customer would ask of every row, and hold it against the truth."""
    asked, truth = model.task.ask(table)
    answers = list[Answer]()
    for part in asked.iter_slices(ROWS):
        answers += model.task.answer(model.run, take_rows(model.task.encode(part), 0, part.height), part)
        progress(what, len(answers), table.height)
    return model.task.measure(answers, truth)


def answered(task: Task[Any], answer: Callable[[pl.DataFrame], list[Answer]], table: pl.DataFrame) -> Columns:
    """Hold any way of answering against the truth."""
    asked, truth = task.ask(table)
    return task.measure(answer(asked), truth)


def scores(task: Task[Any], stats: Columns) -> dict[str, Score]:
    """Give every metric that is defined on these rows its value and interval."""
    n = size(stats)
    values = {k: float(v[0]) for k, v in task.score(stats, np.ones((1, n))).items()}
    draws = bootstrap(lambda w: task.score(stats, w), n)
    out = {}
    for name, value in values.items():
        low, high = wilson(value, n) if task.metrics[name].proportion else middle95(draws[name])
        out[name] = Score(value, low, high, n)
    return _defined(out)


def compared(task: Task[Any], mine: Columns, theirs: Columns) -> dict[str, Score]:
    """Give `mine` minus `theirs` for every metric: resampled on the same rows, in pairs."""
    n = size(mine)
    a, b = (task.score(s, np.ones((1, n))) for s in (mine, theirs))
    draws_a = bootstrap(lambda w: task.score(mine, w), n)
    draws_b = bootstrap(lambda w: task.score(theirs, w), n)
    return _defined({k: Score(float(a[k][0] - b[k][0]), *middle95(draws_a[k] - draws_b[k]), n) for k in a})


def _defined(found: dict[str, Score]) -> dict[str, Score]:
    """Leave out what these rows do not define, such as the AUC of one class."""
    return {name: s for name, s in found.items() if np.isfinite([s.value, s.low, s.high]).all()}


def sliced(stats: Columns, rows_N: Array) -> Columns:
    """Keep the statistics of the rows marked in `rows_N`."""
    return take(stats, np.flatnonzero(rows_N))


def as_json(found: dict[str, Score]) -> dict[str, dict[str, Any]]:
    """Return scores as metrics.json has them."""
    return {k: asdict(s) for k, s in found.items()}
