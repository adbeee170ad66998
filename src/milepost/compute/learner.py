"""A network, its loss and its randomness: what a step does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from milepost.compute.device import precision
from milepost.compute.loader import Loader
from milepost.compute.optimizer import clip
from milepost.compute.random import CountedDraws
from milepost.types import Batch, Draws, size

CLIP = 1.0  # norm of the whole gradient


@dataclass
class Learner:
    """Move a network towards a smaller loss; `draw` is None where training has no randomness of its own."""

    model: nn.Module
    loss: Callable[[nn.Module, Batch], Tensor]
    draw: Callable[[Batch, Draws], Batch] | None
    device: torch.device

    def drawn(self, batch: Batch, seed: int, step: int) -> Batch:
        """Add the randomness of a step, a function of (seed, step, position) alone."""
        if self.draw is None:
            return batch
        position_B = torch.arange(len(next(iter(batch.values()))), device=self.device)
        return self.draw(batch, CountedDraws(seed, step, position_B))

    def set(self, setting: Mapping[str, Any]) -> None:
        """Have the network run as a plan says."""
        for name in ("packed", "checkpointing"):
            if hasattr(self.model, name):
                setattr(self.model, name, setting[name])

    def step(
        self, optimizer: torch.optim.Optimizer, batch: Batch, digits: str, share: float, parts: int = 1
    ) -> tuple[Tensor, bool]:
        """Move once; return the mean loss [] and whether its gradient was finite (else nothing moves).

        The gradient is that of the sum of losses times `share`, so that examples weigh alike in batches of unlike size;
        it is gathered over `parts` of the batch, where memory holds no more.
        """
        total, examples = torch.zeros((), device=self.device), len(next(iter(batch.values())))
        for index in torch.arange(examples).chunk(parts):
            part = {k: v[index[0] : index[-1] + 1] for k, v in batch.items()} if parts > 1 else batch
            with precision(digits, self.device):
                loss = self.loss(self.model, part).sum()
            (loss * share).backward()
            total += loss.detach().float()
        finite = clip(self.model.parameters(), CLIP)
        if finite:
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return total / examples, finite

    def mean_loss(self, loader: Loader, seed: int, digits: str = "fp32") -> float:
        """Return the mean loss of all examples, without dropout, always with the same draws."""
        total = 0.0
        self.model.eval()
        with torch.inference_mode(), precision(digits, self.device):
            for start, index in loader.pieces():
                batch = self.drawn(loader.batch(index), seed, start)
                total += self.loss(self.model, batch).double().sum().item()
        self.model.train()
        return total / size(loader.columns)
