"""What the stages hand to each other: prepared data, candidates, trained models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from milepost.data.columns_file import Writer, load
from milepost.data.columns_file import whole as encoded_whole
from milepost.errors import MilepostError, did_you_mean
from milepost.intake.pieces import pieces, whole
from milepost.tasks import load_task
from milepost.tasks.base import Task
from milepost.types import Columns, Progress, Run, quiet

if TYPE_CHECKING:
    from torch import nn

SIDES = ("train", "valid", "test")
NETWORK = "network"
WHOLE, HEAD, LORA = "whole", "head", "lora"  # what of a network learns, beside `last:N` layers: all, the last, adapters


@dataclass(frozen=True)
class Prepared:
    """A folder with train, valid and test tables, the fitted task and the data report."""

    folder: Path

    @cached_property
    def task(self) -> Task[Any]:
        """The task, fitted on the training rows."""
        return load_task(self.folder)

    @cached_property
    def report(self) -> dict[str, Any]:
        """What was read, kept and dropped, and what was noticed."""
        report: dict[str, Any] = json.loads((self.folder / "data_report.json").read_text("utf-8"))
        return report

    def table(self, side: str) -> pl.DataFrame:
        """Return the rows of `train`, `valid` or `test`."""
        return whole(self.folder / side)

    def batches(self, side: str) -> Iterator[pl.DataFrame]:
        """Yield the same rows piece by piece, a few thousand at a time."""
        return pieces(self.folder / side)

    def encode(self, task: Task[Any], side: str, folder: Path, progress: Progress = quiet) -> None:
        """Write the rows of a side as `task` encodes them into `folder`, piece by piece."""
        total, done = self.report["split"][side], 0
        with Writer(folder) as writer:
            for piece in self.batches(side):
                writer.append(task.encode(piece), piece.height)
                done += piece.height
                progress(f"encode {side}", done, total)

    def encoded(self, task: Task[Any], side: str, folder: Path, progress: Progress = quiet) -> Columns:
        """Encode a side into `folder`, once, then memory-map; what a crash left is used if it is whole."""
        if not encoded_whole(folder):
            self.encode(task, side, folder, progress)
        return load(folder)


@dataclass(frozen=True)
class Candidate:
    """A model before training; `network` is None for those that the task learns in one go."""

    name: str
    task: Task[Any]
    network: nn.Module | None = None
    tune: str = WHOLE  # which of its layers learn


@dataclass(frozen=True)
class Trained:
    """A model that answers; `network` is None where it is a graph already."""

    name: str
    task: Task[Any]
    run: Run
    folder: Path
    network: nn.Module | None = None

    @cached_property
    def report(self) -> dict[str, Any]:
        """What training cost and how it went."""
        report: dict[str, Any] = json.loads((self.folder / "training.json").read_text("utf-8"))
        return report


def missing_columns(task: Task[Any], columns: Sequence[str], options: Sequence[str] = ()) -> list[MilepostError]:
    """List the columns that the task's options (all by default) name and `columns` lack."""
    return [
        MilepostError(f"there is no column `{name}`", f"task.{option}", did_you_mean(name, columns))
        for option, names in task.reads.items()
        for name in names
        if name not in columns and (not options or option in options)
    ]
