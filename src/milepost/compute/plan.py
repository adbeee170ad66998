"""What training will do, chosen by measuring before the first step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from milepost.compute.batches import order, steps_per_epoch
from milepost.compute.choices import Wish
from milepost.compute.device import cores
from milepost.compute.learner import Learner
from milepost.compute.loader import Loader
from milepost.compute.measure import Setting, changes, fastest
from milepost.compute.memory import parts_of
from milepost.compute.optimizer import adamw
from milepost.errors import OUT_OF_BUDGET, MilepostError
from milepost.types import Array, Batch, Columns, lengths_of, size

USED = 0.9  # share of the time for which steps are planned; the rest is for looking at validation rows
LOOK = 0.3  # cost of looking at an example, in training steps on it
LOOKING = 0.1  # share of the steps' time that looks may take


def planned(
    name: str, learner: Learner, train: Loader, wish: Wish, recipe: Mapping[str, float], looked: int = 0
) -> dict[str, Any]:
    """Measure a step and return precision, threads, batch and the steps that the time buys, as lock.json has them.

    `looked` is the number of validation examples. Raises MilepostError (out of budget) if the time buys no step.
    """
    examples = size(train.columns)
    batch = min(examples, wish.batch or usual_batch(train.columns, recipe))
    usual = train.batch(_usual(train.columns, batch, wish.seed))
    parts = parts_of(lambda: learner.loss(learner.model.train(), learner.drawn(usual, wish.seed, 0)), learner.device)
    frugal = parts > 1 and hasattr(learner.model, "checkpointing")  # what can be worked out again need not be kept
    trial = _trial(learner, usual, batch, wish.seed, parts, frugal)
    setting, seconds = fastest(changes(learner.device, cores(), learner.model), trial)
    epochs = wish.epochs or max(recipe["epochs_min"], min(recipe["epochs_max"], recipe["visits"] / examples))
    per_epoch = steps_per_epoch(train.columns, batch, wish.seed)
    wanted, affordable = wish.steps or round(epochs * per_epoch), int(USED * wish.seconds / seconds)
    if affordable < 1:
        what = f"{wish.seconds:g} s buy no step of `{name}`: one takes {seconds:.2g} s"
        raise MilepostError(what, "train.budget.time", "raise it, or use a smaller model", exit_code=OUT_OF_BUDGET)
    steps = min(wanted, affordable)
    return {
        **setting._asdict(),
        "device": learner.device.type,
        "batch": batch,
        "parts": min(parts, batch),
        "checkpointing": frugal,
        "examples_per_step": max(1.0, examples / per_epoch) if lengths_of(train.columns) is not None else float(batch),
        "step_ms": round(seconds * 1000, 3),
        "steps_wanted": wanted,
        "steps": steps,
        "look_every": max(1, min(per_epoch, steps // 10), round(looked / batch * LOOK / LOOKING)),
        "patience": round(recipe["patience"]),
        "lr": wish.lr or usual_rate(examples, recipe),
        "decay": recipe["decay"],
        "layer_decay": recipe["layer_decay"],
        "seed": wish.seed,
    }


def usual_batch(columns: Columns, recipe: Mapping[str, float]) -> int:
    """Return a power of two, within bounds, that makes about `recipe["steps_per_epoch"]` steps of an epoch.

    Where examples differ in length, it is one that makes about `recipe["cells"]` cells of a batch.
    """
    length = lengths_of(columns)
    ideal = size(columns) / recipe["steps_per_epoch"] if length is None else recipe["cells"] / max(1.0, length.mean())
    smallest, largest = round(recipe["batch_min"]), round(recipe["batch_max"])
    return int(min(largest, max(smallest, 1 << round(max(1.0, ideal) - 1).bit_length())))


def usual_rate(examples: int, recipe: Mapping[str, float]) -> float:
    """Return the top learning rate for so many examples, within bounds."""
    return min(recipe["lr_max"], max(recipe["lr_min"], examples * recipe["lr_per_example"]))


def _trial(
    learner: Learner, usual: Batch, batch: int, seed: int, parts: int, frugal: bool
) -> Callable[[Setting], None]:
    """Return a step on a copy of the network, at the usual shape."""
    trial = replace(learner, model=copy.deepcopy(learner.model).train())
    optimizer = adamw(trial.model, 1e-4, 0.0)

    def step(setting: Setting) -> None:
        trial.set({**setting._asdict(), "checkpointing": frugal})
        trial.step(optimizer, trial.drawn(usual, seed, 0), setting.precision, 1 / batch, parts)

    return step


def _usual(columns: Columns, batch: int, seed: int) -> Array:
    """Return the first batch; where examples differ in length, the one of an epoch whose length is nearest the mean."""
    length = lengths_of(columns)
    if length is None:
        return next(order(columns, batch, seed))
    steps = list(islice(order(columns, batch, seed), steps_per_epoch(columns, batch, seed)))
    return min(steps, key=lambda index: abs(float(length[index].max()) - float(length.mean())))
