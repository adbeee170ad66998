"""A candidate + prepared rows -> a model that answers."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from milepost.compute.choices import Choices, Wish
from milepost.errors import MilepostError
from milepost.runtimes.onnx import OnnxRun
from milepost.runtimes.pieces import in_pieces
from milepost.stages.base import HEAD, LORA, Candidate, Prepared, Trained
from milepost.tasks import load_task, save_task
from milepost.tasks.base import Task
from milepost.types import Array, Columns, Graphs, Progress, quiet, size, take

if TYPE_CHECKING:
    from torch import nn

    from milepost.compute.learner import Learner
    from milepost.compute.loader import Loader

ROWS = 8192  # of a batch that a task learns from
PROBED, USED = 256, 0.8  # examples that time a frozen network, and the share of the time that it may take
MANY, PILOT = 100_000, 20_000  # rows from which a simple model is timed before it learns, and on how many
ADAPTERS_RATE = 5.0  # times the rate of whole networks: adapters start from nothing (Schulman 2025 found 10)
RECIPE = {  # of a network from scratch, measured on tables; a task's own recipe says where it differs
    "lr_per_example": 5e-7,  # small tables want small steps: 1e-3 at 2,000 rows, 1e-2 at 20,000
    "lr_min": 1e-3,
    "lr_max": 1e-2,
    "decay": 1e-2,
    "layer_decay": 1.0,
    "visits": 400_000.0,  # of an example by a step, in all
    "epochs_min": 3.0,
    "epochs_max": 100.0,
    "steps_per_epoch": 16.0,
    "cells": 1024.0,  # of a batch of examples that differ in length
    "batch_min": 32.0,
    "batch_max": 256.0,
    "patience": 16.0,  # looks at validation without a better one
}


def train(
    prepared: Prepared,
    candidate: Candidate,
    wish: Wish | None = None,
    *,
    folder: Path | None = None,
    work: Path | None = None,
    choices: Choices | None = None,
    columns: Callable[[Task[Any], str], Columns] | None = None,
    save_every: float = 60.0,
    progress: Progress = quiet,
) -> Trained:
    """Train `candidate` on the training rows within the time of `wish`; keep the weights that validate best.

    Writes the model into `folder` and resumes from `work`, where a checkpoint is put every `save_every` seconds; both
    are temporary by default. `columns` gives the encoded rows of a side, where they lie somewhere already.
    Raises MilepostError when the time buys no step or the gradient does not stay finite.
    """
    out = folder or Path(tempfile.mkdtemp(prefix="milepost-"))
    place = work or Path(tempfile.mkdtemp(prefix="milepost-"))

    def encoded(task: Task[Any], side: str) -> Columns:
        return prepared.encoded(task, side, place / side, progress)

    job = _Job(prepared, candidate, wish or Wish(), out, place, choices or Choices(), columns or encoded)
    begun = time.perf_counter()
    if candidate.network is None:
        report = job.simple()
    elif candidate.tune == HEAD:
        report = job.head(candidate.network)
    else:
        report = job.network(candidate.network, save_every, progress)
    report |= {"model": candidate.name, "seconds": time.perf_counter() - begun}
    (out / "training.json").write_text(json.dumps(report), "utf-8")
    save_task(candidate.task, out)
    if candidate.network is None:
        return Trained(candidate.name, candidate.task, OnnxRun(out), out)
    from milepost.runtimes.eager import TorchRun

    return Trained(candidate.name, candidate.task, TorchRun(candidate.network.cpu()), out, candidate.network)


def load_trained(folder: Path, name: str, build: Callable[[Task[Any]], nn.Module] = methodcaller("build")) -> Trained:
    """Read what `train` wrote; `build` makes the network that the weights belong to."""
    task = load_task(folder)
    if not (folder / "weights.safetensors").is_file():
        return Trained(name, task, OnnxRun(folder), folder)
    from safetensors.torch import load_file

    from milepost.runtimes.eager import TorchRun

    network = build(task)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return Trained(name, task, TorchRun(network), folder, network)


@dataclass(frozen=True)
class _Job:
    """One candidate to be trained, and the ways to do it; each returns what happened."""

    prepared: Prepared
    candidate: Candidate
    wish: Wish
    out: Path
    work: Path
    choices: Choices
    columns: Callable[[Task[Any], str], Columns]

    def simple(self) -> dict[str, Any]:
        """Let the task learn in one go, from as many rows as the time buys."""
        task, table, seed = self.candidate.task, self.prepared.table("train"), self.wish.seed

        def learned(rows: int) -> Graphs:
            some = table[np.linspace(0, table.height - 1, rows).astype(np.int64)] if rows < table.height else table
            return task.simple(self.candidate.name, some.iter_slices(ROWS), seed)

        def planned() -> dict[str, Any]:
            if table.height <= MANY:
                return {"rows": table.height, "seed": seed}
            begun = time.perf_counter()
            learned(PILOT)
            affordable = int(self.wish.seconds / (time.perf_counter() - begun) * PILOT)
            return {"rows": max(PILOT, min(table.height, affordable)), "seed": seed}

        plan = self.choices.once(self.candidate.name, planned)
        for name, graph in learned(plan["rows"]).items():
            (self.out / f"{name}.onnx").write_bytes(graph)
        return {"chosen": plan, "rows": plan["rows"], "of_rows": table.height}

    def head(self, network: Any) -> dict[str, Any]:
        """Run the frozen network over as many examples as the time buys, and fit its last layer to what it says."""
        import torch

        from milepost.compute.device import cores, device
        from milepost.runtimes.eager import TorchRun

        columns = self.columns(self.candidate.task, "train")
        inputs, count = {k: c for k, c in columns.items() if k not in ("y", "row")}, size(columns)
        torch.set_num_threads(cores())
        run, network.packed = TorchRun(network.to(device())), network.can_pack

        def seen(examples: int) -> tuple[Array, Array]:
            index = np.linspace(0, count - 1, examples).astype(np.int64)
            return in_pieces(run, take(inputs, index), "features")["features"], index

        def planned() -> dict[str, Any]:
            begun, few = time.perf_counter(), min(count, PROBED)
            seen(few)
            affordable = int(USED * self.wish.seconds / (time.perf_counter() - begun) * few)
            return {"rows": min(count, max(few, affordable)), "seed": self.wish.seed}

        plan = self.choices.once(self.candidate.name, planned)
        features, index = seen(plan["rows"])
        layer = self.candidate.task.last_layer(features, np.asarray(columns["y"])[index], self.wish.seed)
        with torch.no_grad():
            for parameter, values in zip((network.head.weight, network.head.bias), layer, strict=True):
                parameter.copy_(torch.from_numpy(values))
        _write(network, self.out)
        return {"chosen": plan, "rows": plan["rows"], "of_rows": count}

    def network(self, network: nn.Module, save_every: float, progress: Progress) -> dict[str, Any]:
        """Plan, loop, write the best weights."""
        from milepost.compute.device import device
        from milepost.compute.learner import Learner
        from milepost.compute.loader import Loader
        from milepost.compute.loop import Loop
        from milepost.compute.plan import planned

        task, name, where, wish = self.candidate.task, self.candidate.name, device(), self.wish
        train, valid = (Loader(self.columns(task, side), where) for side in ("train", "valid"))
        draw = task.draw if type(task).draw is not Task.draw else None
        learner = Learner(network.to(where), task.loss, draw, where)
        _try(name, learner, train)
        begun = Choices(self.work / "plan.json")  # of the checkpoint, should the lock of the run be lost
        recipe = RECIPE | dict(task.recipe)
        if self.candidate.tune == LORA:
            recipe |= {bound: ADAPTERS_RATE * recipe[bound] for bound in ("lr_min", "lr_max")}
        measured = partial(planned, name, learner, train, wish, recipe, size(valid.columns))
        plan = self.choices.once(name, partial(begun.once, name, measured))
        loop = Loop(name, learner, train, valid, plan, wish.seconds, self.work, save_every, progress)
        so_far, stopped = loop.run()
        network.load_state_dict(so_far.best)
        _write(network, self.out)
        counts = {"steps": so_far.step, "best_step": so_far.best_step, "skipped": so_far.skipped}
        return {"chosen": plan, "curve": so_far.curve, "stopped": stopped, **counts}


def _write(network: nn.Module, out: Path) -> None:
    """Write the weights, adapters folded in."""
    from safetensors.torch import save_file

    from milepost.nets.pretrained import merge

    if hasattr(network, "backbone"):
        merge(network)
        network.packed = False  # type: ignore[assignment]
    save_file({k: v.contiguous().cpu() for k, v in network.state_dict().items()}, out / "weights.safetensors")


def _try(name: str, learner: Learner, train: Loader) -> None:
    """Refuse a network that the task cannot use, before anything is spent."""
    import torch

    few = train.batch(np.arange(min(2, size(train.columns))))
    try:
        with torch.no_grad():
            shape = tuple(learner.loss(learner.model.eval(), learner.drawn(few, 0, 0)).shape)
    except Exception as error:
        what = f"the network `{name}` cannot be used: {type(error).__name__}: {error}"
        raise MilepostError(what, "model", 'its forward takes the columns by name and returns {"out": ...}') from error
    if shape != (len(next(iter(few.values()))),):
        raise MilepostError(f"the loss of `{name}` has shape {shape}, not one number an example", "model")
