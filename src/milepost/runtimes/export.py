"""A graph of a network -> an ONNX file."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim

from milepost.types import Array


class _Graph(nn.Module):
    """One public method of a network as a module of one dict in, one dict out."""

    def __init__(self, model: nn.Module, name: str) -> None:
        super().__init__()
        self.model, self.name = model, name

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        out: dict[str, Tensor] = getattr(self.model, self.name)(**inputs)
        return {k: out[k] for k in sorted(out)}


def export(model: nn.Module, graph: str, seen: list[dict[str, Array]], path: Path) -> None:
    """Write one graph; an axis is dynamic if two recorded inputs differ in it."""
    names = sorted(seen[0])
    moving = {k: [a for a in range(seen[0][k].ndim) if len({s[k].shape[a] for s in seen}) > 1] for k in names}
    sizes = [min((s[k].shape[a] for k in names for a in moving[k]), default=0) for s in seen]
    example = {k: torch.from_numpy(seen[int(np.argmax(sizes))][k].copy()) for k in names}
    shapes = {k: dict.fromkeys(moving[k], Dim.DYNAMIC) for k in names}
    outputs = ["out_" + k for k in sorted(getattr(model, graph)(**example))]  # ONNX: never an input's name
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of torchvision, which is never needed
    torch.onnx.export(
        _Graph(model, graph).eval(),
        (),
        path,
        kwargs={"inputs": example},
        dynamic_shapes={"inputs": shapes},
        input_names=names,
        output_names=outputs,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
