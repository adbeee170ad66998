"""Dropout from raw bits, against what dropout is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from milepost.nets.dropout import Dropout, mask, replaced

MANY = 200_000


@pytest.mark.parametrize("p", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_share_is_dropped_and_the_mean_stays(p: float) -> None:
    torch.manual_seed(0)
    out = Dropout(p)(torch.ones(MANY))
    exact = min(255, max(1, round(256 * p))) / 256
    assert abs(exact - p) <= 1 / 256
    spread = (exact * (1 - exact) / MANY) ** 0.5
    assert (out == 0).double().mean().item() == pytest.approx(exact, abs=5 * spread)
    assert out.unique().tolist() == pytest.approx([0, 1 / (1 - exact)])
    assert out.double().mean().item() == pytest.approx(1, abs=5 * spread / (1 - exact))


def test_elements_are_dropped_without_regard_to_each_other() -> None:
    torch.manual_seed(0)
    gone = (mask(torch.empty(MANY // 8, 8), 64) == 0).double()
    assert torch.corrcoef(gone.T).triu(1).abs().max() < 5 / (MANY // 8) ** 0.5
    assert torch.corrcoef(torch.stack([gone[1:, 0], gone[:-1, 0]]))[0, 1].abs() < 5 / (MANY // 8) ** 0.5


def test_the_seed_decides() -> None:
    def drawn(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return Dropout(0.5)(torch.ones(64))

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


def test_the_gradient_is_the_mask() -> None:
    torch.manual_seed(0)
    x = torch.randn(100, requires_grad=True)
    out = Dropout(0.3)(x)
    out.sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad * x, out)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=3), st.sampled_from([torch.float32, torch.bfloat16, torch.float64]))
def test_any_shape_and_precision(shape: list[int], dtype: torch.dtype) -> None:
    x = torch.ones(shape, dtype=dtype)
    out = Dropout(0.5)(x)
    assert out.shape == x.shape and out.dtype == dtype
    assert set(out.flatten().tolist()) <= {0, 2}


@pytest.mark.parametrize("p", [0.0, 0.5])
def test_nothing_is_dropped_outside_of_training(p: float) -> None:
    x = torch.randn(9)
    assert torch.equal(Dropout(p).eval()(x), x)
    assert p or torch.equal(Dropout(p).train()(x), x)


def test_every_dropout_of_a_network_is_replaced_and_nothing_else() -> None:
    inner = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.25), nn.AlphaDropout(0.5))
    network = replaced(nn.Sequential(nn.Dropout(0.5), inner))
    kinds = [type(m) for m in network.modules()][1:]
    assert kinds == [Dropout, nn.Sequential, nn.Linear, Dropout, nn.AlphaDropout]
    assert [m.p for m in network.modules() if type(m) is Dropout] == [0.5, 0.25]
