"""Networks of transformers: filled from a checkpoint, and tuned in part."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM
from transformers.utils import logging

from milepost.errors import MilepostError
from milepost.nets.dropout import Dropout
from milepost.nets.pretrained import backbone_of, load_weights, merge, pooling_of, tune, with_lora
from milepost.nets.text import TextNet

from .small import batch, config, network, strong

WEIGHTS = "model.safetensors"


def checkpoint(folder: Path, kind: str, whole: Any = AutoModel, **how: Any) -> Any:
    """Write a small network as transformers does; return it."""
    made = whole.from_config(AutoConfig.for_model(kind, **{k: v for k, v in config(kind).items() if k != "model_type"}))
    strong(made).to(how.pop("dtype", torch.float32)).save_pretrained(folder, **how)
    return made.eval()


def filled(folder: Path) -> Any:
    backbone = backbone_of(json.loads((folder / "config.json").read_text()))
    load_weights(backbone, folder)
    return backbone.eval()


def hidden(model: Any) -> torch.Tensor:
    given = batch()
    mask = (torch.arange(given["ids"].shape[1]) < given["ids_len"][:, None]).long()
    with torch.no_grad():
        out = model(input_ids=given["ids"], attention_mask=mask).last_hidden_state
    return out.float().masked_fill(mask[..., None] == 0, 0)


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta", "modernbert", "llama", "mpnet"])
def test_the_same_hidden_states_as_transformers(kind: str, tmp_path: Path) -> None:
    made = checkpoint(tmp_path, kind)
    torch.testing.assert_close(hidden(filled(tmp_path)), hidden(made), rtol=1e-4, atol=1e-4)


def test_a_checkpoint_of_a_whole_network_half_as_precise_in_shards(tmp_path: Path) -> None:
    made = checkpoint(tmp_path, "bert", AutoModelForMaskedLM, dtype=torch.bfloat16, max_shard_size="20KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    backbone = filled(tmp_path)
    assert {p.dtype for p in backbone.parameters()} == {torch.float32}
    torch.testing.assert_close(hidden(backbone), hidden(made.bert.float()), rtol=1e-4, atol=1e-4)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    def refused(match: str) -> None:
        with pytest.raises(MilepostError, match=match) as caught:
            filled(tmp_path)
        assert caught.value.where == "model"

    checkpoint(tmp_path, "bert")
    whole = load_file(tmp_path / WEIGHTS)
    save_file({k: v for k, v in whole.items() if "layer.1." not in k}, tmp_path / WEIGHTS, {"format": "pt"})
    refused("are of another network than its config: `encoder.layer.1.")
    save_file({f"other.{k}": v for k, v in whole.items()}, tmp_path / WEIGHTS, {"format": "pt"})
    refused("are of another network")
    save_file({k: v[..., :3].clone() for k, v in whole.items()}, tmp_path / WEIGHTS, {"format": "pt"})
    refused("of another network|cannot be loaded")
    (tmp_path / WEIGHTS).write_bytes(b"\\0" * 100)
    refused("cannot be loaded")


@pytest.mark.parametrize("changed", [{"model_type": "unheard-of"}, {"num_attention_heads": 5}, {"hidden_size": "wide"}])
def test_a_config_of_no_network_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(MilepostError, match="has no network") as caught:
        backbone_of(config("bert") | changed)
    assert caught.value.where == "model"


def test_it_is_built_without_what_it_does_not_need() -> None:
    backbone = backbone_of(config("bert") | {"attention_probs_dropout_prob": 0.5, "hidden_dropout_prob": 0.25})
    assert backbone.pooler is None
    dropouts = {m.p for m in backbone.modules() if isinstance(m, nn.Dropout)}
    assert dropouts == {0.0, 0.25} and backbone.config.attention_probs_dropout_prob == 0
    assert all(type(m) is Dropout for m in backbone.modules() if isinstance(m, nn.Dropout))
    assert not backbone_of(config("llama")).config.use_cache


@pytest.mark.parametrize(
    ("kind", "pooling"),
    [("bert", "mean"), ("roberta", "mean"), ("modernbert", "mean"), ("distilbert", "mean"), ("mpnet", "mean"),
     ("llama", "last"), ("qwen2", "last"), ("gpt2", "last"), ("mistral", "last"), ("unheard-of", "mean")],
)  # fmt: skip
def test_only_what_sees_no_later_token_is_pooled_at_the_end(kind: str, pooling: str) -> None:
    assert pooling_of({"model_type": kind}) == pooling


def test_transformers_is_silent_only_meanwhile(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint(tmp_path, "bert", AutoModelForMaskedLM)
    monkeypatch.setattr(logging, "_tqdm_active", True)
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filled(tmp_path)
    assert capfd.readouterr() == ("", "")
    assert before[1] and (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def learning(net: TextNet) -> set[str]:
    return {name.rsplit(".", 1)[0] for name, p in net.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("kind", ["bert", "llama", "ours"])
def test_what_of_a_network_learns(kind: str) -> None:
    layers = "layers" if kind != "bert" else "encoder.layer"
    net, every = network(kind), learning(network(kind))
    tune(net, "whole")
    assert learning(net) == every
    for how, expected in (("last:1", (1,)), ("last:2", (0, 1)), ("last:9", (0, 1)), ("head", ())):
        net = network(kind)
        tune(net, how)
        of = tuple(f"backbone.{layers}.{i}." for i in expected) if kind != "ours" else ("backbone.layers.0.",)
        kept = of if how != "head" else ()
        assert learning(net) == {"head"} | {name for name in every if kept and name.startswith(kept)}


def moved(net: TextNet) -> set[str]:
    """Take a step; name what it changed."""
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.01)
    net.train()(**batch())["out"].square().sum().backward()
    optimizer.step()
    return {name for name, p in net.named_parameters() if not torch.equal(p, before[name])}


@pytest.mark.parametrize("kind", ["roberta", "llama"])
def test_adapters_learn_alone_and_are_folded_in(kind: str) -> None:
    net = network(kind)
    names, shapes = list(net.state_dict()), {k: v.shape for k, v in net.state_dict().items()}
    first = {k: v.clone() for k, v in net.state_dict().items()}
    start = net(**batch())["out"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with_lora(net, 3)
    torch.testing.assert_close(net.eval()(**batch())["out"], start)  # they begin as nothing
    rank = {p.shape[0] for name, p in net.named_parameters() if "lora_A" in name}
    assert rank == {3}
    for changed in (moved(net), moved(net)):
        assert all("lora_" in name or name.startswith("head.") for name in changed)
    assert any("lora_A" in name for name in changed) and any("lora_B" in name for name in changed)
    net.packed = False
    tuned = net.eval()(**batch())["out"]
    assert net.can_pack
    merge(net)
    torch.testing.assert_close(net(**batch())["out"], tuned, rtol=1e-4, atol=1e-4)
    assert list(net.state_dict()) == names and {k: v.shape for k, v in net.state_dict().items()} == shapes
    now = net.state_dict()
    assert {k for k in names if not torch.equal(now[k], first[k])} > {"head.weight", "head.bias"}
    merge(net)  # there is nothing left to fold
    assert list(net.state_dict()) == names
