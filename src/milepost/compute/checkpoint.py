"""Training put aside and taken up again, to the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import nn

from milepost.files import atomic

NAME = "checkpoint.pt"
DIGEST = 32  # bytes at the end, which torch does not read


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


class _Hashed:
    """A file that is hashed as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest = file, sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def save(
    folder: Path, plan: Mapping[str, Any], so_far: Progressed, model: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write everything that going on needs, by an atomic rename, and its SHA-256 at the end."""
    state = {
        "plan": dict(plan),
        "so_far": vars(so_far),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    with atomic(folder / NAME) as file:
        hashed = _Hashed(file)
        torch.save(state, hashed)  # type: ignore[arg-type]
        file.write(hashed.digest.digest())


def resume(folder: Path, plan: Mapping[str, Any], model: nn.Module, optimizer: torch.optim.Optimizer) -> Progressed:
    """Load what `save` wrote into `model` and `optimizer`.

    Start afresh where nothing follows this very plan; a checkpoint that is damaged is renamed and left alone.
    """
    path = folder / NAME
    if not path.is_file():
        return Progressed()
    if not _whole(path):
        path.replace(path.with_suffix(".damaged"))
        return Progressed()
    device = next(model.parameters()).device
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    if state["plan"] != dict(plan):
        return Progressed()
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return Progressed(**state["so_far"])


def _whole(path: Path) -> bool:
    """Tell whether a file ends with the SHA-256 of all before."""
    left, digest = path.stat().st_size - DIGEST, sha256()
    with path.open("rb") as file:
        while block := file.read(min(1 << 20, max(left, 0))):
            digest.update(block)
            left -= len(block)
        return file.read() == digest.digest()
