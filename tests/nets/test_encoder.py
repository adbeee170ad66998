"""Our encoder, against the layers of torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from milepost.nets.encoder import PRESETS, Encoder, Layer
from milepost.nets.packed import packing

from .small import IDS, LONGEST, batch, strong


def encoder() -> Encoder:
    torch.manual_seed(0)
    net = Encoder(IDS, "tiny", LONGEST)
    strong(net)
    return net.eval()


def of_torch(layer: Layer) -> nn.TransformerEncoderLayer:
    width = layer.before.weight.shape[0]
    other = nn.TransformerEncoderLayer(
        width, layer.heads, 4 * width, activation="gelu", batch_first=True, norm_first=True
    )
    pairs = {
        "norm1": layer.before, "norm2": layer.between, "self_attn.out_proj": layer.out, "linear1": layer.up,
        "linear2": layer.down,
    }  # fmt: skip
    state = {f"{name}.{k}": v for name, part in pairs.items() for k, v in part.state_dict().items()}
    state |= {"self_attn.in_proj_weight": layer.joint.weight, "self_attn.in_proj_bias": layer.joint.bias}
    other.load_state_dict(state)
    return other.eval()


def padded(net: Encoder, ids: Tensor, ids_len: Tensor) -> Tensor:
    mask = torch.arange(ids.shape[1]) < ids_len[:, None]
    return net(ids, mask).last_hidden_state.masked_fill(~mask[..., None], 0)


def test_its_layers_are_those_of_torch() -> None:
    net, given = encoder(), batch()
    mask = torch.arange(given["ids"].shape[1]) < given["ids_len"][:, None]
    hidden = net.token(given["ids"]) + net.position.weight[: given["ids"].shape[1]]
    for layer in net.layers:
        assert isinstance(layer, Layer)
        hidden = of_torch(layer)(hidden, src_key_padding_mask=~mask)
    expected = net.norm(hidden).masked_fill(~mask[..., None], 0)
    torch.testing.assert_close(padded(net, **given), expected, rtol=1e-4, atol=1e-4)


def test_packed_is_padded() -> None:
    net, given = encoder(), batch()
    plan = packing(given["ids_len"], given["ids"].shape[1])
    out_S = net(
        given["ids"].flatten()[plan.token_S][None], position_ids=plan.position_S[None], spans=plan.spans
    ).last_hidden_state[0]
    torch.testing.assert_close(out_S, padded(net, **given).flatten(0, 1)[plan.token_S], rtol=1e-5, atol=1e-5)


def test_the_kind_of_a_token_is_added() -> None:
    net, ids = encoder(), batch()["ids"]
    nothing = net(ids, token_type_ids=torch.zeros_like(ids)).last_hidden_state
    with torch.no_grad():
        net.kind.weight[0] = 0
        assert torch.equal(net(ids).last_hidden_state, net(ids, token_type_ids=torch.zeros_like(ids)).last_hidden_state)
    assert (nothing - net(ids, token_type_ids=torch.ones_like(ids)).last_hidden_state).abs().max() > 0.1


@pytest.mark.parametrize("packed", [False, True])
def test_working_layers_out_again_gives_the_same_gradient(packed: bool) -> None:
    given, found = batch(), list[list[Tensor]]()
    plan = packing(given["ids_len"], given["ids"].shape[1])
    for checkpointing in (False, True):
        net = encoder().train()
        if checkpointing:
            net.gradient_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(5)  # dropout is drawn again alike
        if packed:
            out = net(given["ids"].flatten()[plan.token_S][None], None, plan.position_S[None], spans=plan.spans)
        else:
            out = net(given["ids"], torch.arange(given["ids"].shape[1]) < given["ids_len"][:, None])
        parameters = [p for n, p in net.named_parameters() if not n.startswith("kind")]
        found.append(list(torch.autograd.grad(out.last_hidden_state.square().sum(), parameters)))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("size", PRESETS)
def test_builds_on_meta(size: str) -> None:
    with torch.device("meta"):
        net = Encoder(IDS, size, LONGEST)  # type: ignore[arg-type]
    assert all(t.is_meta for t in [*net.parameters(), *net.buffers()])
    assert len(net.layers) == PRESETS[size].layers
    assert net(torch.empty(2, 5, dtype=torch.int64, device="meta")).last_hidden_state.shape == (2, 5, net.width)
