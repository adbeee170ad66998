"""How weights move: AdamW with warm-up and decay."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

WARM = 0.05  # share of the steps over which the learning rate rises


def adamw(model: nn.Module, lr: float, decay: float) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019), fused; vectors (biases, norms, scales) are not decayed."""
    trained = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in trained if p.ndim >= 2 and p.shape[0] > 1]
    vectors = [p for p in trained if not (p.ndim >= 2 and p.shape[0] > 1)]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=lr, fused=True)


def rate(step: int, steps: int) -> float:
    """Return the share of the top learning rate at `step`: a linear rise, then half a cosine down to 0."""
    warm = max(1, round(WARM * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def set_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of every group."""
    for group in optimizer.param_groups:
        group["lr"] = lr


def clip(parameters: Iterable[nn.Parameter], norm: float) -> bool:
    """Scale the gradients down to `norm`; tell whether they are finite."""
    total = nn.utils.clip_grad_norm_(parameters, norm)
    return math.isfinite(total.item())
