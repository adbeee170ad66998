"""A trained model -> a folder that answers without torch, proven to answer alike."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from milepost.errors import OUR_FAULT, MilepostError
from milepost.files import file_hash, sealed
from milepost.metrics.interval import quantile
from milepost.papers import card, dockerfile
from milepost.product import Product, difference
from milepost.stages.base import Prepared, Trained
from milepost.tasks import kind_of, save_task
from milepost.tasks.base import Task
from milepost.types import Answer
from milepost.version import VERSION

if TYPE_CHECKING:
    from torch import nn

PROOF = 256  # rows that the product must answer as the model did
WITHIN = 1e-4  # largest difference of a probability, or relative of a number
TIMED = 200  # single rows from which latency is measured


def deploy(
    prepared: Prepared,
    trained: Trained,
    folder: Path,
    *,
    name: str = "product",
    need: str = "",
    about: Mapping[str, Any] | None = None,
) -> Product:
    """Write the product into `folder`, which appears whole or not at all, and return it.

    A fresh process without torch must answer validation rows as `trained` does; raises MilepostError (ours) if not.
    `about` goes into the manifest: the evidence and lineage that the model card is written from.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".product-") as temporary:
        part = Path(temporary) / "product"
        part.mkdir()
        rows = trained.task.ask(prepared.table("valid").head(PROOF))[0]
        _write_model(trained, rows, part)
        manifest = _manifest(trained, name, need, dict(about or {}))
        _write_papers(part, manifest)
        manifest["proof"] = _prove(trained, rows, part)
        _write_papers(part, manifest)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    return Product.open(folder)


def _write_model(trained: Trained, rows: pl.DataFrame, part: Path) -> None:
    """Write task.json and one ONNX graph for each graph that answering `rows` uses, weights beside it."""
    save_task(trained.task, part)
    if trained.network is None:
        for graph in trained.folder.glob("*.onnx"):
            shutil.copy2(graph, part)
        return
    shutil.copy2(trained.folder / "weights.safetensors", part)
    from milepost.runtimes.export import export
    from milepost.runtimes.slim import slim

    for name, seen in _rehearse(trained.task, trained.network, rows).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            export(trained.network, name, seen, part / f"{name}.onnx")
        slim(part / f"{name}.onnx", part / "weights.safetensors")


def _rehearse(task: Task[Any], network: nn.Module, rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Answer 2 rows, then 3 with more padding: what differs between the recorded inputs is dynamic."""
    from milepost.runtimes.eager import TorchRun

    run, answers = TorchRun(network), list[list[Answer]]()
    run.keep = True
    for count, extra in ((2, 0), (3, 1)):
        run.extra = extra
        few = pl.concat([rows] * 3).head(count)
        answers.append(task.answer(run, task.encode(few), few))
    if not difference(answers[0], answers[1][:2]) <= WITHIN:
        raise MilepostError(f"{kind_of(task)}: padding or a neighbour row changes an answer", exit_code=OUR_FAULT)
    return run.seen


def _manifest(trained: Trained, name: str, need: str, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "need": need,
        "version": VERSION,
        "kind": kind_of(trained.task),
        "model": trained.name,
        "requires": ["milepost[serve]"],
        "schema": [{"name": f.name, "type": f.type, "choices": list(f.choices)} for f in trained.task.shown],
        **about,
    }


def _write_papers(part: Path, manifest: dict[str, Any]) -> None:
    """Write what people and containers read, then the manifest with the hash of every other file."""
    (part / "README.md").write_text(card(manifest), "utf-8")
    (part / "Dockerfile").write_text(dockerfile(manifest), "utf-8")
    files = {p.name: file_hash(p) for p in sorted(part.iterdir()) if p.name != "manifest.json"}
    (part / "manifest.json").write_bytes(sealed(manifest | {"files": files}, indent=1))


def _prove(trained: Trained, rows: pl.DataFrame, part: Path) -> dict[str, Any]:
    """Answer `rows` in a fresh process and compare with the trained model; time single rows there."""
    expected = trained.task.answer(trained.run, trained.task.encode(rows), rows)
    table = part.parent / "rows.arrow"
    rows.write_ipc(table, compression="uncompressed")
    command = [sys.executable, "-m", "milepost.stages.prove", str(part), str(table), str(TIMED)]
    alone = subprocess.run(command, capture_output=True, text=True, check=False)
    if alone.returncode:
        what = f"the product does not answer: {(alone.stderr.strip().splitlines() or ['it was killed'])[-1]}"
        raise MilepostError(what, exit_code=OUR_FAULT)
    found = json.loads(alone.stdout)
    largest = difference(expected, found["answers"])
    if found["imported"] or not largest <= WITHIN:
        why = f"it imports {found['imported']}" if found["imported"] else f"its answers differ by {largest:.2g}"
        raise MilepostError(f"the product is not what was evaluated: {why}", exit_code=OUR_FAULT)
    return {
        "rows": rows.height,
        "largest_difference": largest,
        "within": WITHIN,
        "latency_ms": _latency(found["took_ms"]),
    }


def _latency(took_ms: list[float]) -> dict[str, Any]:
    """Return p50 and p95 as (value, low, high) and the number of rows timed."""
    return {"p50": quantile(took_ms, 0.50), "p95": quantile(took_ms, 0.95), "n": len(took_ms)}
