"""What of a network learns how fast."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from milepost.compute.optimizer import adamw, clip, layers_below, set_rate


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("head.weight", None),
        ("numbers.weight", None),
        ("layers.3.weight", None),
        ("backbone.embeddings.word_embeddings.weight", 0),
        ("backbone.embed_tokens.weight", 0),
        ("backbone.norm.weight", 0),
        ("backbone.layers.0.joint.weight", 1),
        ("backbone.encoder.layer.11.attention.self.query.bias", 12),
        ("backbone.transformer.layer.2.ffn.lin1.weight", 3),
        ("backbone.h.5.mlp.c_fc.weight", 6),
        ("backbone.base_model.model.encoder.layer.1.output.dense.lora_A.default.weight", 2),
        ("backbone.layers.4.experts.7.weight", 5),
    ],
)
def test_layers_are_counted_by_name(name: str, below: int | None) -> None:
    assert layers_below(name) == below


class Deep(nn.Module):
    """Three layers on a table, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.table = nn.Embedding(5, 4)
        self.backbone.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
        self.head = nn.Linear(4, 2)


def rates(model: nn.Module, decay: float, layer_decay: float) -> dict[str, tuple[float, float]]:
    """The share of the rate and the decay of every parameter that learns."""
    names = {id(p): name for name, p in model.named_parameters()}
    optimizer = adamw(model, 1e-3, decay, layer_decay)
    set_rate(optimizer, 2.0)
    groups = [(names[id(p)], g) for g in optimizer.param_groups for p in g["params"]]
    assert len(dict(groups)) == len(groups)
    return {name: (g["lr"] / 2.0, g["weight_decay"]) for name, g in groups}


def test_a_layer_learns_slower_than_the_one_above() -> None:
    found = rates(Deep(), 0.1, 0.5)
    shares = {"head": 1.0, "backbone.layers.2": 0.5, "backbone.layers.1": 0.25, "backbone.layers.0": 0.125}
    expected = {
        f"{layer}.{k}": (share, 0.1 * (k == "weight")) for layer, share in shares.items() for k in ("weight", "bias")
    }
    assert found == expected | {"backbone.table.weight": (0.0625, 0.1)}


def test_all_layers_learn_alike_unless_asked() -> None:
    assert {share for share, _ in rates(Deep(), 0.1, 1.0).values()} == {1.0}
    assert {share for share, _ in rates(nn.Linear(3, 2), 0.1, 0.5).values()} == {1.0}


def test_what_is_frozen_is_left_out() -> None:
    model = Deep()
    model.backbone.requires_grad_(False)
    assert rates(model, 0.1, 0.5) == {"head.weight": (1.0, 0.1), "head.bias": (1.0, 0.0)}


def test_clip_scales_the_whole_gradient_and_tells_what_is_not_finite() -> None:
    model = nn.Linear(2, 1)
    model.weight.grad, model.bias.grad = torch.tensor([[3.0, 0.0]]), torch.tensor([4.0])
    assert clip(model.parameters(), 1.0)
    torch.testing.assert_close(model.weight.grad, torch.tensor([[0.6, 0.0]]))
    torch.testing.assert_close(model.bias.grad, torch.tensor([0.8]))
    model.bias.grad = torch.tensor([float("nan")])
    assert not clip(model.parameters(), 1.0)
