"""What a step costs here: measured, because arithmetic alone does not say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

WARM, TIMED = 1, 3  # steps of each setting
PATIENCE = 2.0  # seconds after which a slow setting is measured no more
GAIN = {"threads": 1.15, "precision": 1.15, "packed": 1.02}  # by which a change must be faster: cores and digits cost


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
    """Return the setting that a step is fastest with, and its seconds a step; the frugal one where they are close.

    Threads are judged by the clock, all else by processor time, which other work on the machine disturbs less.
    """
    best = frugal()
    _took(best, step)  # what is built once is not counted
    known = _took(best, step)
    for change in tried:
        setting = best._replace(**change)  # type: ignore[arg-type]
        took, [what] = _took(setting, step), change
        index = 0 if what == "threads" or torch.cuda.is_available() else 1
        if took[index] * GAIN[what] < known[index]:
            best, known = setting, took
    torch.set_num_threads(best.threads)
    return best, known[0]


def _took(setting: Setting, step: Callable[[Setting], None]) -> tuple[float, float]:
    """Return the seconds of a warm step, by the clock and of the processor: the least of a few."""
    torch.set_num_threads(setting.threads)
    start, took = time.perf_counter(), list[tuple[float, float]]()
    while len(took) < WARM + TIMED and (len(took) <= WARM or time.perf_counter() - start < PATIENCE):
        before = time.perf_counter(), time.process_time()
        step(setting)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        took.append((time.perf_counter() - before[0], time.process_time() - before[1]))
    return min(t[0] for t in took[WARM:]), min(t[1] for t in took[WARM:])
