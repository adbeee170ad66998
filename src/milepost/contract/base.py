"""The case that a kind makes, and how things are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn

from milepost.compute.random import CountedDraws
from milepost.runtimes.eager import TorchRun
from milepost.stages.base import NETWORK
from milepost.stages.prepare import prepare
from milepost.tasks.base import Task
from milepost.types import Batch, Columns, Ragged, Run, feed

ROWS = 12


@dataclass
class Case:
    """A kind, with the rows to hold it to its promises."""

    task: Task[Any]
    table: pl.DataFrame

    @cached_property
    def ruled(self) -> Task[Any]:
        """The task, knowing how the cells of the table are read, but nothing more."""
        return self.task.model_copy(update={"columns": prepare(self.table, self.task).task.columns})

    @cached_property
    def fitted(self) -> Task[Any]:
        """The task, knowing all rows that are usable, as its network reads them."""
        return self.learned([self.rows])

    def learned(self, batches: Sequence[pl.DataFrame]) -> Task[Any]:
        """Return the task that knows these rows, as its network reads them."""
        fitted: Task[Any] = self.ruled.fit(batches).adapted(NETWORK, batches, None)
        return fitted

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The usable rows, typed."""
        typed = self.ruled.typed(self.table)
        return typed.filter(self.ruled.unusable(typed).is_null())

    @cached_property
    def few(self) -> pl.DataFrame:
        """A dozen rows from all over."""
        return self.rows[np.linspace(0, self.rows.height - 1, ROWS).astype(int)]

    @cached_property
    def model(self) -> nn.Module:
        """A fresh network, seeded."""
        torch.manual_seed(0)
        return self.fitted.build()

    @cached_property
    def run(self) -> Run:
        """The fresh network as a Run."""
        return TorchRun(self.model)

    @cached_property
    def asked(self) -> pl.DataFrame:
        """What a customer would send of the dozen rows."""
        return self.fitted.ask(self.few)[0]

    def batch(self, rows: pl.DataFrame, extra: int = 0, fill: int = 0) -> Batch:
        """Encoded rows as tensors, padded further on request."""
        columns = {k: c for k, c in self.fitted.encode(rows).items() if k != "row"}
        return {k: torch.from_numpy(np.array(a)) for k, a in feed(columns, None, extra, fill).items()}

    def drawn(self, batch: Batch, step: int = 0) -> Batch:
        """A batch with the randomness of a step."""
        return self.fitted.draw(batch, CountedDraws(0, step, torch.arange(len(next(iter(batch.values()))))))

    def training(self) -> nn.Module:
        """The network in training mode, dropout at 0."""
        model = self.model.train()
        for part in model.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0
        return model


def equal(a: Columns, b: Columns) -> bool:
    def parts(c: Any) -> tuple[Any, ...]:
        return (c.values, c.lengths) if isinstance(c, Ragged) else (c,)

    return a.keys() == b.keys() and all(
        np.array_equal(x, y, equal_nan=np.asarray(x).dtype.kind == "f")
        for k in a
        for x, y in zip(parts(a[k]), parts(b[k]), strict=True)
    )


def alone_in(batch: Batch, i: int) -> Batch:
    return {k: v[i : i + 1] for k, v in batch.items()}


def close(a: Tensor, b: Tensor, why: str) -> None:
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5, msg=lambda m: f"{why}: {m}")
