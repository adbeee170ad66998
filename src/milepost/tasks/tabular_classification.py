"""Say which class a row of a table belongs to: disease, credit risk, fraud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.columns.schema import Type
from milepost.data.learn import learn
from milepost.data.table import TableFacts
from milepost.errors import MilepostError, did_you_mean
from milepost.metrics import classification, decision, pictures, sure
from milepost.numeric import softmax
from milepost.spec.product import Value
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Batch, Columns, Field, Finding, Graphs, Run, Scores, Share, concat

if TYPE_CHECKING:
    from torch import Tensor, nn


class Facts(BaseModel):
    """Learned from the training rows."""

    classes: list[str]
    counts: list[int]  # training rows of each class
    positive: str | None  # of two classes, the one that f1, precision and recall are about
    table: TableFacts
    findings: list[Finding]

    @cached_property
    def ids(self) -> dict[str, int]:
        """The place of every class."""
        return {c: i for i, c in enumerate(self.classes)}

    def worth(self, value: Value | None) -> Array | None:
        """Return what a row brings in USD, [C, C] by its truth and what it is called; None where nothing is said."""
        return None if value is None else decision.worth(value, self.classes, self.positive_id)

    @property
    def positive_id(self) -> int | None:
        """The place of the positive class; None where there are more than two."""
        return None if self.positive is None else self.ids[self.positive]


class TabularClassification(Task[Facts]):
    """Read numbers, categories and dates of a row; answer with the probability of every class."""

    target: str
    positive: str | None = None
    features: tuple[str, ...] = ()  # () = every other column
    sensitive: tuple[str, ...] = ()  # never read, always reported on

    metrics: ClassVar = classification.METRICS
    select: ClassVar = "log_loss"
    tunable: ClassVar = decision.TUNABLE
    models: ClassVar = ("linear", "trees", "network")

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.target,)

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        return {"target": self.targets, "features": self.features, "sensitive": self.sensitive}

    @property
    def positive_class(self) -> str | None:
        return self.facts.positive

    @property
    def types(self) -> Mapping[str, Type]:
        return {self.target: "category"}

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.facts.table.fields

    def strata(self, table: pl.DataFrame) -> pl.Series:
        return table[self.target]

    def fit(self, batches: Iterable[pl.DataFrame]) -> TabularClassification:
        counts: dict[str, int] = {}

        def counted() -> Iterable[pl.DataFrame]:
            for table in batches:
                for label, n in table[self.target].drop_nulls().value_counts().iter_rows():
                    counts[label] = counts.get(label, 0) + n
                yield table

        table, findings = learn(counted(), (self.target, *self.sensitive, *self.untold), self.features)
        classes = sorted(counts, key=_as_people_count)
        self._refuse(classes, sum(counts.values()), table)
        positive, said = self._positive(classes, counts)
        numbers = [counts[c] for c in classes]
        facts = Facts(classes=classes, counts=numbers, positive=positive, table=table, findings=findings + said)
        facts.worth(self.value)  # raises where `value:` is of other classes
        return self.knowing(facts)

    def _refuse(self, classes: Sequence[str], rows: int, table: TableFacts) -> None:
        """Raise MilepostError where there is nothing to learn."""
        where, hidden = f"column {self.target}", self.target in self.personal
        if len(classes) < 2:
            only = "only one class" + ("" if hidden else f", `{classes[0]}`") if classes else "no labels at all"
            raise MilepostError(
                f"`{self.target}` has {only}", where, "add rows of another class, or name another task.target"
            )
        if len(classes) > max(50, rows // 3):
            raise MilepostError(
                f"`{self.target}` has {len(classes):,} different values in {rows:,} rows, too many to be classes",
                where,
                "use `kind: tabular-regression` for numbers, or name another task.target",
            )
        if not table.columns:
            raise MilepostError("no column is left to learn from", "task.features", "add columns that tell rows apart")

    def _positive(self, classes: Sequence[str], counts: Mapping[str, int]) -> tuple[str | None, list[Finding]]:
        if self.positive is not None:
            if self.positive not in classes:
                hidden = self.target in self.personal
                fix = "name a class that is there" if hidden else did_you_mean(self.positive, classes)
                raise MilepostError(f"`{self.target}` has no class `{self.positive}`", "task.positive", fix)
            return self.positive, []
        if len(classes) != 2:
            return None, []
        rarer = min(reversed(classes), key=lambda c: counts[c])
        share = counts[rarer] / sum(counts.values())
        what = f"`{rarer}` is taken as the positive class: the rarer one, {100 * share:.3g} % of the training rows"
        if self.target in self.personal:
            what = f"the rarer class, {100 * share:.3g} % of the training rows, is taken as the positive one"
        return rarer, [Finding("positive_class", f"column {self.target}", what, "set task.positive to change it")]

    def findings(self) -> list[Finding]:
        return self.facts.findings

    def encode(self, table: pl.DataFrame) -> Columns:
        out = self.facts.table.encode(table)
        if self.target in table.columns:
            out["y"] = self._truth(table).astype(np.int32)
        return out

    def _truth(self, table: pl.DataFrame) -> Array:
        """[N], -1 = a class never seen in training."""
        return np.array([self.facts.ids.get(t, -1) for t in table[self.target].to_list()], np.int64)

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
        return self._answers(softmax(out_NKC).reshape(len(out_NKC), -1, out_NKC.shape[-1]).mean(1))

    def _answers(self, p_NC: Array) -> list[Answer]:
        classes, facts = self.facts.classes, self.facts
        called = decision.called(p_NC, facts.positive_id, self.threshold, facts.worth(self.value))
        return [
            {"label": classes[i], "probability": row[i], "probabilities": dict(zip(classes, row, strict=True))}
            for i, row in zip(called.tolist(), p_NC.tolist(), strict=True)
        ]

    def measure(self, answers: Sequence[Answer], truth: pl.DataFrame) -> Columns:
        classes, ids = self.facts.classes, self.facts.ids
        p_NC = np.array([[a["probabilities"][c] for c in classes] for a in answers]).reshape(-1, len(classes))
        return classification.measure(p_NC, np.array([ids[a["label"]] for a in answers], int), self._truth(truth))

    def score(self, stats: Columns, weights_DN: Array) -> Scores:
        return classification.score(stats, weights_DN, self.facts.positive_id, self.facts.worth(self.value))

    def support(self, stats: Columns) -> Mapping[str, int]:
        return classification.support(stats, self.facts.positive_id)

    def shares(self, stats: Columns) -> Mapping[str, Share]:
        return sure.shares(stats, self.facts.positive_id)

    def limits(self, stats: Columns) -> Mapping[str, tuple[float, float]]:
        return sure.limits(stats, self.facts.positive_id)

    def details(self, stats: Columns) -> Mapping[str, Any]:
        return pictures.of_classes(stats, self.facts.classes)

    def tuned(self, stats: Columns, metric: str) -> TabularClassification:
        positive, worth = self.facts.positive_id, self.facts.worth(self.value)
        if positive is None or metric not in decision.TUNABLE or (metric == decision.WORTH and worth is None):
            return self
        p_NC, truth = np.asarray(stats["probability"]), np.asarray(stats["truth"])
        cells = None if worth is None else worth[np.ix_([1 - positive, positive], [1 - positive, positive])]
        known_N = (truth >= 0) & np.isfinite(p_NC[:, positive])
        best = decision.best_threshold(p_NC[:, positive], truth == positive, known_N, metric, cells)
        return self.model_copy(update={"threshold": best})

    def naive(self, batches: Iterable[pl.DataFrame]) -> Callable[[pl.DataFrame], list[Answer]]:
        counts = np.zeros(len(self.facts.classes))
        for table in batches:
            truth = self._truth(table)
            counts += np.bincount(truth[truth >= 0], minlength=len(counts))
        return lambda table: self._answers(np.tile(counts / counts.sum(), (table.height, 1)))

    def simple(self, name: str, batches: Iterable[pl.DataFrame], seed: int) -> Graphs:
        from milepost.portable import linear, trees

        columns = concat((self.encode(b), b.height) for b in batches)
        number, category, y = (np.asarray(columns[k]) for k in ("number", "category", "y"))
        fit = {"linear": linear.classifier, "trees": trees.classifier}[name]
        return fit(number, category, self.facts.table.sizes, y, len(self.facts.classes), seed)


def _as_people_count(label: str) -> tuple[int, float, str]:
    """Order 2 before 10, and numbers before words."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


TASK = TabularClassification
