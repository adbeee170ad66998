"""A prepared task + the name of a model -> what training starts from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from milepost.data.pretrained import pretrained
from milepost.errors import MilepostError, did_you_mean
from milepost.product import read_manifest
from milepost.stages.base import LORA, NETWORK, WHOLE, Candidate, Prepared
from milepost.tasks import kind_of, load_task
from milepost.tasks.base import Task

if TYPE_CHECKING:
    from torch import nn

ADAPTED = 100_000  # training rows that a task adapts to a model by
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
FETCHED = ["*.json", "*.safetensors", "vocab.txt", "merges.txt", "*.model"]  # never a pickle


def initialize(
    prepared: Prepared,
    model: str = NETWORK,
    *,
    tune: str = WHOLE,
    lora: int = 0,
    seed: int = 0,
    base: Path = Path(),
) -> Candidate:
    """Return fresh parameters from `seed`, pretrained ones, a former product's, or those of your `file.py:function`.

    `model` is one of the kind's models, the folder or Hugging Face id of a pretrained one, the folder of a product, or
    `net.py:build`, a function from the fitted task to an nn.Module; paths are relative to `base`. Of a pretrained
    network `tune` says what learns: whole, head or last:N; `lora` is the rank of adapters that learn instead.
    Raises MilepostError for anything else.
    """
    task = prepared.task
    known(model, task, base)
    if (base / model / "manifest.json").is_file() and model not in task.models:
        return _former(base / model, task, seed)
    folder = None if model in task.models or ":" in model else located(model, base)
    task = task.adapted(NETWORK if ":" in model else model, _sampled(prepared), folder)
    if ":" in model:
        return Candidate(model, task, _seeded(lambda: own_network(model, task, base), seed))
    if folder is not None:
        return Candidate(
            model, task, _seeded(lambda: _pretrained(task, folder, tune, lora), seed), LORA if lora else tune
        )
    return Candidate(model, task, _seeded(task.build, seed) if model == NETWORK else None)


def _sampled(prepared: Prepared) -> Iterator[pl.DataFrame]:
    """Yield training rows, evenly spaced where there are many, from which a task adapts to a model."""
    rows = prepared.report["split"]["train"]
    step, start = max(1, -(-rows // ADAPTED)), 0
    for piece in prepared.batches("train"):
        first = -start % step
        if first < piece.height:
            yield piece[first::step]
        start += piece.height


def _pretrained(task: Task[Any], folder: Path, tune: str, lora: int) -> nn.Module:
    """Return the kind's network with the weights of a folder, ready to learn."""
    from milepost.nets import pretrained as nets

    network: nn.Module = task.build()
    nets.load_weights(network.backbone, folder)
    if lora:
        nets.with_lora(network, lora)
    else:
        nets.tune(network, tune)
    return network


def known(model: str, task: Task[Any], base: Path) -> None:
    """Raise MilepostError unless `model` is auto, one of the kind's, a file's, a product's or a pretrained one."""
    if ":" in model:
        if not (base / model.rpartition(":")[0]).is_file():
            raise MilepostError(f"there is no Python file for `{model}`", "model", "write it as ./net.py:build")
    elif model not in ("auto", *task.models) and not (base / model / "manifest.json").is_file():
        if task.pretrained and (base / model).is_dir():
            pretrained(base / model, model)
            return
        if task.pretrained and HUB_ID.fullmatch(model):
            return
        if (base / model / "config.json").is_file():
            raise MilepostError(f"{kind_of(task)} starts from no pretrained model", "model", "use `model: auto`")
        what = f"there is no model `{model}` for {kind_of(task)}"
        raise MilepostError(what, "model", did_you_mean(model, ("auto", *task.models)))


def located(model: str, base: Path) -> Path:
    """Return the folder of a pretrained model, fetched from the Hugging Face hub where it is an id."""
    if (base / model).is_dir():
        return base / model
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        what = f"there is no folder `{model}`, and huggingface_hub is not installed to fetch it"
        raise MilepostError(what, "model", "pip install 'milepost[text]'") from error
    try:
        return Path(snapshot_download(model, allow_patterns=FETCHED))
    except Exception as error:
        what = f"`{model}` is no folder here, and cannot be fetched: {type(error).__name__}"
        raise MilepostError(
            what, "model", "name a folder that holds the model, or look for a slip in its name"
        ) from error


def _seeded(build: Any, seed: int) -> nn.Module:
    import torch

    torch.manual_seed(seed)
    network: nn.Module = build()
    return network


def own_network(model: str, task: Task[Any], base: Path) -> nn.Module:
    """Call the function that `file.py:function` names."""
    from torch import nn

    file, _, name = model.rpartition(":")
    path = base / file
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise MilepostError(f"`{file}` is not a Python file", "model", "write it as ./net.py:build")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        network = getattr(module, name)(task)
    except Exception as error:
        raise MilepostError(f"`{model}` failed: {type(error).__name__}: {error}", str(path), "run it alone") from error
    if not isinstance(network, nn.Module):
        raise MilepostError(f"`{model}` returned {type(network).__name__}, not a torch.nn.Module", str(path))
    return network


def _former(folder: Path, task: Task[Any], seed: int) -> Candidate:
    """Go on from the weights of a former product; its facts stay, since the weights were learned with them."""
    from safetensors.torch import load_file

    read_manifest(folder)
    former = load_task(folder)
    if kind_of(former) != kind_of(task):
        what = f"the product in `{folder}` is for {kind_of(former)}, this is {kind_of(task)}"
        raise MilepostError(what, "model", "name a product of the same kind")
    if not (folder / "weights.safetensors").is_file():
        name = json.loads((folder / "manifest.json").read_text("utf-8"))["model"]
        raise MilepostError(
            f"the product in `{folder}` is a {name} model: it has no weights to go on from",
            "model",
            f"use `model: {name}`",
        )
    going_on = type(task).model_validate(task.model_dump() | {"learned": former.facts, "size": former.size})
    if going_on.targets != former.targets:
        raise MilepostError(
            f"the product in `{folder}` answers another question", "model", "name a product of the same target"
        )
    network = _seeded(going_on.build, seed)
    try:
        network.load_state_dict(load_file(folder / "weights.safetensors"))
    except RuntimeError as error:
        what = f"the weights in `{folder}` are of another network than the kind's own"
        raise MilepostError(what, "model", "go on only from products of `model: network`") from error
    return Candidate(NETWORK, going_on, network)
