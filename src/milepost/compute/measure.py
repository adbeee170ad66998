"""What a step costs here: measured, because arithmetic alone does not say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch

WARM, TIMED = 2, 3  # steps of each setting
PATIENCE = 5.0  # seconds after which a slow setting is measured no more
GAIN = 1.15  # a faster setting must be this much faster: bf16 costs digits, threads cost cores


class Setting(NamedTuple):
    """A way to run a step."""

    precision: str
    threads: int


def settings(device: torch.device, cores: int) -> list[Setting]:
    """List the settings worth trying, the most frugal first."""
    if device.type == "cuda":
        return [Setting("fp32", 1)] + ([Setting("bf16", 1)] if torch.cuda.is_bf16_supported() else [])
    counts = sorted({1, cores})
    return [Setting(p, t) for p in ("fp32", "bf16") for t in counts]


def fastest(tried: Iterable[Setting], step: Callable[[Setting], None]) -> tuple[Setting, float]:
    """Return the setting that a step is fastest with, and its seconds a step; the frugal one where they are close."""
    best: tuple[Setting, float] | None = None
    for setting in tried:
        torch.set_num_threads(setting.threads)
        seconds = _seconds(lambda setting=setting: step(setting))  # type: ignore[misc]
        if best is None or seconds * GAIN < best[1]:
            best = (setting, seconds)
    assert best is not None
    return best


def _seconds(step: Callable[[], None]) -> float:
    """Return the median of a few warm steps."""
    start, took = time.perf_counter(), list[float]()
    for i in range(WARM + TIMED):
        before = time.perf_counter()
        step()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if i >= WARM or time.perf_counter() - start > PATIENCE:
            took.append(time.perf_counter() - before)
        if time.perf_counter() - start > PATIENCE:
            break
    return sorted(took)[len(took) // 2]
