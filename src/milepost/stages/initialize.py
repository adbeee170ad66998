"""A prepared task + the name of a model -> what training starts from."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milepost.errors import MilepostError, did_you_mean
from milepost.product import read_manifest
from milepost.stages.base import NETWORK, Candidate, Prepared
from milepost.tasks import kind_of, load_task
from milepost.tasks.base import Task

if TYPE_CHECKING:
    from torch import nn


def initialize(prepared: Prepared, model: str = NETWORK, *, seed: int = 0, base: Path = Path()) -> Candidate:
    """Return fresh parameters from `seed`, a former product's, or those of your `file.py:function`.

    `model` is one of the kind's models, the folder of a product, or `net.py:build`, a function from the fitted task to
    an nn.Module; paths are relative to `base`. Raises MilepostError for anything else.
    """
    task = prepared.task
    known(model, task, base)
    if ":" in model:
        return Candidate(model, task, _seeded(lambda: _own(model, task, base), seed))
    if model not in task.models:
        return _former(base / model, task, seed)
    return Candidate(model, task, _seeded(task.build, seed) if model == NETWORK else None)


def known(model: str, task: Task[Any], base: Path) -> None:
    """Raise MilepostError unless `model` is auto, one of the kind's, a Python file's or a product's folder."""
    if ":" in model:
        if not (base / model.rpartition(":")[0]).is_file():
            raise MilepostError(f"there is no Python file for `{model}`", "model", "write it as ./net.py:build")
    elif model not in ("auto", *task.models) and not (base / model / "manifest.json").is_file():
        what = f"there is no model `{model}` for {kind_of(task)}"
        raise MilepostError(what, "model", did_you_mean(model, ("auto", *task.models)))


def _seeded(build: Any, seed: int) -> nn.Module:
    import torch

    torch.manual_seed(seed)
    network: nn.Module = build()
    return network


def _own(model: str, task: Task[Any], base: Path) -> nn.Module:
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
