"""A candidate + prepared rows -> a model that answers."""

from __future__ import annotations

import copy
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from milepost.compute.choices import Choices
from milepost.data.columns_file import Writer, load
from milepost.errors import OUT_OF_BUDGET, MilepostError
from milepost.runtimes.onnx import OnnxRun
from milepost.stages.base import Candidate, Prepared, Trained, save_task
from milepost.tasks.base import Task
from milepost.types import Columns, Progress, quiet, size

if TYPE_CHECKING:
    import torch
    from torch import nn

    from milepost.compute.checkpoint import Progressed
    from milepost.compute.measure import Setting

CLIP = 1.0
NOT_FINITE = 20  # steps in a row with a gradient that is not finite, after which training has failed
EVALUATED = 4096  # examples at a time
RECIPE = {"lr": 2e-3, "decay": 1e-2, "visits": 60_000.0, "epochs": 100.0, "batches": 20.0, "patience": 16.0}


@dataclass(frozen=True)
class Wish:
    """What the user asked of training; None = chosen by measuring."""

    seconds: float = 300.0
    epochs: int | None = None
    steps: int | None = None
    lr: float | None = None
    batch: int | None = None
    seed: int = 0


def train(
    prepared: Prepared,
    candidate: Candidate,
    wish: Wish | None = None,
    *,
    folder: Path | None = None,
    work: Path | None = None,
    choices: Choices | None = None,
    save_every: float = 60.0,
    progress: Progress = quiet,
) -> Trained:
    """Train `candidate` on the training rows within the time of `wish`; keep the weights that validate best.

    Writes the model into `folder` and resumes from `work`, where checkpoints are put every `save_every` seconds; both
    are temporary by default. Raises MilepostError when the budget buys no step or the loss does not stay finite.
    """
    wish, choices = wish or Wish(), choices or Choices()
    out = folder or Path(tempfile.mkdtemp(prefix="milepost-"))
    begun = time.perf_counter()
    if candidate.network is None:
        graphs = candidate.task.simple(candidate.name, prepared.batches("train"), wish.seed)
        for name, graph in graphs.items():
            (out / f"{name}.onnx").write_bytes(graph)
        report: dict[str, Any] = {}
    else:
        place = work or Path(tempfile.mkdtemp(prefix="milepost-"))
        report = _Training(prepared, candidate, wish, place, choices, save_every, progress).run(out)
    report |= {"model": candidate.name, "seconds": time.perf_counter() - begun}
    (out / "training.json").write_text(json.dumps(report), "utf-8")
    save_task(candidate.task, out)
    return load_trained(out, candidate)


def load_trained(folder: Path, candidate: Candidate) -> Trained:
    """Read what `train` wrote; `candidate` lends the network that the weights belong to."""
    if candidate.network is None:
        return Trained(candidate.name, candidate.task, OnnxRun(folder), folder)
    from safetensors.torch import load_file

    from milepost.runtimes.eager import TorchRun

    candidate.network.load_state_dict(load_file(folder / "weights.safetensors"))
    network = candidate.network.cpu()
    return Trained(candidate.name, candidate.task, TorchRun(network), folder, network)


def encoded(task: Task[Any], batches: Iterable[pl.DataFrame], folder: Path) -> Columns:
    """Encode piece by piece onto disk, once, then memory-map."""
    if not (folder / "columns.json").is_file():
        with Writer(folder) as writer:
            for piece in batches:
                writer.append(task.encode(piece), piece.height)
    return load(folder)


