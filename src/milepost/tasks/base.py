"""The one abstraction: what changes from product to product."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict

from milepost.columns.schema import ColumnRule, Type, typed
from milepost.metrics.decision import WORTH
from milepost.spec.product import Value
from milepost.types import Answer, Array, Batch, Columns, Draws, Field, Finding, Graphs, Metric, Run, Scores, Share

if TYPE_CHECKING:
    from torch import Tensor, nn

F = TypeVar("F", bound=BaseModel)


class Task(BaseModel, ABC, Generic[F]):
    """Be a frozen value: options of product.yaml plus facts learned by `fit`. Everything else is pure."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    learned: F | None = None  # written by `fit`, never by the user
    columns: tuple[ColumnRule, ...] = ()  # how cells are read; written by `prepare`, never by the user
    value: Value | None = None  # what an answer brings; from `value:`, where the kind's metrics know it
    threshold: float | tuple[float, ...] | None = None  # from which a class (each label) is called; by `tuned`
    size: Literal["tiny", "small", "base", "large"] = "small"  # of a network built from scratch

    metrics: ClassVar[Mapping[str, Metric]]  # the first is the headline
    select: ClassVar[str]  # the metric by which candidates are compared on validation: a proper score
    models: ClassVar[tuple[str, ...]]  # cheapest first; the first is the baseline
    tunable: ClassVar[tuple[str, ...]] = ()  # metrics that `tuned` can make best
    pretrained: ClassVar[bool] = False  # whether `model` may be a pretrained one

    @property
    def facts(self) -> F:
        """What `fit` learned."""
        if self.learned is None:
            raise RuntimeError(f"{type(self).__name__} is not fitted")
        return self.learned

    def knowing(self, facts: F) -> Self:
        """Return the same options with `facts`."""
        return self.model_copy(update={"learned": facts})

    # what the data must have

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Columns that hold the truth; a row without them teaches nothing."""

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that the data must have, by the option that names them."""
        return {"target": self.targets}

    @property
    def headline(self) -> str:
        """The metric that is told first: what answers bring, where that is said."""
        return next(iter(self.metrics)) if self.value is None else WORTH

    @property
    def positive_class(self) -> str | None:
        """The class that a threshold calls, if there is one."""
        return None

    @property
    def types(self) -> Mapping[str, Type]:
        """What a column is whatever its cells look like: `number`, `category`, `text` ..."""
        return {}

    @property
    def untold(self) -> tuple[str, ...]:
        """Columns of which nothing can be learned for other rows: ids, free text, what is always the same."""
        return tuple(rule.name for rule in self.columns if rule.type in ("id", "text", "constant", "empty"))

    @property
    def personal(self) -> frozenset[str]:
        """Columns that hold personal data: no cell of them is printed."""
        return frozenset(rule.name for rule in self.columns if rule.personal)

    def typed(self, table: pl.DataFrame) -> pl.DataFrame:
        """Read the cells of raw rows as the columns' rules say; typed rows stay as they are."""
        return typed(self.columns, table) if self.columns else table

    @property
    def group(self) -> tuple[str, ...]:
        """Columns whose rows belong together (user, series, document); () = each row alone."""
        return ()

    @property
    @abstractmethod
    def fields(self) -> tuple[Field, ...]:
        """What a customer sends: for forms, schemas and error texts."""

    @property
    def shown(self) -> tuple[Field, ...]:
        """The fields as anybody may see them: of personal columns no value."""
        return tuple(Field(f.name, f.type) if f.name in self.personal else f for f in self.fields)

    def unusable(self, table: pl.DataFrame) -> pl.Series:
        """Give, for each row, the reason why it can teach nothing; null where it can."""
        blank = pl.any_horizontal(pl.col(c).is_null() for c in self.targets)
        return table.select(pl.when(blank).then(pl.lit("missing_target")).alias("reason"))["reason"]

    def strata(self, table: pl.DataFrame) -> pl.Series | None:
        """Give the class of every row that each side of a split should have some of; None = no such thing."""
        return None

    # prepare

    @abstractmethod
    def fit(self, batches: Iterable[pl.DataFrame]) -> Self:
        """Learn from the training rows in one pass; how they are cut into batches must not matter."""

    def findings(self) -> list[Finding]:
        """Report what `fit` noticed or decided by itself."""
        return []

    def told(self, table: pl.DataFrame) -> pl.DataFrame:
        """Add columns by which answers are told apart beside those of the data: nothing by default.

        What they are called follows from the options alone, so that gates may name them before anything is learned.
        """
        return table

    def ask(self, table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Part a table into what a customer would send and the truth."""
        return table.drop(self.targets, strict=False), table.select(self.targets)

    @abstractmethod
    def encode(self, table: pl.DataFrame) -> Columns:
        """N rows -> M examples; M != N only with a "row" column. Targets only if the table has them."""

    # initialize, train

    def adapted(self, model: str, batches: Iterable[pl.DataFrame], base: Path | None) -> Self:
        """Return the task as `model` reads its rows; `base` is the folder of a pretrained model.

        Learns, from training rows, what other models do not need: a vocabulary, byte pairs, how long a text is.
        """
        return self

    def notes(self) -> list[str]:
        """Say what a run's reader should know of how a model reads the rows."""
        return []

    @property
    def recipe(self) -> Mapping[str, float]:
        """Where the training of this network differs from the usual one."""
        return {}

    @abstractmethod
    def build(self) -> nn.Module:
        """Make fresh parameters. Public methods that take named tensors [B, ...] and return a dict are its graphs."""

    def draw(self, batch: Batch, rng: Draws) -> Batch:
        """Add ALL the randomness of training: noise, negatives, flips."""
        return batch

    @abstractmethod
    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """[B]; example i never depends on example j, nor on padding."""

    def last_layer(self, features_MF: Array, truth: Array, seed: int) -> tuple[Array, Array]:
        """Fit the last matrix [O, F] and bias [O] of a network to what the layers below say of M examples."""
        raise NotImplementedError(f"{type(self).__name__} has no last layer to fit")

    # evaluate, deploy

    @abstractmethod
    def answer(self, run: Run, columns: Columns, table: pl.DataFrame) -> list[Answer]:
        """One answer per row of `table`, a function of that row alone. numpy only; may call `run` many times."""

    @abstractmethod
    def measure(self, answers: Sequence[Answer], truth: pl.DataFrame) -> Columns:
        """Answers against the truth -> per-row sufficient statistics, N entries each."""

    @abstractmethod
    def score(self, stats: Columns, weights_DN: Array) -> Scores:
        """Every metric [D], row n counting weights_DN[d, n] times: ones, a slice or a bootstrap draw."""

    def support(self, stats: Columns) -> Mapping[str, int]:
        """Count the rows that a metric rests on where they are fewer than all; 0 leaves it undefined."""
        return {}

    def shares(self, stats: Columns) -> Mapping[str, Share]:
        """Give the rows behind every metric that is a proportion: their intervals are Wilson's, not the bootstrap's."""
        return {}

    def limits(self, stats: Columns) -> Mapping[str, tuple[float, float]]:
        """Give the 95 % intervals that have a closed form better than the bootstrap, rows being independent."""
        return {}

    def details(self, stats: Columns) -> Mapping[str, Any]:
        """Show how answers are right and wrong: `confusion` and scores of `classes`, `calibration` of what was said."""
        return {}

    def mistakes(self, stats: Columns) -> Sequence[Mapping[str, Any]]:
        """List the rows that are most surely wrong: `row` from 0, `truth`, `answer`, `probability` or `error`."""
        return ()

    def tuned(self, stats: Columns, metric: str) -> Self:
        """Return the task with its decision set so that `metric` is best on these rows, where it decides anything."""
        return self

    @abstractmethod
    def naive(self, batches: Iterable[pl.DataFrame]) -> Callable[[pl.DataFrame], list[Answer]]:
        """Learn the answer that looks at nothing: majority, mean, popularity, the value a season ago."""

    @abstractmethod
    def simple(self, name: str, batches: Iterable[pl.DataFrame], seed: int) -> Graphs:
        """Learn one of `models` that needs no torch, as graphs that ship like any product."""
