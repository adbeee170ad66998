"""Say which class a row of a table belongs to: disease, credit risk, fraud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import polars as pl

from milepost.data.learn import learn
from milepost.data.table import TableFacts
from milepost.errors import MilepostError
from milepost.numeric import softmax
from milepost.tasks.base_classes import ClassFacts, ClassTask
from milepost.types import Answer, Batch, Columns, Field, Graphs, Run, concat

if TYPE_CHECKING:
    from torch import Tensor, nn


class Facts(ClassFacts):
    """Learned from the training rows."""

    table: TableFacts


class TabularClassification(ClassTask[Facts]):
    """Read numbers, categories and dates of a row; answer with the probability of every class."""

    target: str
    features: tuple[str, ...] = ()  # () = every other column
    sensitive: tuple[str, ...] = ()  # never read, always reported on

    models: ClassVar = ("linear", "trees", "network")

    @property
    def truth(self) -> str:
        return self.target

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        return {"target": self.targets, "features": self.features, "sensitive": self.sensitive}

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.facts.table.fields

    def fit(self, batches: Iterable[pl.DataFrame]) -> TabularClassification:
        counts: dict[str, int] = {}
        left = (self.target, *self.sensitive, *self.untold)
        table, findings = learn(self.counted(batches, counts), left, self.features)
        fix = "use `kind: tabular-regression` for numbers, or name another task.target"
        classes, positive, said = self.known_classes(counts, fix)
        if not table.columns:
            raise MilepostError("no column is left to learn from", "task.features", "add columns that tell rows apart")
        numbers = [counts[c] for c in classes]
        facts = Facts(classes=classes, counts=numbers, positive=positive, table=table, findings=findings + said)
        facts.worth(self.value)  # raises where `value:` is of other classes
        return self.knowing(facts)

    def encode(self, table: pl.DataFrame) -> Columns:
        out = self.facts.table.encode(table)
        if self.target in table.columns:
            out["y"] = self.class_ids(table).astype(np.int32)
        return out

    def build(self) -> nn.Module:
        from milepost.nets.tabular import TabularNet

        table = self.facts.table
        return TabularNet(table.knots, table.sizes, len(self.facts.classes), self.size)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        from torch.nn.functional import cross_entropy

        out_BKC = model(number=batch["number"], category=batch["category"])["out"].flatten(1, -2)
        truth_BK = batch["y"][:, None].expand(-1, out_BKC.shape[1])
        return cross_entropy(out_BKC.transpose(1, 2), truth_BK, reduction="none", ignore_index=-1).mean(1)

    def answer(self, run: Run, columns: Columns, table: pl.DataFrame) -> list[Answer]:
        out_NKC = run(columns)["out"]
        return self.answers(softmax(out_NKC).reshape(len(out_NKC), -1, out_NKC.shape[-1]).mean(1))

    def simple(self, name: str, batches: Iterable[pl.DataFrame], seed: int) -> Graphs:
        from milepost.portable import linear, trees

        columns = concat((self.encode(b), b.height) for b in batches)
        number, category, y = (np.asarray(columns[k]) for k in ("number", "category", "y"))
        fit = {"linear": linear.classifier, "trees": trees.classifier}[name]
        return fit(number, category, self.facts.table.sizes, y, len(self.facts.classes), seed)


TASK = TabularClassification
