"""The training loop, plain: its order and its randomness are functions of (seed, step)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from milepost.compute import checkpoint
from milepost.compute.batches import order
from milepost.compute.checkpoint import Progressed
from milepost.compute.device import seed_step
from milepost.compute.learner import Learner
from milepost.compute.loader import Loader
from milepost.compute.optimizer import adamw, rate, set_rate
from milepost.errors import MilepostError
from milepost.types import Progress

NOT_FINITE = 20  # steps in a row with a gradient that is not finite, after which training has failed


@dataclass
class Loop:
    """Train to the end of the plan, the patience or the time; resume from `work`, where checkpoints lie."""

    name: str
    learner: Learner
    train: Loader
    valid: Loader
    plan: Mapping[str, Any]  # as `planned` wrote it
    seconds: float  # the hard stop
    work: Path
    save_every: float  # seconds
    progress: Progress

    def run(self) -> tuple[Progressed, str]:
        """Return how far training came, with the best weights, and why it stopped."""
        torch.set_num_threads(self.plan["threads"])
        self.learner.set(self.plan)
        optimizer = adamw(self.learner.model, self.plan["lr"], self.plan["decay"], self.plan["layer_decay"])
        so_far = checkpoint.resume(self.work, self.plan, self.learner.model, optimizer)
        return so_far, self._go(so_far, optimizer)

    def _go(self, so_far: Progressed, optimizer: torch.optim.Optimizer) -> str:
        plan, learner = self.plan, self.learner
        learner.model.train()
        begun, saved, bad = time.monotonic() - so_far.seconds, time.monotonic(), 0
        for index in order(self.train.columns, plan["batch"], plan["seed"], so_far.step):
            if so_far.step >= plan["steps"]:
                break
            seed_step(plan["seed"], so_far.step, learner.device)
            set_rate(optimizer, plan["lr"] * rate(so_far.step, plan["steps"]))
            batch = learner.drawn(self.train.batch(index), plan["seed"], so_far.step)
            loss, finite = learner.step(
                optimizer, batch, plan["precision"], 1 / plan["examples_per_step"], plan["parts"]
            )
            so_far.step += 1
            bad = 0 if finite else bad + 1
            so_far.skipped += not finite
            if bad >= NOT_FINITE:
                raise self._diverged(bad)
            if so_far.step % plan["look_every"] == 0 or so_far.step == plan["steps"]:
                self._look(so_far, loss)
                if (so_far.step - so_far.best_step) / plan["look_every"] >= plan["patience"]:
                    return "validation has not improved for a while"
            now = time.monotonic()
            so_far.seconds = now - begun
            if so_far.seconds > self.seconds:
                self._look(so_far, loss)
                return "the time was used up"
            if now - saved >= self.save_every:
                checkpoint.save(self.work, plan, so_far, learner.model, optimizer)
                saved = time.monotonic()
        return "all steps done"

    def _look(self, so_far: Progressed, loss: torch.Tensor) -> None:
        """Score the validation rows; keep the weights if they are the best so far."""
        valid = self.learner.mean_loss(self.valid, self.plan["seed"], self.plan["precision"])
        so_far.curve.append({"step": so_far.step, "train_loss": loss.item(), "valid_loss": valid})
        if valid < so_far.best_loss or not so_far.best:
            so_far.best_loss, so_far.best_step = valid, so_far.step
            so_far.best = {k: v.detach().clone() for k, v in self.learner.model.state_dict().items()}
        note = f"validation loss {valid:.4f}, best {so_far.best_loss:.4f}"
        self.progress(f"train {self.name}", so_far.step, self.plan["steps"], note)

    def _diverged(self, steps: int) -> MilepostError:
        what = f"the gradient of `{self.name}` was not finite {steps} steps in a row"
        return MilepostError(what, "train.lr", f"try train.lr={self.plan['lr'] / 10:g}")
