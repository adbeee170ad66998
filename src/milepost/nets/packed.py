"""Sequences of uneven length one after another, without padding: attention inside each, by runs of equal length.

Shape letters: B sequences, T longest length, S tokens of all sequences, H heads, D width of a head.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

NAME = "milepost"  # of our attention among those of transformers


class Spans(NamedTuple):
    """Where sequences sorted by length lie: runs of as many of one length, from the start on."""

    runs: tuple[tuple[int, int], ...]  # (sequences, length), the shortest first


class Packing(NamedTuple):
    """How a padded batch [B, T] becomes S tokens, and what of them goes back where."""

    token_S: Tensor  # int64, places in the flattened batch, the shortest sequence first
    position_S: Tensor  # int64, of each token in its sequence
    order_B: Tensor  # int64, the sequences, the shortest first
    length_B: Tensor  # int64, in that order
    spans: Spans


def packing(length_B: Tensor, width: int) -> Packing:
    """Plan how a batch of these lengths, padded to `width`, is packed."""
    sorted_B, order_B = length_B.sort(stable=True)
    lengths, counts = sorted_B.unique_consecutive(return_counts=True)
    ends_B = sorted_B.cumsum(0)
    sequence_S = torch.repeat_interleave(torch.arange(len(sorted_B), device=length_B.device), sorted_B)
    position_S = torch.arange(len(sequence_S), device=length_B.device) - (ends_B - sorted_B)[sequence_S]
    runs = tuple(zip(counts.tolist(), lengths.tolist(), strict=True))
    return Packing(order_B[sequence_S] * width + position_S, position_S, order_B, sorted_B, Spans(runs))


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    spans: Spans,
    scale: float | None = None,
    causal: bool = False,
    window: int | None = None,
) -> Tensor:
    """Attend within each sequence: [1, H, S, D] -> [1, S, H, D], to tokens less than `window` away.

    No dropout: it would forbid the fused kernel.
    """
    shared = query.shape[1] != key.shape[1]
    runs = zip(spans.runs, *(_cut(t, spans) for t in (query, key, value)), strict=True)
    parts = list[Tensor]()
    for run, *cut in runs:
        q, k, v = (t.unflatten(0, run).transpose(1, 2) for t in cut)  # [count, H, length, D]
        if window is None or run[1] <= window:
            out = scaled_dot_product_attention(q, k, v, scale=scale, is_causal=causal, enable_gqa=shared)
        else:
            near = _near(run[1], window, causal, q.device)
            out = scaled_dot_product_attention(q, k, v, near, scale=scale, enable_gqa=shared)
        parts.append(out.transpose(1, 2).flatten(0, 1))
    return torch.cat(parts)[None]


def _near(length: int, window: int, causal: bool, device: torch.device) -> Tensor:
    """Mark what each token of a sequence sees, bool [length, length]."""
    place = torch.arange(length, device=device)
    behind = place[:, None] - place
    near = behind.abs() < window
    return near & (behind >= 0) if causal else near


def _cut(x: Tensor, spans: Spans) -> tuple[Tensor, ...]:
    """Cut [1, H, S, D] into the tokens of each run, [count * length, H, D]: at once, since slices one by one would
    each fill a whole gradient with zeros.
    """
    return x.squeeze(0).transpose(0, 1).split([count * length for count, length in spans.runs])


@cache
def registered() -> str:
    """Make our attention known to transformers, once, and return its name there.

    Given `spans` it attends within sequences; without, it is the usual attention with a mask.
    """
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask

    def attend(
        module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **rest: Any
    ) -> tuple[Tensor, None]:
        spans = rest.pop("spans", None)
        if spans is None:
            out: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, mask, **rest)
            return out
        causal = bool(getattr(module, "is_causal", False))
        return attention(query, key, value, spans, rest.get("scaling"), causal, rest.get("sliding_window")), None

    def mask(**rest: Any) -> Tensor | None:
        packed = rest.get("attention_mask") is None
        return None if packed else sdpa_mask(**rest)

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, mask)
    return NAME
