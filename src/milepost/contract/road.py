"""Promises about the whole road: learning, resuming, shipping."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from milepost.compute.choices import Choices, Wish
from milepost.compute.loader import Loader
from milepost.compute.random import CountedDraws
from milepost.contract.base import Case
from milepost.stages.base import NETWORK, Candidate, Prepared
from milepost.stages.deploy import deploy
from milepost.stages.evaluate import measured
from milepost.stages.initialize import initialize
from milepost.stages.prepare import prepare
from milepost.stages.train import train
from milepost.tasks.base import Task
from milepost.types import Batch, size

CPU = torch.device("cpu")


def held_out_loss_falls(case: Case) -> None:
    """Training teaches something about rows it has not seen."""
    prepared, candidate = _started(case)
    task = candidate.task
    valid = Loader(task.encode(prepared.table("valid")), CPU)
    batch = valid.batch(np.arange(min(512, size(valid.columns))))
    drawn = task.draw(batch, CountedDraws(0, 0, torch.arange(len(next(iter(batch.values()))))))
    before = _mean(task, candidate.network, drawn)
    after = _mean(task, train(prepared, candidate, Wish(steps=60, seconds=60)).network, drawn)
    assert after < before, f"the held-out loss does not fall: {before:.4f} -> {after:.4f}"


def _mean(task: Task[Any], model: nn.Module | None, batch: Batch) -> float:
    assert model is not None
    with torch.no_grad():
        return task.loss(model.eval(), batch).mean().item()


def killed_training_resumes_to_the_same_bytes(case: Case) -> None:
    """Training killed half-way and resumed, given its lock, gives the same weights."""
    choices = Choices()
    wish = Wish(steps=12, seconds=60)
    bytes_of = []
    for killed_at in (None, 7):
        prepared, candidate = _started(case)
        work = Path(tempfile.mkdtemp())
        if killed_at is not None:
            _killed(prepared, candidate, wish, work, choices, killed_at)
            prepared, candidate = _started(case)
        trained = train(prepared, candidate, wish, work=work, choices=choices)
        bytes_of.append((trained.folder / "weights.safetensors").read_bytes())
    assert bytes_of[0] == bytes_of[1], "a resumed run ends with other weights"


class _Killed(Exception):
    """Stands for kill -9 in the middle of training."""


def _killed(prepared: Prepared, candidate: Candidate, wish: Wish, work: Path, choices: Choices, at: int) -> None:
    """Train, checkpointing at every step, until step `at`."""

    def progress(what: str, done: float, total: float, note: str = "") -> None:
        if done >= at:
            raise _Killed

    try:
        train(prepared, candidate, wish, work=work, choices=choices, save_every=0.0, progress=progress)
    except _Killed:
        return
    raise AssertionError("training was to be killed and was not")


def every_model_ships(case: Case) -> None:
    """Each model of the kind deploys and answers, in a fresh process without torch, as it was evaluated."""
    prepared = prepare(case.table, case.task)
    for name in case.task.models:
        candidate = initialize(prepared, name)
        trained = train(prepared, candidate, Wish(steps=5, seconds=60))
        with tempfile.TemporaryDirectory() as folder:
            product = deploy(prepared, trained, Path(folder) / "product")
            rows = prepared.table("test").head(20)
            mine, theirs = (measured(m, rows).values for m in (trained, product))
            for metric, value in mine.items():
                np.testing.assert_allclose(value, theirs[metric], rtol=1e-4, atol=1e-4, err_msg=f"{name}: {metric}")


def _started(case: Case) -> tuple[Prepared, Candidate]:
    prepared = prepare(case.table, case.task)
    return prepared, initialize(prepared, NETWORK)
