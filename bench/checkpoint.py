"""Seconds that one checkpoint of the largest network of tables takes, on the disk, and their share of a minute.

python bench/checkpoint.py
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from milepost.compute import checkpoint
from milepost.compute.checkpoint import Progressed
from milepost.compute.optimizer import adamw
from milepost.nets.tabular import TabularNet

TIMES, EVERY = 7, 60.0  # seconds between checkpoints


def measured(numbers: int) -> tuple[int, float, list[float]]:
    """Return the parameters, the MB of a checkpoint and the seconds of each of several."""
    knots = [np.linspace(-2, 2, 49).tolist()] * numbers
    model = TabularNet(knots, [100] * 10, 10, "large")
    optimizer = adamw(model, 1e-3, 1e-2)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    so_far = Progressed(step=1, best={k: v.clone() for k, v in model.state_dict().items()})
    seconds = list[float]()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for _ in range(TIMES):
            begun = time.perf_counter()
            checkpoint.save(Path(folder), {"seed": 0}, so_far, model, optimizer)
            seconds.append(time.perf_counter() - begun)
        size = (Path(folder) / checkpoint.NAME).stat().st_size / 1e6
    return sum(p.numel() for p in model.parameters()), size, seconds


def main() -> None:
    """Print one row for each width of a table."""
    print("| numbers in a row | parameters | MB | median s | worst s | % of a minute, worst |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for numbers in (30, 300, 2000):
        parameters, size, seconds = measured(numbers)
        worst = max(seconds)
        print(
            f"| {numbers:,} | {parameters:,} | {size:.1f} | {statistics.median(seconds):.3f} | {worst:.3f} "
            f"| {100 * worst / EVERY:.2f} |"
        )


if __name__ == "__main__":
    main()
