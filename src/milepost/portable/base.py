"""The frame of every portable model: one ONNX graph, "forward", that takes encoded columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from milepost.types import Array, Graphs

if TYPE_CHECKING:
    from onnx import NodeProto

OPSETS = {"": 17, "ai.onnx.ml": 3}  # what onnxruntime 1.20, and most others, read
IR_VERSION = 8


def starts(sizes: Sequence[int]) -> Array:
    """Return int64 [C]: where each category's rows begin in one table that holds them all."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])[: len(sizes)]


def forward(
    nodes: Sequence[NodeProto], constants: Mapping[str, Array], widths: Mapping[str, int | str], outputs: int
) -> Graphs:
    """Frame `nodes`, which turn "number" [B, N], "category" [B, C], "term" and "weight" [B, T] into "scores" [B, Y].

    The output of the graph is "out_out" [B, 1, Y]; `widths` holds N, C and T, and an input of width 0 does not exist.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    whole = {"category", "term"}
    types = {k: TensorProto.INT64 if k in whole else TensorProto.FLOAT for k in widths}
    inputs = [helper.make_tensor_value_info(k, types[k], ["B", w]) for k, w in widths.items() if w]
    out = helper.make_tensor_value_info("out_out", TensorProto.FLOAT, ["B", 1, outputs])
    last = helper.make_node("Unsqueeze", ["scores", "between"], ["out_out"])
    weights = {**constants, "between": np.array([1])}
    tensors = [numpy_helper.from_array(np.ascontiguousarray(a), k) for k, a in weights.items()]
    graph = helper.make_graph([*nodes, last], "forward", inputs, [out], tensors)
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    model = helper.make_model(graph, producer_name="milepost", ir_version=IR_VERSION, opset_imports=opsets)
    checker.check_model(model)
    return {"forward": model.SerializeToString()}
