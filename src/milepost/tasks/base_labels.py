"""What kinds share that answer with a class, or with several labels where the target says so.

Shape letters: N rows, L labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, TypeVar

import numpy as np
import polars as pl
from pydantic import BaseModel, Field

from milepost.columns.schema import Type
from milepost.errors import MilepostError
from milepost.metrics import classification, decision, labels, mistakes
from milepost.tasks.base_classes import ClassFacts, ClassTask
from milepost.types import Answer, Array, Columns, Scores, Share

YES = ("1", "1.0", "true", "yes", "y", "t", "x", "是", "有")
NO = ("0", "0.0", "false", "no", "n", "f", "否", "无")


class Tags(BaseModel, frozen=True, extra="forbid"):
    """A column that holds several labels in one cell."""

    column: str
    separator: Annotated[str, Field(min_length=1)] = ","


F = TypeVar("F", bound=ClassFacts)


class LabelTask(ClassTask[F]):
    """Answer with one class, or, where `target` is a list of columns or a column of tags, with any number of labels."""

    target: str | Tags | Annotated[tuple[str, ...], Field(min_length=2)]

    metrics: ClassVar[Any] = classification.METRICS | labels.METRICS
    tunable: ClassVar[tuple[str, ...]] = (*decision.TUNABLE, "micro_f1")

    @property
    def several(self) -> bool:
        """Whether a row may bear several labels."""
        return not isinstance(self.target, str)

    @property
    def truth(self) -> str:
        return self.targets[0]

    @property
    def targets(self) -> tuple[str, ...]:
        if isinstance(self.target, Tags):
            return (self.target.column,)
        return (self.target,) if isinstance(self.target, str) else self.target

    @property
    def headline(self) -> str:
        return "micro_f1" if self.several else super().headline

    @property
    def types(self) -> Mapping[str, Type]:
        return dict.fromkeys(self.targets, "category")

    def strata(self, table: pl.DataFrame) -> pl.Series | None:
        return None if self.several else super().strata(table)

    def unusable(self, table: pl.DataFrame) -> pl.Series:
        if isinstance(self.target, Tags):  # no tag is an answer, too
            return pl.repeat(None, table.height, dtype=pl.String, eager=True).alias("reason")
        return super().unusable(table)

    def counted(self, batches: Iterable[pl.DataFrame], counts: dict[str, int]) -> Iterable[pl.DataFrame]:
        if not self.several:
            yield from super().counted(batches, counts)
            return
        for table in batches:
            for given in self._given(table).iter_columns():
                counts[given.name] = counts.get(given.name, 0) + int(given.sum())
            yield table

    def known_classes(self, counts: Mapping[str, int], many: str) -> tuple[list[str], str | None, list[Any]]:
        if not self.several:
            return super().known_classes(counts, many)
        where, names = f"column {self.truth}", sorted(counts) if isinstance(self.target, Tags) else list(self.targets)
        if self.value is not None or self.positive is not None:
            key = "value" if self.value is not None else "task.positive"
            raise MilepostError("a row may bear several labels, none of which is the one", key, "remove it")
        if len(names) < 2:
            raise MilepostError(f"`{self.truth}` has {len(names)} labels", where, "name a column of several tags")
        return names, None, []

    def _given(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a column of 0 and 1 for every label that rows bear; raise MilepostError for what is neither."""
        if isinstance(self.target, Tags):
            tags = [self._tags(cell) for cell in table[self.target.column].to_list()]
            known = sorted({t for some in tags for t in some})
            return pl.DataFrame(
                {k: [int(k in some) for some in tags] for k in known}, schema=dict.fromkeys(known, pl.Int8)
            )
        out = dict[str, pl.Series]()
        for name in self.targets:
            word = table[name].cast(pl.String).str.strip_chars().str.to_lowercase()
            other = table[name].filter(~word.is_in([*YES, *NO]) & word.is_not_null())
            if len(other):
                shown = "a word" if name in self.personal else f"`{other[0]}`"
                raise MilepostError(
                    f"`{name}` holds {shown}, which is neither yes nor no", f"column {name}", "write 1 or 0"
                )
            out[name] = word.is_in(YES).fill_null(False).cast(pl.Int8)
        return pl.DataFrame(out)

    def _tags(self, cell: str | None) -> set[str]:
        assert isinstance(self.target, Tags)
        return {tag for part in (cell or "").split(self.target.separator) if (tag := part.strip())}

    def class_ids(self, table: pl.DataFrame) -> Array:
        """[N], -1 = a class never seen in training; of several labels [N, L] of 0 and 1."""
        if not self.several:
            return super().class_ids(table)
        given = self._given(table)
        none = np.zeros(table.height, np.int64)
        return np.stack([given[c].to_numpy() if c in given.columns else none for c in self.facts.classes], 1)

    def answers(self, p_NC: Array) -> list[Answer]:
        if not self.several:
            return super().answers(p_NC)
        names, called = (
            self.facts.classes,
            labels.called(p_NC, None if isinstance(self.threshold, float) else self.threshold),
        )
        return [
            {
                "labels": [names[i] for i in np.flatnonzero(given)],
                "probabilities": dict(zip(names, row, strict=True)),
            }
            for given, row in zip(called, p_NC.tolist(), strict=True)
        ]

    def measure(self, answers: Sequence[Answer], truth: pl.DataFrame) -> Columns:
        if not self.several:
            return super().measure(answers, truth)
        names = self.facts.classes
        p_NL = np.array([[a["probabilities"][c] for c in names] for a in answers]).reshape(-1, len(names))
        called = np.array([[c in a["labels"] for c in names] for a in answers], bool).reshape(-1, len(names))
        given = self._given(truth)
        new = [c for c in given.columns if c not in self.facts.ids]
        unseen = given.select(pl.sum_horizontal(new)).to_series().to_numpy() if new else None
        return labels.measure(p_NL, called, self.class_ids(truth).astype(bool), unseen)

    def score(self, stats: Columns, weights_DN: Array) -> Scores:
        return labels.score(stats, weights_DN) if self.several else super().score(stats, weights_DN)

    def support(self, stats: Columns) -> Mapping[str, int]:
        return labels.support(stats) if self.several else super().support(stats)

    def shares(self, stats: Columns) -> Mapping[str, Share]:
        return labels.shares(stats) if self.several else super().shares(stats)

    def limits(self, stats: Columns) -> Mapping[str, tuple[float, float]]:
        return labels.limits(stats) if self.several else super().limits(stats)

    def details(self, stats: Columns) -> Mapping[str, Any]:
        return labels.details(stats, self.facts.classes) if self.several else super().details(stats)

    def mistakes(self, stats: Columns) -> Sequence[Mapping[str, Any]]:
        return mistakes.of_labels(stats, self.facts.classes) if self.several else super().mistakes(stats)

    def tuned(self, stats: Columns, metric: str) -> Self:
        if not self.several:
            return super().tuned(stats, metric) if metric in decision.TUNABLE else self
        if metric not in labels.TUNABLE:
            return self
        p_NL, truth_NL = np.asarray(stats["probability"]), np.asarray(stats["truth"], bool)
        best = labels.best_thresholds(p_NL, truth_NL, metric)
        return self.model_copy(update={"threshold": tuple(best)})

    def naive(self, batches: Iterable[pl.DataFrame]) -> Callable[[pl.DataFrame], list[Answer]]:
        if not self.several:
            return super().naive(batches)
        found = [self.class_ids(table) for table in batches]
        share_L = np.concatenate(found).mean(0)
        return lambda table: self.answers(np.tile(share_L, (table.height, 1)))
