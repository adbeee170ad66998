"""Say a number for a row of a table: a price, a dose, how far a disease will go in a year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.columns.schema import Type
from milepost.data.learn import learn
from milepost.data.table import TableFacts, floats
from milepost.errors import MilepostError
from milepost.metrics import mistakes, pictures, regression
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Batch, Columns, Field, Finding, Graphs, Run, Scores, concat

if TYPE_CHECKING:
    from torch import Tensor, nn


class Facts(BaseModel):
    """Learned from the training rows."""

    mean: float
    scale: float  # one standard deviation of the target: networks learn it centred and of unit size
    table: TableFacts
    findings: list[Finding]


class TabularRegression(Task[Facts]):
    """Read numbers, categories and dates of a row; answer with a number."""

    target: str
    features: tuple[str, ...] = ()  # () = every other column
    sensitive: tuple[str, ...] = ()  # never read, always reported on

    metrics: ClassVar = regression.METRICS
    select: ClassVar = "rmse"
    models: ClassVar = ("linear", "trees", "network")

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.target,)

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        return {"target": self.targets, "features": self.features, "sensitive": self.sensitive}

    @property
    def types(self) -> Mapping[str, Type]:
        return {self.target: "number"}

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.facts.table.fields

    def fit(self, batches: Iterable[pl.DataFrame]) -> TabularRegression:
        first, sums = list[float](), np.zeros(3)

        def counted() -> Iterable[pl.DataFrame]:
            for table in batches:
                y = self._truth(table)
                first.extend(y[:1].tolist() if not first else ())
                y = y - (first[0] if first else 0)  # the squares of large numbers lose their digits
                sums[:] += len(y), y.sum(), (y * y).sum()
                yield table

        table, findings = learn(counted(), (self.target, *self.sensitive, *self.untold), self.features)
        mean = sums[1] / max(1, sums[0])
        scale = float(np.sqrt(max(0.0, sums[2] / max(1, sums[0]) - mean**2)))
        self._refuse(scale, table)
        return self.knowing(Facts(mean=mean + first[0], scale=scale, table=table, findings=findings))

    def _refuse(self, scale: float, table: TableFacts) -> None:
        """Raise MilepostError where there is nothing to learn."""
        if not scale > 0:
            what = f"`{self.target}` is the same number in every row, or in none"
            raise MilepostError(what, f"column {self.target}", "name another task.target")
        if not table.columns:
            raise MilepostError("no column is left to learn from", "task.features", "add columns that tell rows apart")

    def _truth(self, table: pl.DataFrame) -> Array:
        """[N], nan = no number."""
        return floats(table[self.target])

    def findings(self) -> list[Finding]:
        return self.facts.findings

    def encode(self, table: pl.DataFrame) -> Columns:
        out = self.facts.table.encode(table)
        if self.target in table.columns:
            out["y"] = ((self._truth(table) - self.facts.mean) / self.facts.scale).astype(np.float32)
        return out

    def build(self) -> nn.Module:
        from milepost.nets.tabular import TabularNet

        table = self.facts.table
        return TabularNet(table.knots, table.sizes, 1, self.size)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        out_BK = model(number=batch["number"], category=batch["category"])["out"].flatten(1)
        error: Tensor = (out_BK - batch["y"][:, None]) ** 2
        return error.mean(1)

    def answer(self, run: Run, columns: Columns, table: pl.DataFrame) -> list[Answer]:
        out = run(columns)["out"].astype(np.float64)
        values = out.reshape(len(out), -1).mean(1) * self.facts.scale + self.facts.mean
        return [{"value": v} for v in values.tolist()]

    def measure(self, answers: Sequence[Answer], truth: pl.DataFrame) -> Columns:
        return regression.measure(np.array([a["value"] for a in answers], np.float64), self._truth(truth))

    def score(self, stats: Columns, weights_DN: Array) -> Scores:
        return regression.score(stats, weights_DN)

    def details(self, stats: Columns) -> Mapping[str, Any]:
        return pictures.of_numbers(stats)

    def mistakes(self, stats: Columns) -> Sequence[Mapping[str, Any]]:
        return mistakes.of_numbers(stats)

    def naive(self, batches: Iterable[pl.DataFrame]) -> Callable[[pl.DataFrame], list[Answer]]:
        values = np.concatenate([self._truth(b) for b in batches])
        mean = float(values.mean())
        return lambda table: [{"value": mean} for _ in range(table.height)]

    def simple(self, name: str, batches: Iterable[pl.DataFrame], seed: int) -> Graphs:
        from milepost.portable import linear, trees

        columns = concat((self.encode(b), b.height) for b in batches)
        number, category, y = (np.asarray(columns[k]) for k in ("number", "category", "y"))
        fit = {"linear": linear.regressor, "trees": trees.regressor}[name]
        return fit(number, category, self.facts.table.sizes, y, seed)


TASK = TabularRegression
