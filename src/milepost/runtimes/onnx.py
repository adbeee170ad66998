"""Exported graphs behind ONNX Runtime. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from milepost.errors import MilepostError
from milepost.types import Array, Column, Graphs, feed


class OnnxRun:
    """Run `<graph>.onnx` of a folder, or graphs in memory."""

    def __init__(self, graphs: Path | Graphs, threads: int = 0) -> None:
        self.sessions = {name: _session(graph, threads) for name, graph in _found(graphs).items()}

    def __call__(self, columns: Mapping[str, Column], graph: str = "forward") -> dict[str, Array]:
        session = self.sessions[graph]
        outputs = session.run(None, feed(columns, [i.name for i in session.get_inputs()]))
        return {o.name.removeprefix("out_"): np.asarray(a) for o, a in zip(session.get_outputs(), outputs, strict=True)}


def _found(graphs: Path | Graphs) -> Mapping[str, bytes | Path]:
    return {p.stem: p for p in sorted(graphs.glob("*.onnx"))} if isinstance(graphs, Path) else graphs


def _session(graph: bytes | Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MilepostError("onnxruntime is not installed", "", "pip install 'milepost[serve]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
