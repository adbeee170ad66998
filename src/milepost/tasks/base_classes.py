"""What every kind that answers with a class shares: the classes, the truth, answers, scores and decisions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.columns.schema import Type
from milepost.errors import MilepostError, did_you_mean
from milepost.metrics import classification, decision, mistakes, pictures, sure
from milepost.spec.product import Value
from milepost.tasks.base import Task
from milepost.types import Answer, Array, Columns, Finding, Scores, Share


class ClassFacts(BaseModel):
    """The classes of the training rows."""

    classes: list[str]
    counts: list[int]  # training rows of each class
    positive: str | None  # of two classes, the one that f1, precision and recall are about
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


F = TypeVar("F", bound=ClassFacts)


class ClassTask(Task[F]):
    """Answer with the probability of every class."""

    positive: str | None = None

    metrics: ClassVar[Any] = classification.METRICS
    select: ClassVar[str] = "log_loss"
    tunable: ClassVar[tuple[str, ...]] = decision.TUNABLE

    @property
    @abstractmethod
    def truth(self) -> str:
        """The column that holds the class."""

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.truth,)

    @property
    def positive_class(self) -> str | None:
        return self.facts.positive

    @property
    def types(self) -> Mapping[str, Type]:
        return {self.truth: "category"}

    def strata(self, table: pl.DataFrame) -> pl.Series | None:
        return table[self.truth]

    def findings(self) -> list[Finding]:
        return self.facts.findings

    def counted(self, batches: Iterable[pl.DataFrame], counts: dict[str, int]) -> Iterable[pl.DataFrame]:
        """Pass rows on, counting the classes into `counts`."""
        for table in batches:
            for label, n in table[self.truth].drop_nulls().value_counts().iter_rows():
                counts[label] = counts.get(label, 0) + n
            yield table

    def known_classes(self, counts: Mapping[str, int], many: str) -> tuple[list[str], str | None, list[Finding]]:
        """Return the classes as people order them, the positive one, and what should be said.

        Raises MilepostError where there is nothing to tell apart; `many` is the fix where no two rows are alike.
        """
        classes = sorted(counts, key=_as_people_count)
        where, hidden, rows = f"column {self.truth}", self.truth in self.personal, sum(counts.values())
        if len(classes) < 2:
            only = "only one class" + ("" if hidden else f", `{classes[0]}`") if classes else "no labels at all"
            raise MilepostError(
                f"`{self.truth}` has {only}", where, "add rows of another class, or name another task.target"
            )
        if len(classes) > max(50, rows // 3):
            raise MilepostError(
                f"`{self.truth}` has {len(classes):,} different values in {rows:,} rows, too many to be classes",
                where,
                many,
            )
        return classes, *self._positive(classes, counts)

    def _positive(self, classes: Sequence[str], counts: Mapping[str, int]) -> tuple[str | None, list[Finding]]:
        if self.positive is not None:
            if self.positive not in classes:
                hidden = self.truth in self.personal
                fix = "name a class that is there" if hidden else did_you_mean(self.positive, classes)
                raise MilepostError(f"`{self.truth}` has no class `{self.positive}`", "task.positive", fix)
            return self.positive, []
        if len(classes) != 2:
            return None, []
        rarer = min(reversed(classes), key=lambda c: counts[c])
        share = counts[rarer] / sum(counts.values())
        what = f"`{rarer}` is taken as the positive class: the rarer one, {100 * share:.3g} % of the training rows"
        if self.truth in self.personal:
            what = f"the rarer class, {100 * share:.3g} % of the training rows, is taken as the positive one"
        return rarer, [Finding("positive_class", f"column {self.truth}", what, "set task.positive to change it")]

    def class_ids(self, table: pl.DataFrame) -> Array:
        """[N], -1 = a class never seen in training."""
        return np.array([self.facts.ids.get(t, -1) for t in table[self.truth].to_list()], np.int64)

    def answers(self, p_NC: Array) -> list[Answer]:
        """Call each row by the probabilities of its classes."""
        classes, facts = self.facts.classes, self.facts
        called = decision.called(p_NC, facts.positive_id, self.threshold, facts.worth(self.value))
        return [
            {"label": classes[i], "probability": row[i], "probabilities": dict(zip(classes, row, strict=True))}
            for i, row in zip(called.tolist(), p_NC.tolist(), strict=True)
        ]

    def measure(self, answers: Sequence[Answer], truth: pl.DataFrame) -> Columns:
        classes, ids = self.facts.classes, self.facts.ids
        p_NC = np.array([[a["probabilities"][c] for c in classes] for a in answers]).reshape(-1, len(classes))
        return classification.measure(p_NC, np.array([ids[a["label"]] for a in answers], int), self.class_ids(truth))

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

    def mistakes(self, stats: Columns) -> Sequence[Mapping[str, Any]]:
        return mistakes.of_classes(stats, self.facts.classes)

    def tuned(self, stats: Columns, metric: str) -> Self:
        positive, worth = self.facts.positive_id, self.facts.worth(self.value)
        if positive is None and worth is None and metric in decision.EVEN:
            share_C = np.array(self.facts.counts) / sum(self.facts.counts)
            p_NC, truth = np.asarray(stats["probability"]), np.asarray(stats["truth"])
            return self.model_copy(update={"threshold": tuple(decision.best_cuts(p_NC, truth, share_C, metric))})
        if positive is None or metric not in decision.TUNABLE or (metric == decision.WORTH and worth is None):
            return self
        p_NC, truth = np.asarray(stats["probability"]), np.asarray(stats["truth"])
        cells = None if worth is None else worth[np.ix_([1 - positive, positive], [1 - positive, positive])]
        known_N = (truth >= 0) & np.isfinite(p_NC[:, positive])
        best = decision.best_threshold(p_NC[:, positive], truth == positive, known_N, metric, cells)
        return self.model_copy(update={"threshold": best})

    def last_layer(self, features_MF: Array, truth: Array, seed: int) -> tuple[Array, Array]:
        from milepost.portable.logistic import last_layer

        return last_layer(features_MF, truth, len(self.facts.classes))

    def naive(self, batches: Iterable[pl.DataFrame]) -> Callable[[pl.DataFrame], list[Answer]]:
        counts = np.zeros(len(self.facts.classes))
        for table in batches:
            truth = self.class_ids(table)
            counts += np.bincount(truth[truth >= 0], minlength=len(counts))
        return lambda table: self.answers(np.tile(counts / counts.sum(), (table.height, 1)))


def _as_people_count(label: str) -> tuple[int, float, str]:
    """Order 2 before 10, and numbers before words."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label
