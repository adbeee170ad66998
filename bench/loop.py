"""What the training loop costs: its overhead on a tiny network, and rows/s beside scikit-learn's MLPClassifier.

python bench/loop.py
"""

from __future__ import annotations

import tempfile
import time
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.nn.functional import cross_entropy

from milepost.compute.choices import Wish
from milepost.compute.learner import Learner
from milepost.compute.loader import Loader
from milepost.compute.loop import Loop
from milepost.compute.plan import planned
from milepost.stages.train import RECIPE
from milepost.types import quiet

CPU = torch.device("cpu")
PAIRS = 5


def data(rows: int, numbers: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, numbers)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)


def network(*widths: int) -> nn.Module:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    return cross_entropy(model(batch["x"]), batch["y"], reduction="none")


def ours(
    x: np.ndarray, y: np.ndarray, widths: tuple[int, ...], batch: int, steps: int, **fixed: object
) -> tuple[float, dict]:
    """CPU and wall seconds a step of the loop, without its looks at validation, and its plan."""
    loader = Loader({"x": x, "y": y}, CPU)
    learner = Learner(network(*widths), loss, None, CPU)
    plan = planned("net", learner, loader, Wish(steps=steps, batch=batch), RECIPE) | {"look_every": 10**9} | fixed
    few = Loader({"x": x[:64], "y": y[:64]}, CPU)
    with tempfile.TemporaryDirectory() as work:
        cpu = time.process_time()
        Loop("net", learner, loader, few, plan, 1e9, Path(work), 1e9, quiet).run()
        return (time.process_time() - cpu) / steps, plan


def plain(x: np.ndarray, y: np.ndarray, widths: tuple[int, ...], batch: int, steps: int) -> float:
    """CPU seconds a step of the loop that a tutorial would write."""
    torch.set_num_threads(1)
    model, xs, ys = network(*widths), torch.from_numpy(x), torch.from_numpy(y)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    rng, begun = np.random.default_rng(0), time.process_time()
    for _ in range(steps):
        index = torch.from_numpy(rng.integers(len(x), size=batch))
        value = cross_entropy(model(xs[index]), ys[index])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return (time.process_time() - begun) / steps


def sklearn(x: np.ndarray, y: np.ndarray, hidden: tuple[int, ...], batch: int) -> float:
    """CPU seconds a row of MLPClassifier, one epoch."""
    model = MLPClassifier(hidden, batch_size=batch, max_iter=1, solver="adam")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cpu = time.process_time()
        model.fit(x, y)
        return (time.process_time() - cpu) / len(x)


def main() -> None:
    x, y = data(4096, 8)
    tiny = (8, 16, 2)
    one, tutorial = [], []
    for _ in range(PAIRS):
        one.append(ours(x, y, tiny, 32, 2000, precision="fp32", threads=1)[0])
        tutorial.append(plain(x, y, tiny, 32, 2000))
    a, b = np.median(one) * 1000, np.median(tutorial) * 1000
    print(f"tiny network, CPU ms a step: Milepost {a:.3f}, a tutorial's loop {b:.3f}, ratio {a / b:.2f}")
    x, y = data(65_536, 64)
    ratios = []
    for _ in range(PAIRS):
        step, plan = ours(x, y, (64, 256, 256, 2), 1024, 128)
        theirs = sklearn(x, y, (256, 256), 1024)
        ratios.append(theirs / (step / 1024))
        print(
            f"64-256-256-2 at 1,024: rows per CPU s {1024 / step:,.0f} ({plan['precision']}), sklearn {1 / theirs:,.0f}"
        )
    print(f"ratio to MLPClassifier, median of {PAIRS} pairs: {np.median(ratios):.2f}")


if __name__ == "__main__":
    main()
