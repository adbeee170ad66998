"""Sequences without padding, against each of them alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from milepost.nets.packed import attention, packing, registered

LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(LENGTHS, st.integers(0, 3))
def test_tokens_lie_one_after_another_the_shortest_sequence_first(lengths: list[int], extra: int) -> None:
    width = max(lengths) + extra
    plan = packing(torch.tensor(lengths), width)
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    assert plan.order_B.tolist() == order
    assert plan.token_S.tolist() == [i * width + t for i in order for t in range(lengths[i])]
    assert plan.position_S.tolist() == [t for i in order for t in range(lengths[i])]
    assert plan.length_B.tolist() == sorted(lengths)
    assert plan.spans.runs == tuple((lengths.count(n), n) for n in sorted(set(lengths)))


def slow(q: Tensor, k: Tensor, v: Tensor, scale: float, causal: bool, window: int | None) -> Tensor:
    """Attention of one sequence [T, H, D] by its definition."""
    out = torch.zeros_like(q)
    for head in range(q.shape[1]):
        shared = head * k.shape[1] // q.shape[1]
        for t in range(len(q)):
            seen = [j for j in range(len(q)) if (not causal or j <= t) and (window is None or abs(j - t) < window)]
            weight = ((k[seen, shared] @ q[t, head]) * scale).softmax(0)
            out[t, head] = weight @ v[seen, shared]
    return out


@pytest.mark.parametrize("heads", [4, 2, 1])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [None, 1, 2, 5])
def test_attention_is_that_of_each_sequence_and_so_is_its_gradient(
    heads: int, causal: bool, window: int | None
) -> None:
    torch.manual_seed(0)
    lengths = (1, 3, 3, 6)
    spans = packing(torch.tensor(lengths), 6).spans
    q, k, v = (torch.randn(sum(lengths), h, 8, dtype=torch.float64, requires_grad=True) for h in (4, heads, heads))
    out = attention(*(t.transpose(0, 1)[None] for t in (q, k, v)), spans, 0.5, causal, window)
    alone = [slow(*parts, 0.5, causal, window) for parts in zip(*(t.split(lengths) for t in (q, k, v)), strict=True)]
    expected = torch.cat(alone)[None]
    torch.testing.assert_close(out, expected)
    pull = torch.randn_like(out)
    mine = torch.autograd.grad((out * pull).sum(), (q, k, v))
    theirs = torch.autograd.grad((expected * pull).sum(), (q, k, v))
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b)


def test_transformers_knows_our_attention_once() -> None:
    from transformers import AttentionInterface, AttentionMaskInterface

    assert registered() == registered()
    assert registered() in AttentionInterface() and registered() in AttentionMaskInterface()
