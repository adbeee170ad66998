"""Small networks of texts of many architectures, with weights large enough that attention matters."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from milepost.nets.encoder import Encoder
from milepost.nets.pretrained import backbone_of, pooling_of
from milepost.nets.text import TextNet

IDS, LONGEST = 50, 40
USUAL = {
    "vocab_size": IDS,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": LONGEST,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
OTHER = {
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    "roberta": {"pad_token_id": 1, "max_position_embeddings": LONGEST + 2},
    "modernbert": {"cls_token_id": 1, "sep_token_id": 2, "local_attention": 16, "global_attn_every_n_layers": 2},
    "llama": {"num_key_value_heads": 2},
    "mistral": {"num_key_value_heads": 2, "sliding_window": 8},
    "gemma2": {"num_key_value_heads": 2, "head_dim": 8, "sliding_window": 8},
    "mpnet": {"pad_token_id": 1, "max_position_embeddings": LONGEST + 2},
}
PACKABLE = ("bert", "distilbert", "roberta", "modernbert", "llama", "mistral", "gemma2")
PADDED = ("mpnet", "deberta-v2")  # with attention of their own


def config(kind: str) -> dict[str, Any]:
    """What config.json says of a small network of a kind."""
    return {"model_type": kind, **USUAL, **OTHER.get(kind, {})}


def strong(network: nn.Module) -> nn.Module:
    """Give matrices and biases values at random that are not next to nothing."""
    torch.manual_seed(1)
    for p in network.parameters():
        nn.init.normal_(p, std=0.3) if p.ndim > 1 else nn.init.uniform_(p, 0.5, 1.5)
    return network


def network(kind: str, outputs: int = 3, **beside: Any) -> TextNet:
    """Our encoder, or one of transformers, ready to be looked at."""
    torch.manual_seed(0)
    ours = kind == "ours"
    backbone = Encoder(IDS, "tiny", LONGEST) if ours else backbone_of(config(kind))
    net = TextNet(backbone, outputs, "mean" if ours else pooling_of(config(kind)), **beside)
    strong(net)
    return net.eval()


def batch(lengths: tuple[int, ...] = (9, 30, 5, 5, 1), seed: int = 0) -> dict[str, Tensor]:
    """Sequences of ids at random."""
    draw = torch.Generator().manual_seed(seed)
    ids = torch.randint(3, IDS, (len(lengths), max(lengths)), generator=draw)
    return {"ids": ids, "ids_len": torch.tensor(lengths)}
