"""What a step costs here: measured, because arithmetic alone does not say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

WARM, TIMED = 1, 3  # steps of each setting
PATIENCE = 2.0  # seconds after which a slow setting is measured no more
GAIN = 1.15  # a faster setting must be this much faster: bf16 costs digits, threads cost cores


class Setting(NamedTuple):
    """A way to run a step."""

    precision: str
    threads: int
    packed: bool  # without padding, where the network can do without


def frugal() -> Setting:
    """Return the setting that costs least beside time."""
    return Setting("fp32", 1, False)


def changes(device: torch.device, cores: int, model: nn.Module) -> list[dict[str, object]]:
    """List what may make a step faster here, to be tried one after another."""
    out = list[dict[str, object]]()
    if device.type == "cpu" and cores > 1:
        out.append({"threads": cores})
    if device.type != "cuda" or torch.cuda.is_bf16_supported():
        out.append({"precision": "bf16"})
    if getattr(model, "can_pack", False):
        out.append({"packed": True})
    return out


def fastest(tried: list[dict[str, object]], step: Callable[[Setting], None]) -> tuple[Setting, float]:
    """Return the setting that a step is fastest with, and its seconds a step; the frugal one where they are close."""
    best = frugal()
    seconds = _seconds(best, step)
    for change in tried:
        setting = best._replace(**change)  # type: ignore[arg-type]
        took = _seconds(setting, step)
        if took * GAIN < seconds:
            best, seconds = setting, took
    torch.set_num_threads(best.threads)
    return best, seconds


def _seconds(setting: Setting, step: Callable[[Setting], None]) -> float:
    """Return the median of a few warm steps."""
    torch.set_num_threads(setting.threads)
    start, took = time.perf_counter(), list[float]()
    for i in range(WARM + TIMED):
        before = time.perf_counter()
        step(setting)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if i >= WARM or time.perf_counter() - start > PATIENCE:
            took.append(time.perf_counter() - before)
        if time.perf_counter() - start > PATIENCE:
            break
    return sorted(took)[len(took) // 2]
