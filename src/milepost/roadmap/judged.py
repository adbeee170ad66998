"""The candidates on the validation rows: tuned, scored, one chosen, and what it looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from milepost.data.columns_file import Writer, load
from milepost.roadmap.choose import Tried, choose
from milepost.roadmap.evidence import Asked, compared
from milepost.roadmap.importance import importance
from milepost.roadmap.slices import told
from milepost.stages.base import Trained
from milepost.stages.evaluate import Measured, as_json, measured
from milepost.tasks.base import Task
from milepost.types import Array, Columns, Progress

GROUP = "milepost_group"  # a statistic of ours beside those of the kind


Cut = float | Sequence[float] | None  # from where a class is called, or each of several; None: the likeliest is


def decided(model: Trained, cut: Cut) -> Trained:
    """Return the model with the threshold, or thresholds, that validation chose for it."""
    return replace(model, task=decided_task(model.task, cut))


def decided_task(task: Task[Any], cut: Cut) -> Task[Any]:
    """Return the task with a threshold, or one for each class or label."""
    return task.model_copy(update={"threshold": tuple(cut) if isinstance(cut, Sequence) else cut})


def tuned(found: Measured, objective: str) -> Cut:
    """Return the threshold that is best for the metric `objective` on these rows; without one, the task's own."""
    return found.task.tuned(found.stats, objective).threshold if objective else found.task.threshold


@dataclass(frozen=True)
class Judged:
    """What validation finds of the models, cheapest first."""

    models: Mapping[str, Trained]
    valid: pl.DataFrame
    group: tuple[str, ...]
    objective: str  # the metric that decisions are tuned for; none if empty
    progress: Progress

    @cached_property
    def tried(self) -> dict[str, Tried]:
        """Every model, tuned and scored on all validation rows."""
        return {name: self._tried(name, model) for name, model in self.models.items()}

    def _tried(self, name: str, model: Trained) -> Tried:
        found = self._measured(name, model)
        cut = tuned(found, self.objective)
        if cut != model.task.threshold:
            found = self._measured(name, decided(model, cut))
        return Tried(name, found)

    def _measured(self, name: str, model: Trained) -> Measured:
        return measured(model, self.valid, self.progress, f"validate {name}", self.group)

    @cached_property
    def sound(self) -> dict[str, Tried]:
        """Those whose answers are finite."""
        return {n: t for n, t in self.tried.items() if t.found.task.select in t.found.scores(t.found.task.select)}

    def found(self, wanted: str | None) -> dict[str, Any]:
        """Return the choice as metrics.json has it."""
        choice = choose(list(self.sound.values()), wanted)
        winner = choice.winner
        task = winner.found.task
        out: dict[str, Any] = {"model": winner.name, "why": choice.why, "candidates": choice.table}
        out["diverged"] = [name for name in self.tried if name not in self.sound]
        out["thresholds"] = {name: t.found.task.threshold for name, t in self.tried.items()}
        out["valid"] = as_json(winner.found.scores())
        if isinstance(task.threshold, float):
            about = {"value": task.threshold, "metric": self.objective, "positive": task.positive_class}
            out["threshold"] = about
        elif task.threshold is not None:
            out["cuts"] = {"metric": self.objective, "values": list(task.threshold)}
        fields = [f.name for f in task.fields]
        out["importance"] = importance(
            decided(self.models[winner.name], task.threshold), self.valid, fields, self.progress
        )
        return out

    def early(self, model: str, baseline: str, naive: Measured, asked: Asked) -> dict[str, Any]:
        """Compare the winner with the others on validation rows, for the gates that hold deploy back."""
        others, mine = {"naive": naive, "baseline": self.tried[baseline].found}, self.tried[model].found
        return compared(told(mine.task, self.valid), mine, others, asked)


def keep(found: Measured, folder: Path) -> None:
    """Keep the statistics of every test row, so that another run can be compared with this one in pairs."""
    group: Columns = {} if found.group_N is None else {GROUP: found.group_N}
    with Writer(folder / "stats") as writer:
        writer.append(found.stats | group, found.rows)


def kept(folder: Path) -> tuple[Columns, Array | None]:
    """Return what `keep` wrote: the statistics, and the groups of the rows if they hang together."""
    stats = load(folder / "stats")
    group = stats.pop(GROUP, None)
    return stats, None if group is None else np.asarray(group)
