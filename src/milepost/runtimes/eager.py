"""A PyTorch network as a Run, and the recorder from which graphs are exported."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

import torch
from torch import nn

from milepost.types import Array, Column, feed


class TorchRun:
    """Run public methods of `model` as graphs; `extra` pads further, to prove that padding does not matter."""

    def __init__(self, model: nn.Module, extra: int = 0, fill: int = 0) -> None:
        self.model, self.extra, self.fill = model.eval(), extra, fill
        self.seen: dict[str, list[dict[str, Array]]] = {}  # graph -> the inputs of every call
        self.keep = False

    def __call__(self, columns: Mapping[str, Column], graph: str = "forward") -> dict[str, Array]:
        method = getattr(self.model, graph)
        inputs = feed(columns, _wanted(method, columns), self.extra, self.fill)
        if self.keep:
            self.seen.setdefault(graph, []).append(inputs)
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            out = method(**{k: torch.as_tensor(a, device=device) for k, a in inputs.items()})
        return {k: (v.float() if v.is_floating_point() else v).cpu().numpy() for k, v in out.items()}


def _wanted(method: Callable[..., object], columns: Mapping[str, Column]) -> list[str]:
    """List what a graph takes; what it can do without is left out where the columns lack it."""
    known = inspect.signature(method).parameters.values()
    return [p.name for p in known if p.default is p.empty or p.name in columns]
