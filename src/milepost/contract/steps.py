"""Promises about one step: losses, gradients, randomness."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from milepost.compute.random import CountedDraws
from milepost.contract.base import Case, alone_in, close
from milepost.types import Batch

FEW = 5


def losses_are_independent(case: Case) -> None:
    """loss is [B]: an example's loss is its own, in training mode too, and blind to padding."""
    batch, model = case.drawn(case.batch(case.few)), case.training()
    together = case.fitted.loss(model, batch)
    count = len(next(iter(batch.values())))
    assert together.shape == (count,), f"loss has shape {tuple(together.shape)}, not [{count}]"
    try:
        alone = torch.cat([case.fitted.loss(model, alone_in(batch, i)) for i in range(count)])
    except Exception as error:
        raise AssertionError(f"an example has no loss of its own: {error}") from error
    close(together, alone, "the loss of an example depends on its neighbours")
    wider = case.drawn(case.batch(case.few, 3, 1))
    close(together, case.fitted.loss(model, wider), "the loss sees padding")


def gradients_are_independent(case: Case) -> None:
    """Per-example gradients of a batch are those of the examples one by one."""
    batch, model = case.drawn(case.batch(case.few.head(FEW))), case.training()
    parameters = [p for p in model.parameters() if p.requires_grad]
    losses = case.fitted.loss(model, batch)
    for i in range(len(losses)):
        together = torch.autograd.grad(losses[i], parameters, retain_graph=True, allow_unused=True)
        alone = torch.autograd.grad(case.fitted.loss(model, alone_in(batch, i))[0], parameters, allow_unused=True)
        for a, b in zip(together, alone, strict=True):
            assert (a is None) == (b is None), "an example moves weights that it does not move alone"
            if a is not None and b is not None:
                close(a, b, "the gradient of an example depends on its neighbours")


def randomness_is_drawn(case: Case) -> None:
    """All randomness comes from draw: a function of the step and the example's place, not of a global generator."""
    batch, model = case.batch(case.few), case.training()
    losses, drawn = list[Tensor](), list[Batch]()
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        drawn.append(case.drawn(batch))
        losses.append(case.fitted.loss(model, drawn[-1]))
    close(losses[0], losses[1], "there is randomness outside draw")
    place = torch.arange(FEW, FEW + 3)
    part = case.fitted.draw({k: v[place] for k, v in batch.items()}, CountedDraws(0, 0, place))
    for k in drawn[0]:
        assert torch.equal(drawn[0][k], drawn[1][k]), f"draw of `{k}` depends on a global generator"
        assert torch.equal(drawn[0][k][place], part[k]), f"a slice draws other `{k}` than the whole would"


def meta_is_real(case: Case) -> None:
    """Building on the meta device gives the very parameters, for plans."""
    with torch.device("meta"):
        ghost = case.fitted.build()
    assert all(p.device.type == "meta" for p in ghost.parameters()), "build ignores the meta device"
    shapes = [{k: v.shape for k, v in m.state_dict().items()} for m in (ghost, case.model)]
    assert shapes[0] == shapes[1], "the network on meta is another one"
