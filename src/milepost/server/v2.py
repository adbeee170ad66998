"""The Open Inference Protocol, version 2, as KServe and Triton speak it: columns as tensors of one cell a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from milepost.errors import MilepostError
from milepost.server.wire import Refused, Rows
from milepost.types import Answer


def metadata(product: Any, answer: Answer) -> dict[str, Any]:
    """Describe the product's inputs and outputs."""
    inputs = [
        {"name": f.name, "datatype": "FP64" if f.type == "number" else "BYTES", "shape": [-1]} for f in product.fields
    ]
    outputs = [
        {k: v for k, v in t.items() if k != "data"} | {"shape": [-1, *t["shape"][1:]]} for t in tensors([answer])
    ]
    return {
        "name": product.name,
        "versions": [product.version],
        "platform": "milepost",
        "inputs": inputs,
        "outputs": outputs,
    }


def rows(found: Any) -> tuple[Rows, str | None]:
    """Return the rows of an inference request and its id; raise Refused (422) where it is none."""
    inputs = found.get("inputs") if isinstance(found, dict) else None
    if not isinstance(inputs, list) or not inputs:
        raise _wrong("there are no inputs", "inputs", 'send {"inputs": [{"name": ..., "shape": [1], "data": [...]}]}')
    columns = dict(_column(i, given) for i, given in enumerate(inputs))
    sizes = {len(cells) for cells in columns.values()}
    if len(sizes) > 1:
        raise _wrong("the inputs differ in their number of rows", "inputs", "send one cell for each row")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)], found.get("id")


def _column(i: int, given: Any) -> tuple[str, list[Any]]:
    """Return name and cells of one input of shape [N] or [N, 1]."""
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not isinstance(given.get("data"), list):
        raise _wrong("an input needs a name and data in JSON", f"inputs[{i}]", 'send {"name": ..., "data": [...]}')
    data = given["data"]
    cells = [d[0] if isinstance(d, list) and len(d) == 1 else d for d in data]
    shape = given.get("shape", [len(cells)])
    if shape not in ([len(cells)], [len(cells), 1]):
        raise _wrong(f"{len(cells)} cells do not fill the shape", f"inputs[{i}].shape", f"send [{len(cells)}]")
    return given["name"], cells


def reply(product: Any, answers: Sequence[Answer], id: str | None) -> dict[str, Any]:
    """Return answers as an inference response."""
    out = {"model_name": product.name, "model_version": product.version, "outputs": tensors(answers)}
    return out if id is None else out | {"id": id}


def tensors(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return one tensor for each key of the answers: [N], or [N, K] for K named numbers; anything else as JSON text."""
    names = answers[0] if answers else {}
    return [_tensor(name, [a[name] for a in answers]) for name in names]


def _tensor(name: str, cells: list[Any]) -> dict[str, Any]:
    first, size = cells[0], len(cells)
    if isinstance(first, Mapping) and all(isinstance(v, float) for v in first.values()):
        flat = [c[k] for c in cells for k in first]
        out = {"name": name, "datatype": "FP64", "shape": [size, len(first)], "data": flat}
        return out | {"parameters": {"names": orjson.dumps(list(first)).decode()}}
    if isinstance(first, float):
        return {"name": name, "datatype": "FP64", "shape": [size], "data": cells}
    text = [c if isinstance(c, str) else orjson.dumps(c).decode() for c in cells]
    return {"name": name, "datatype": "BYTES", "shape": [size], "data": text}


def _wrong(what: str, where: str, fix: str) -> Refused:
    return Refused(422, MilepostError(what, where, fix))
