"""How weights move: AdamW with warm-up and decay."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import nn

WARM = 0.05  # share of the steps over which the learning rate rises
LAYER = re.compile(r"^backbone\.(?:.*?\.)??(\d+)\.")  # a pretrained network counts its layers by name


def adamw(model: nn.Module, lr: float, decay: float, layer_decay: float = 1.0) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019), fused; vectors (biases, norms, scales) are not decayed.

    A layer of a `backbone` learns `layer_decay` times as fast as the one above it (Howard and Ruder 2018).
    """
    groups = defaultdict[tuple[float, float], list[nn.Parameter]](list)
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    below = {name: layers_below(name) for name, _ in named}
    top = 1 + max((n for n in below.values() if n is not None), default=-1)
    for name, p in named:
        matrix, n = p.ndim >= 2 and p.shape[0] > 1, below[name]
        groups[decay if matrix else 0.0, layer_decay ** (0 if n is None else top - n)].append(p)
    parts = [{"params": ps, "weight_decay": wd, "share": share} for (wd, share), ps in groups.items()]
    parts.sort(key=lambda part: -float(part["weight_decay"]))  # type: ignore[arg-type]
    return torch.optim.AdamW(parts, lr=lr, fused=True)


def layers_below(name: str) -> int | None:
    """Count the layers of a backbone that are below a parameter, by its name; None = it is above them all."""
    layer = LAYER.match(name)
    if layer is not None:
        return int(layer[1]) + 1
    return 0 if name.startswith("backbone.") else None


def rate(step: int, steps: int) -> float:
    """Return the share of the top learning rate at `step`: a linear rise, then half a cosine down to 0."""
    warm = max(1, round(WARM * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def set_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of every group."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["share"]


def clip(parameters: Iterable[nn.Parameter], norm: float) -> bool:
    """Scale the gradients down to `norm`; tell whether they are finite."""
    total = nn.utils.clip_grad_norm_(parameters, norm)
    return math.isfinite(total.item())
