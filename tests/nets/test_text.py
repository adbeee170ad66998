"""Networks of texts: padding changes nothing, whatever the architecture."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import Tensor

from milepost.nets.dropout import Dropout
from milepost.nets.encoder import Encoder
from milepost.nets.text import EMBEDDING, TextNet

from .small import IDS, LONGEST, PACKABLE, PADDED, batch, network

every = pytest.mark.parametrize("kind", ["ours", *PACKABLE, *PADDED])
packable = pytest.mark.parametrize("kind", ["ours", *PACKABLE])
BESIDE: dict[str, Any] = {"knots": [[-1.0, 0.0, 0.5, 4.0], [10.0, 20.0]], "sizes": [3, 5]}


def near(a: Tensor, b: Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def out(net: TextNet, packed: bool = False, **given: Tensor) -> Tensor:
    net.packed = packed
    return net(**given)["out"]


@every
def test_an_example_does_not_depend_on_others_nor_on_padding(kind: str) -> None:
    net, given = network(kind), batch()
    with torch.no_grad():
        together = out(net, **given)
        alone = [
            out(net, ids=i[None, :n], ids_len=n[None]) for i, n in zip(given["ids"], given["ids_len"], strict=True)
        ]
        wider = torch.nn.functional.pad(given["ids"], (0, LONGEST - given["ids"].shape[1]), value=7)
        near(together, torch.cat(alone))
        near(together, out(net, ids=wider, ids_len=given["ids_len"]))
    assert together.std() > 0.1


@packable
def test_packed_is_padded_and_learns_alike(kind: str) -> None:
    net, given = network(kind), batch()
    assert net.can_pack
    found = []
    for packed in (False, True):
        net.zero_grad()
        said = out(net, packed, **given)
        said.square().sum().backward()
        found.append((said, {n: p.grad for n, p in net.named_parameters() if p.grad is not None}))
    (padded, slopes), (same, others) = found
    near(padded, same)
    assert slopes.keys() == others.keys() and len(slopes) > 10
    steepest = max(float(slope.abs().max()) for slope in slopes.values())  # biases of keys have none but for rounding
    for name, slope in slopes.items():
        torch.testing.assert_close(slope, others[name], rtol=1e-3, atol=1e-6 * steepest)


@pytest.mark.parametrize("kind", PADDED)
def test_what_cannot_be_packed_says_so(kind: str) -> None:
    net = network(kind).train()
    assert not net.can_pack
    assert net.training and not net.packed


@pytest.mark.parametrize("kind", ["ours", "bert", "distilbert", "roberta", "llama", "mpnet"])
def test_of_a_pair_the_second_text_is_told_apart_where_the_network_can(kind: str) -> None:
    net, given = network(kind), batch()
    first = torch.zeros_like(given["ids"], dtype=torch.uint8)
    second = (torch.arange(given["ids"].shape[1]) % 2).to(torch.uint8).expand_as(first)
    if kind == "roberta":
        second = first  # it knows one kind alone, and its tokenizer says so
    with torch.no_grad():
        for packed in (False, True) if kind != "mpnet" else (False,):
            near(out(net, packed, **given, type=second), out(net, False, **given, type=second))
        apart = (out(net, **given, type=second) - out(net, **given, type=first)).abs().max()
    assert bool(apart > 0.1) == (kind in ("ours", "bert"))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("pooling", ["mean", "last"])
def test_the_head_sees_the_pooled_tokens_and_what_stands_beside(pooling: Any, packed: bool) -> None:
    net, given = network("ours", **BESIDE), batch()
    net.pooling = pooling
    number = torch.tensor([[0.2, 12.0]] * 5)
    category = torch.tensor([[0, 4], [1, 2], [2, 3], [1, 1], [0, 0]])
    net.packed = packed
    found = net.features(**given, number=number, category=category)["features"]
    hidden = net.backbone(given["ids"], torch.arange(30) < given["ids_len"][:, None]).last_hidden_state
    parts = [h[:n].mean(0) if pooling == "mean" else h[n - 1] for h, n in zip(hidden, given["ids_len"], strict=True)]
    assert net.numbers is not None and net.categories is not None
    beside = [net.numbers(number).flatten(1), net.categories(category).flatten(1)]
    assert found.shape == (5, 64 + 4 * EMBEDDING)
    near(found, torch.cat([torch.stack(parts), *beside], 1))
    near(net(**given, number=number, category=category)["out"], net.head(found))


@pytest.mark.parametrize("kind", ["ours", "bert", "llama"])
def test_working_layers_out_again_gives_the_same_gradient(kind: str) -> None:
    net, given, slopes = network(kind).train(), batch(), list[Tensor]()
    for on in (False, True, False):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            net.checkpointing = on
        assert net.checkpointing is on
        net.zero_grad()
        torch.manual_seed(5)
        out(net, True, **given).square().sum().backward()
        slopes.append(torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None]))
    assert torch.equal(slopes[0], slopes[2])
    torch.testing.assert_close(slopes[0], slopes[1], rtol=1e-4, atol=1e-4)


def test_dropout_is_ours_and_sleeps_outside_of_training() -> None:
    net, given = network("bert"), batch()
    kinds = {type(m) for m in net.modules() if isinstance(m, torch.nn.Dropout)}
    assert kinds == {Dropout}
    assert torch.equal(out(net, **given), out(net, **given))
    assert not torch.equal(out(net.train(), **given), out(net, **given))


def test_builds_on_meta() -> None:
    def build() -> TextNet:
        return TextNet(Encoder(IDS, "tiny", LONGEST), 3, "mean", **BESIDE)

    with torch.device("meta"):
        made = build()
    assert all(t.is_meta for t in [*made.parameters(), *made.buffers()])
    assert {k: v.shape for k, v in made.state_dict().items()} == {k: v.shape for k, v in build().state_dict().items()}
