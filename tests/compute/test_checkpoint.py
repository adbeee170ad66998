"""A checkpoint comes back to the bit, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from milepost.compute.checkpoint import NAME, Progressed, resume, save
from milepost.compute.optimizer import adamw

PLAN = {"steps": 3, "seed": 0}


def trained(steps: int) -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = adamw(model, 1e-2, 0.0)
    for _ in range(steps):
        model(torch.ones(4, 3)).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    return model, optimizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the checkpoint of step 3."""
    model, optimizer = trained(3)
    save(tmp_path, PLAN, Progressed(step=3, best=dict(model.state_dict())), model, optimizer)
    return tmp_path


def test_it_comes_back_to_the_bit(folder: Path) -> None:
    (model, optimizer), (fresh, other) = trained(3), trained(0)
    assert resume(folder, PLAN, fresh, other).step == 3
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), fresh.parameters(), strict=True))
    for m, o in ((model, optimizer), (fresh, other)):
        m(torch.ones(4, 3)).square().sum().backward()
        o.step()
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), fresh.parameters(), strict=True))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
@pytest.mark.parametrize("cut", [False, True])
def test_a_damaged_one_is_put_aside_and_training_begins_anew(folder: Path, share: float, cut: bool) -> None:
    data = (folder / NAME).read_bytes()
    at = int(share * len(data))
    (folder / NAME).write_bytes(data[:at] if cut else flipped(data, at))
    model, optimizer = trained(0)
    before = [p.clone() for p in model.parameters()]
    assert resume(folder, PLAN, model, optimizer).step == 0
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert [p.name for p in folder.iterdir()] == ["checkpoint.damaged"]


def test_one_of_another_plan_is_not_followed(folder: Path) -> None:
    assert resume(folder, PLAN | {"seed": 1}, *trained(0)).step == 0
