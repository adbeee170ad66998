"""What a step does, against the same by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from milepost.compute import learner as module
from milepost.compute.learner import Learner
from milepost.types import Batch

CPU = torch.device("cpu")


def squares(model: nn.Module, batch: Batch) -> Tensor:
    return (model(batch["x"])[:, 0] - batch["y"]) ** 2


def learner() -> Learner:
    torch.manual_seed(0)
    return Learner(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)), squares, None, CPU)


def batch(examples: int = 7) -> Batch:
    draw = torch.Generator().manual_seed(1)
    return {"x": torch.randn(examples, 3, generator=draw), "y": torch.randn(examples, generator=draw)}


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50])
def test_a_batch_in_parts_is_the_same_step(parts: int) -> None:
    mine, other = learner(), learner()
    loss, finite = mine.step(torch.optim.SGD(mine.model.parameters(), lr=0.1), batch(), "fp32", 1 / 20, parts)
    by_hand = squares(other.model, batch())
    (by_hand.sum() / 20).backward()
    assert nn.utils.get_total_norm([p.grad for p in other.model.parameters() if p.grad is not None]) < module.CLIP
    torch.optim.SGD(other.model.parameters(), lr=0.1).step()
    assert finite
    torch.testing.assert_close(loss, by_hand.mean().detach())
    for a, b in zip(mine.model.parameters(), other.model.parameters(), strict=True):
        torch.testing.assert_close(a, b)
        assert a.grad is None


def test_examples_weigh_alike_in_batches_of_unlike_size() -> None:
    found = []
    for pieces in ((batch(),), ({k: v[:2] for k, v in batch().items()}, {k: v[2:] for k, v in batch().items()})):
        mine = learner()
        start = [p.detach().clone() for p in mine.model.parameters()]
        optimizer = torch.optim.SGD(mine.model.parameters(), lr=1e-4)  # so small that steps add up
        for piece in pieces:
            mine.step(optimizer, piece, "fp32", 1 / 20)
        found.append(torch.cat([(p - s).flatten() for p, s in zip(mine.model.parameters(), start, strict=True)]))
    torch.testing.assert_close(found[0], found[1], rtol=1e-2, atol=1e-7)


@pytest.mark.parametrize("parts", [1, 3])
def test_one_example_that_is_not_finite_moves_nothing(parts: int) -> None:
    mine, given = learner(), batch()
    given["y"][4] = float("inf")
    before = [p.detach().clone() for p in mine.model.parameters()]
    optimizer = torch.optim.SGD(mine.model.parameters(), lr=0.1)
    _, finite = mine.step(optimizer, given, "fp32", 1.0, parts)
    assert not finite
    assert all(torch.equal(a, b) for a, b in zip(before, mine.model.parameters(), strict=True))
    _, finite = mine.step(optimizer, batch(), "fp32", 1.0, parts)  # nothing of it is left
    assert finite


def test_only_what_a_network_has_is_set() -> None:
    mine = learner()
    mine.set({"packed": True, "checkpointing": True, "precision": "bf16"})
    assert not hasattr(mine.model, "packed")
    mine.model.packed = False  # type: ignore[assignment]
    mine.set({"packed": True, "checkpointing": True})
    assert mine.model.packed is True