class _Training:
    """One network on its way: the loop, plain."""

    def __init__(
        self,
        prepared: Prepared,
        candidate: Candidate,
        wish: Wish,
        work: Path,
        choices: Choices,
        save_every: float,
        progress: Progress,
    ) -> None:
        from milepost.compute.device import device
        from milepost.compute.loader import Loader

        assert candidate.network is not None
        self.task, self.wish, self.work, self.save_every, self.progress = (
            candidate.task,
            wish,
            work,
            save_every,
            progress,
        )
        self.recipe = RECIPE | dict(self.task.recipe)
        self.device, self.name = device(), candidate.name
        self.columns = encoded(self.task, prepared.batches("train"), work / "train")
        self.train = Loader(self.columns, self.device)
        self.valid = Loader(encoded(self.task, prepared.batches("valid"), work / "valid"), self.device)
        self.valid_size = size(self.valid.columns)
        self.model = candidate.network.to(self.device)
        self.draws = type(self.task).draw is not Task.draw
        self._try()
        self.chosen = choices.once(candidate.name, self._choose)

    def _try(self) -> None:
        """Refuse a network that the task cannot use, before anything is spent."""
        import numpy as np
        import torch

        few = self.train.batch(np.arange(min(2, size(self.columns))))
        try:
            with torch.no_grad():
                shape = tuple(self.task.loss(self.model.eval(), self._drawn(few, 0)).shape)
        except Exception as error:
            what = f"the network `{self.name}` cannot be used: {type(error).__name__}: {error}"
            inputs = ", ".join(k for k in few if k != "y")
            raise MilepostError(what, "model", f'its forward takes ({inputs}) and returns {{"out": ...}}') from error
        if shape != (len(next(iter(few.values()))),):
            raise MilepostError(f"the loss of `{self.name}` has shape {shape}, not one number an example", "model")

    def _drawn(self, batch: dict[str, torch.Tensor], step: int) -> dict[str, torch.Tensor]:
        """Add the randomness that the task wants."""
        if not self.draws:
            return batch
        import torch

        from milepost.compute.random import CountedDraws

        position_B = torch.arange(len(next(iter(batch.values()))), device=self.device)
        return self.task.draw(batch, CountedDraws(self.wish.seed, step, position_B))

    def _choose(self) -> dict[str, Any]:
        """Measure a step, and choose precision, threads, batch and the steps that the budget buys."""
        from milepost.compute.batches import steps_per_epoch
        from milepost.compute.device import cores
        from milepost.compute.measure import fastest, settings

        n, wish, recipe = size(self.columns), self.wish, self.recipe
        batch = min(n, wish.batch or min(1024, max(32, 2 ** round((n / recipe["batches"]) ** 0.5 / 2 + 5))))
        setting, seconds = fastest(settings(self.device, cores()), self._timed_step(batch))
        per_epoch = steps_per_epoch(n, batch)
        epochs = wish.epochs or max(3, min(recipe["epochs"], recipe["visits"] / n))
        wanted = wish.steps or round(epochs * per_epoch)
        affordable = int(0.9 * wish.seconds / seconds)
        if affordable < 1:
            what = f"{wish.seconds:g} s buy no step of `{self.name}`: one takes {seconds:.2g} s"
            raise MilepostError(what, "train.budget.time", "raise it, or use a smaller model", exit_code=OUT_OF_BUDGET)
        steps = min(wanted, affordable)
        return {
            "precision": setting.precision,
            "threads": setting.threads,
            "device": self.device.type,
            "batch": batch,
            "step_ms": round(seconds * 1000, 3),
            "steps_wanted": wanted,
            "steps": steps,
            "evaluate_every": max(1, min(per_epoch, steps // 10)),
            "patience": round(recipe["patience"]),
            "lr": wish.lr or recipe["lr"],
            "decay": recipe["decay"],
            "seed": wish.seed,
        }

    def _timed_step(self, batch: int) -> Any:
        """Return a step on a copy of the network, at the real shape."""
        from milepost.compute.batches import order
        from milepost.compute.optimizer import adamw

        model = copy.deepcopy(self.model).train()
        optimizer, indices = adamw(model, 1e-4, 0.0), order(self.columns, batch, self.wish.seed)

        def step(setting: Setting) -> None:
            self._step(model, optimizer, self._drawn(self.train.batch(next(indices)), 0), setting.precision)

        return step

    def _step(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, batch: dict[str, torch.Tensor], precision: str
    ) -> tuple[torch.Tensor, bool]:
        """Move the weights once; return the loss and whether the gradient was finite (else nothing moves)."""
        from milepost.compute import device
        from milepost.compute.optimizer import clip

        with device.precision(precision, self.device):
            loss = self.task.loss(model, batch).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        finite = clip(model.parameters(), CLIP)
        if finite:
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.detach(), finite

    def run(self, out: Path) -> dict[str, Any]:
        """Go from the last checkpoint to the last step; write the best weights and return what happened."""
        import torch
        from safetensors.torch import save_file

        from milepost.compute import checkpoint
        from milepost.compute.optimizer import adamw

        torch.set_num_threads(self.chosen["threads"])
        optimizer = adamw(self.model, self.chosen["lr"], self.chosen["decay"])
        so_far = checkpoint.resume(self.work, self.model, optimizer)
        stopped = self._loop(so_far, optimizer)
        weights = {k: v.contiguous().cpu() for k, v in so_far.best.items()}
        save_file(weights, out / "weights.safetensors")
        return {
            "chosen": self.chosen,
            "curve": so_far.curve,
            "stopped": stopped,
            "steps": so_far.step,
            "best_step": so_far.best_step,
            "skipped": so_far.skipped,
        }

    def _loop(self, so_far: Progressed, optimizer: torch.optim.Optimizer) -> str:
        """Step until the steps, the patience or the time is used up; say which."""
        from milepost.compute import checkpoint
        from milepost.compute.batches import order
        from milepost.compute.device import seed_step
        from milepost.compute.optimizer import rate, set_rate

        c, model = self.chosen, self.model.train()
        begun, saved, bad = time.monotonic() - so_far.seconds, time.monotonic(), 0
        for index in order(self.columns, c["batch"], c["seed"], so_far.step):
            if so_far.step >= c["steps"]:
                return "all steps done"
            seed_step(c["seed"], so_far.step, self.device)
            set_rate(optimizer, c["lr"] * rate(so_far.step, c["steps"]))
            batch = self._drawn(self.train.batch(index), so_far.step)
            loss, finite = self._step(model, optimizer, batch, c["precision"])
            so_far.step += 1
            bad = 0 if finite else bad + 1
            so_far.skipped += not finite
            if bad >= NOT_FINITE:
                what = f"the gradient of `{self.name}` was not finite {bad} steps in a row"
                raise MilepostError(what, "train.lr", f"try lr={c['lr'] / 10:g}")
            if so_far.step % c["evaluate_every"] == 0 or so_far.step == c["steps"]:
                self._note(so_far, loss.item())
                waited = (so_far.step - so_far.best_step) / c["evaluate_every"]
                if waited >= c["patience"]:
                    return "no better on validation for a while"
            now = time.monotonic()
            so_far.seconds = now - begun
            if so_far.seconds > self.wish.seconds:
                self._note(so_far, loss.item())
                return "the time was used up"
            if now - saved > self.save_every:
                checkpoint.save(self.work, so_far, model, optimizer)
                saved = now
        raise AssertionError("the order of training never ends")

    def _note(self, so_far: Progressed, loss: float) -> None:
        """Look at the validation rows; keep the weights if they are the best so far."""
        valid = self._valid_loss()
        so_far.curve.append({"step": so_far.step, "train_loss": loss, "valid_loss": valid})
        if valid < so_far.best_loss or not so_far.best:
            so_far.best_loss, so_far.best_step = valid, so_far.step
            so_far.best = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        note = f"validation loss {valid:.4f}, best {so_far.best_loss:.4f}"
        self.progress(f"train {self.name}", so_far.step, self.chosen["steps"], note)

    def _valid_loss(self) -> float:
        import numpy as np
        import torch

        total, model = 0.0, self.model.eval()
        with torch.inference_mode():
            for start in range(0, self.valid_size, EVALUATED):
                index = np.arange(start, min(start + EVALUATED, self.valid_size))
                total += self.task.loss(model, self._drawn(self.valid.batch(index), 0)).double().sum().item()
        model.train()
        return total / self.valid_size
