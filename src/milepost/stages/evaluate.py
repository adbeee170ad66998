"""Answers + truth -> every metric with its interval; two models compared on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl

from milepost.errors import raise_all
from milepost.metrics.interval import difference_limits, paired_shares, wilson
from milepost.metrics.resample import Resampled, correlation, resampled
from milepost.product import stream
from milepost.sources.read import Source, read
from milepost.stages.base import Prepared, missing_columns
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Columns, Progress, Run, Scores, Share, quiet, size, take


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
    group_N: Array | None = None  # of rows that hang together, 0, 1, 2 ...; None: each row alone
    draws: int | None = None  # of the bootstrap, where fewer will do

    @cached_property
    def rows(self) -> int:
        """N."""
        return size(self.stats)

    @cached_property
    def values(self) -> Scores:
        """Every metric over all rows, [1]."""
        return self.task.score(self.stats, np.ones((1, self.rows)))

    @cached_property
    def drawn(self) -> Resampled:
        """Every metric over each resample of the rows or groups."""
        return resampled(lambda w_DN: self.task.score(self.stats, w_DN), self.group_N, self.rows, self.draws)

    @cached_property
    def shares(self) -> Mapping[str, Share]:
        """The rows behind every metric that is a proportion."""
        return self.task.shares(self.stats)

    @cached_property
    def closed(self) -> dict[str, tuple[float, float]]:
        """The intervals of scores that have a closed form."""
        counts = {name: int(share.counted_N.sum()) for name, share in self.shares.items()}
        found = {name: wilson(float(self.values[name][0]), n) for name, n in counts.items() if n}
        return dict(self.task.limits(self.stats)) | found

    @cached_property
    def support(self) -> dict[str, int]:
        """The rows, or groups, that every metric rests on; rows that hang together count once."""
        every = self.rows if self.group_N is None else len(np.unique(self.group_N))
        found = dict(self.task.support(self.stats))
        for name, share in self.shares.items():
            counted = share.counted_N
            found[name] = int(counted.sum() if self.group_N is None else len(np.unique(self.group_N[counted])))
        return {name: min(every, found.get(name, every)) for name in self.values}

    def scores(self, *names: str) -> dict[str, Score]:
        """Give every metric (or those of `names`) that is defined on these rows its value and interval."""
        out = dict[str, Score]()
        for name in names or self.values:
            value, n = float(self.values[name][0]), self.support[name]
            if n:
                limits = self.closed.get(name)
                if limits is None or self.group_N is not None:
                    other = self.drawn.limits(name, value, self._positive(name))
                    limits = other if limits is None else _wider(limits, other)
                metric = self.task.metrics[name]
                ends = max(metric.low, min(limits[0], value)), min(metric.high, max(limits[1], value))
                out[name] = Score(value, *ends, n)
        return _defined(out)

    def minus(self, other: Measured) -> dict[str, Score]:
        """Give the difference to another model on the same rows for every metric, in pairs."""
        drawn, out = self.drawn.minus(other.drawn), dict[str, Score]()
        closed = self._closed_differences(other)
        for name, [found] in self.values.items():
            value = float(found - other.values[name][0])
            limits = closed.get(name)
            if limits is None or self.group_N is not None:
                by_draws = drawn.limits(name, value, positive=False)
                limits = by_draws if limits is None else _wider(limits, by_draws)
            out[name] = Score(value, min(limits[0], value), max(limits[1], value), self.support[name])
        return _defined(out)

    def _closed_differences(self, other: Measured) -> dict[str, tuple[float, float]]:
        """Return the intervals of differences that have a closed form: of shares of the same rows, and of others."""
        out, theirs = dict[str, tuple[float, float]](), other.shares
        for name, share in self.shares.items():
            if name in theirs and share.counted_N.any() and (share.counted_N == theirs[name].counted_N).all():
                a, b = share.hit_N, theirs[name].hit_N
                out[name] = paired_shares(int((a & ~b).sum()), int((b & ~a).sum()), int(share.counted_N.sum()))
        for name in {*self.closed} & {*other.closed} - {*out}:
            values = float(self.values[name][0]), float(other.values[name][0])
            alike = correlation(self.drawn.draws[name], other.drawn.draws[name])
            out[name] = difference_limits(values, (self.closed[name], other.closed[name]), alike)
        return out

    def of(self, rows_N: Array) -> Measured:
        """Keep the rows marked in `rows_N`."""
        index = np.flatnonzero(rows_N)
        group_N = None if self.group_N is None else np.unique(self.group_N[index], return_inverse=True)[1]
        return Measured(self.task, take(self.stats, index), group_N, self.draws)

    def _positive(self, name: str) -> bool:
        metric = self.task.metrics[name]
        return metric.low == 0 and metric.high == float("inf")


def _wider(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return min(a[0], b[0]), max(a[1], b[1])


def _defined(found: dict[str, Score]) -> dict[str, Score]:
    """Leave out what these rows do not define, such as the AUC of one class."""
    return {name: s for name, s in found.items() if np.isfinite([s.value, s.low, s.high]).all()}


def evaluate(model: Answering, data: Source) -> dict[str, Score]:
    """Return every metric of `model` on the rows of `data`, with intervals; rows without truth are left out."""
    table = read(data)
    raise_all(missing_columns(model.task, table.columns, ("target",)))
    typed = model.task.typed(table)
    return measured(model, typed.filter(model.task.unusable(typed).is_null())).scores()


def measured(
    model: Answering,
    table: pl.DataFrame,
    progress: Progress = quiet,
    what: str = "evaluate",
    group: Sequence[str] = (),
) -> Measured:
    """Answer what a customer would ask of every row, and hold it against the truth.

    Rows alike in the columns `group`, or in those of the task, hang together.
    """
    asked, truth = model.task.ask(table)
    answers = list[Answer]()
    for some in stream(model.task, model.run, asked):
        answers += some
        progress(what, len(answers), table.height)
    return Measured(model.task, model.task.measure(answers, truth), _groups(model.task, table, group))


def measured_naive(task: Task[Any], prepared: Prepared, side: str, group: Sequence[str] = ()) -> Measured:
    """Hold the answer that looks at nothing against the truth."""
    table = prepared.table(side)
    asked, truth = task.ask(table)
    answers = task.naive(prepared.batches("train"))(asked)
    return Measured(task, task.measure(answers, truth), _groups(task, table, group))


def _groups(task: Task[Any], table: pl.DataFrame, group: Sequence[str]) -> Array | None:
    """Number the rows [N] by the group they are in; None where each stands alone."""
    columns = [c for c in group or task.group if c in table.columns]
    if not columns or not table.height:
        return None
    return (table.select(pl.struct(columns).rank("dense"))[:, 0] - 1).cast(pl.Int64).to_numpy()


def as_json(found: dict[str, Score]) -> dict[str, dict[str, Any]]:
    """Return scores as metrics.json has them."""
    return {k: asdict(s) for k, s in found.items()}
