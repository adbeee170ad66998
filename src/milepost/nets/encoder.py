"""A small transformer encoder from scratch (Vaswani et al. 2017), normalised before each part (Xiong et al. 2020).

Shape letters: B sequences, T longest length, S tokens of all sequences, D width, H heads.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention
from torch.utils.checkpoint import checkpoint

from milepost.nets.dropout import Dropout
from milepost.nets.packed import Spans, attention

DROPPED = 0.1


class Preset(NamedTuple):
    """How large an encoder is."""

    layers: int
    width: int
    heads: int


PRESETS = {
    "tiny": Preset(1, 64, 2),
    "small": Preset(4, 256, 4),
    "base": Preset(6, 384, 6),
    "large": Preset(12, 768, 12),
}


class Hidden(NamedTuple):
    """What transformers' models return, too."""

    last_hidden_state: Tensor  # [B, T, D]


class Encoder(nn.Module):
    """Map ids to what they mean where they stand; positions are learned up to `longest`."""

    def __init__(self, ids: int, size: Literal["tiny", "small", "base", "large"], longest: int) -> None:
        super().__init__()
        layers, self.width, heads = PRESETS[size]
        self.token = nn.Embedding(ids, self.width)
        self.position = nn.Embedding(longest, self.width)
        self.kind = nn.Embedding(2, self.width)  # of two texts, which one
        for table in (self.token, self.position, self.kind):
            nn.init.normal_(table.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(self.width, heads) for _ in range(layers))
        self.checkpointing = False
        self.norm, self.dropout = nn.LayerNorm(self.width), Dropout(DROPPED)

    def gradient_checkpointing_enable(self, how: object) -> None:
        """Work layers out again on the way back, as transformers' models are told to."""
        self.checkpointing = True

    def gradient_checkpointing_disable(self) -> None:
        """Keep what layers say."""
        self.checkpointing = False

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        spans: Spans | None = None,
    ) -> Hidden:
        """Map ids int64 [B, T] with a mask bool [B, T], or [1, S] with `spans`, to vectors of each token."""
        if position_ids is None:
            position_ids = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        hidden = self.token(input_ids) + self.position(position_ids)
        if token_type_ids is not None:
            hidden = hidden + self.kind(token_type_ids)
        hidden = self.dropout(hidden)
        mask = None if attention_mask is None else attention_mask[:, None, None].bool()
        for layer in self.layers:
            if self.checkpointing and self.training:
                hidden = checkpoint(layer, hidden, mask, spans, use_reentrant=False)
            else:
                hidden = layer(hidden, mask, spans)
        return Hidden(self.norm(hidden))


class Layer(nn.Module):
    """Attention, then two matrices for each token alone."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.joint, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = Dropout(DROPPED)

    def forward(self, hidden_BTD: Tensor, mask: Tensor | None, spans: Spans | None) -> Tensor:
        joint = self.joint(self.before(hidden_BTD)).unflatten(-1, (3, self.heads, -1))
        query, key, value = joint.movedim(2, 0).transpose(2, 3)  # [B, H, T, D / H] each
        if spans is None:
            seen = scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)
        else:
            seen = attention(query, key, value, spans)
        hidden_BTD = hidden_BTD + self.dropout(self.out(seen.flatten(2)))
        return hidden_BTD + self.dropout(self.down(gelu(self.up(self.between(hidden_BTD)))))
