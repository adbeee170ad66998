"""Weights that a graph and a safetensors file both hold, kept once: the graph points into the file."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto

SMALL = 1 << 12  # bytes below which a tensor stays in the graph


class Place(NamedTuple):
    """Where the bytes of a tensor lie in a file, and its shape."""

    offset: int
    length: int
    shape: tuple[int, ...]


def slim(graph: Path, weights: Path) -> None:
    """Rewrite a graph so that what lies in `weights`, beside it, as it is or transposed, is read from there."""
    import onnx

    model = onnx.load(graph)
    known = places(weights)
    for tensor in list(model.graph.initializer):
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.nbytes < SMALL:
            continue
        if (place := known.get(_digest(array))) is not None and place.shape == array.shape:
            _point(tensor, place, weights.name)
        elif array.ndim == 2 and (place := known.get(_digest(array.T))) is not None:
            _transpose(model, tensor, place, weights.name)
    onnx.save(model, graph)


def places(weights: Path) -> dict[bytes, Place]:
    """Return where each float32 tensor of a safetensors file lies, by the hash of its bytes."""
    data = weights.read_bytes()
    length = int.from_bytes(data[:8], "little")
    out = dict[bytes, Place]()
    for name, about in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, stop = (8 + length + offset for offset in about["data_offsets"])
            out[sha256(memoryview(data)[start:stop]).digest()] = Place(start, stop - start, tuple(about["shape"]))
    return out


def _digest(array: Any) -> bytes:
    return sha256(np.ascontiguousarray(array).data).digest()


def _point(tensor: TensorProto, place: Place, file: str) -> None:
    """Have a tensor read its bytes from a file."""
    from onnx import TensorProto

    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.ClearField("external_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": file, "offset": place.offset, "length": place.length}.items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(value)


def _transpose(model: ModelProto, tensor: TensorProto, place: Place, file: str) -> None:
    """Read the tensor that this one is the transpose of, and turn it when the graph is loaded."""
    from onnx import helper

    wanted, source = tensor.name, tensor.name + ".stored"
    del tensor.dims[:]
    tensor.dims.extend(place.shape)
    tensor.name = source
    _point(tensor, place, file)
    model.graph.node.insert(0, helper.make_node("Transpose", [source], [wanted], perm=[1, 0]))
