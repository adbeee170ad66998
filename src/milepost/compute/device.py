"""Where training runs, in which precision, on how many threads."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch


def device() -> torch.device:
    """Return the first CUDA device, or the CPU."""
    return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def precision(name: str, where: torch.device) -> AbstractContextManager[Any]:
    """Return the context in which a forward pass runs: `fp32` or `bf16` (weights stay fp32)."""
    return torch.autocast(where.type, torch.bfloat16) if name == "bf16" else nullcontext()


def seed_step(seed: int, step: int, where: torch.device) -> None:
    """Make dropout a function of (seed, step), so that a resumed run needs no state of the generator."""
    mixed = (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9) % 2**63
    if where.type == "cuda":
        torch.cuda.manual_seed(mixed)
    torch.default_generator.manual_seed(mixed)
