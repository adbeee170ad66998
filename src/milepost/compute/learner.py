"""A network, its loss and its randomness: what a step does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from milepost.compute.device import precision
from milepost.compute.loader import Loader
from milepost.compute.optimizer import clip
from milepost.compute.random import CountedDraws
from milepost.types import Batch, Draws, size

CLIP = 1.0  # norm of the whole gradient
LOOKED = 4096  # validation examples at a time


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

    def step(self, optimizer: torch.optim.Optimizer, batch: Batch, digits: str) -> tuple[Tensor, bool]:
        """Move once; return the mean loss [] and whether its gradient was finite (else nothing moves)."""
        with precision(digits, self.device):
            loss = self.loss(self.model, batch).mean()
        loss.backward()
        finite = clip(self.model.parameters(), CLIP)
        if finite:
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.detach(), finite

    def mean_loss(self, loader: Loader, seed: int) -> float:
        """Return the mean loss of all examples, without dropout, always with the same draws."""
        total, examples = 0.0, size(loader.columns)
        self.model.eval()
        with torch.inference_mode():
            for start in range(0, examples, LOOKED):
                index = np.arange(start, min(start + LOOKED, examples))
                batch = self.drawn(loader.batch(index), seed, start)
                total += self.loss(self.model, batch).double().sum().item()
        self.model.train()
        return total / examples
