"""Training put aside and taken up again, to the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from milepost.files import atomic

NAME = "checkpoint.pt"


@dataclass
class Progressed:
    """How far training has come."""

    step: int = 0
    seconds: float = 0.0  # of wall time, earlier processes included
    best_loss: float = float("inf")
    best_step: int = -1
    best: dict[str, torch.Tensor] = field(default_factory=dict)  # the weights then
    curve: list[dict[str, float]] = field(default_factory=list)
    skipped: int = 0  # steps whose gradient was not finite


def save(
    folder: Path, plan: Mapping[str, Any], so_far: Progressed, model: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write everything that going on needs, by an atomic rename."""
    state = {
        "plan": dict(plan),
        "so_far": vars(so_far),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    with atomic(folder / NAME) as file:
        torch.save(state, file)


def resume(folder: Path, plan: Mapping[str, Any], model: nn.Module, optimizer: torch.optim.Optimizer) -> Progressed:
    """Load what `save` wrote into `model` and `optimizer`; start afresh where nothing follows this very plan."""
    path = folder / NAME
    if not path.is_file():
        return Progressed()
    device = next(model.parameters()).device
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    if state["plan"] != dict(plan):
        return Progressed()
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return Progressed(**state["so_far"])
