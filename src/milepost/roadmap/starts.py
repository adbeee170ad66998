"""The models that a run tries, cheapest first, by the names that its evidence calls them."""

from __future__ import annotations

from typing import Any, NamedTuple

from milepost.spec.product import Model
from milepost.stages.base import HEAD, WHOLE
from milepost.tasks.base import Task

AUTO = "auto"


class Start(NamedTuple):
    """What training starts from, what of it learns, and the rank of adapters that learn instead (0 = none)."""

    model: str
    tune: str = WHOLE
    lora: int = 0


def starts(wanted: Model, task: Task[Any]) -> dict[str, Start]:
    """Name the models to try: the baseline is always among them."""
    models = [Start(m) for m in task.models]
    if wanted.name != AUTO:
        mine = Start(wanted.name, wanted.tune, wanted.lora.rank if wanted.lora else 0)
        return {models[0].model: models[0], called(mine): mine}
    if wanted.pretrained is not None:
        models += [Start(wanted.pretrained, tune) for tune in (HEAD, WHOLE)]
    return {called(start): start for start in models}


def called(start: Start) -> str:
    """Return the name of a start."""
    return start.model if start.tune != HEAD else f"{start.model} ({HEAD})"
