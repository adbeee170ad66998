"""The network of tables: piecewise-linear embeddings of numbers, then an ensemble that shares its matrices.

Shapes: B examples, N numbers, C categories, F = N + C features, T pieces of a number's range, D width of an embedding,
K members, H hidden width, O outputs. A parameter of no layer leads with an axis of 1, so that each example may be
given its own copy and an axis of B: exact gradients of single examples need no more than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from milepost.types import Array

REACH = 3.0  # spreads from the middle beyond which a number is no farther
HUGE, MINUTE = 1e37, 1e-30  # float32 keeps sums and reciprocals of these finite


class Preset(NamedTuple):
    """How large a network is."""

    members: int
    embedding: int
    width: int
    layers: int


PRESETS = {
    "tiny": Preset(4, 8, 32, 1),
    "small": Preset(8, 16, 64, 2),
    "base": Preset(16, 16, 128, 2),
    "large": Preset(32, 16, 256, 3),
}


class TabularNet(nn.Module):
    """Map a row to the outputs of K members after TabM (Gorishniy et al. 2024, arXiv 2410.24210), whose mean answers.

    `knots` holds the increasing quantiles of each number, `sizes` the ids of each category (0 = unknown).
    """

    def __init__(
        self,
        knots: Sequence[Sequence[float]],
        sizes: Sequence[int],
        outputs: int,
        size: Literal["tiny", "small", "base", "large"] = "small",
    ) -> None:
        super().__init__()
        members, embedding, width, layers = PRESETS[size]
        self.numbers = Numbers(knots, embedding) if knots else None
        self.categories = Categories(sizes, embedding) if sizes else None
        self.first = First(members, len(knots) + len(sizes), embedding, width)
        self.shared = nn.ModuleList(Shared(members, width) for _ in range(layers - 1))
        self.heads = Heads(members, width, outputs)

    def forward(self, number: Tensor, category: Tensor) -> dict[str, Tensor]:
        """Map number float32 [B, N], nan = missing, and category int64 [B, C] to {"out": [B, K, O]}."""
        parts = [] if self.numbers is None else [self.numbers(number)]
        parts += [] if self.categories is None else [self.categories(category)]
        hidden_BKH = torch.relu(self.first(torch.cat(parts, 1)))
        for shared in self.shared:
            hidden_BKH = torch.relu(shared(hidden_BKH))
        return {"out": self.heads(hidden_BKH)}


class Numbers(nn.Module):
    """Embed numbers [B, N] as piecewise-linear functions [B, N, D] (Gorishniy et al. 2022, arXiv 2203.05556).

    Training starts from straight lines within REACH; beyond the outer knots the pieces are flat.
    """

    start_NT: Tensor
    slope_NT: Tensor
    middle_N: Tensor
    unit_N: Tensor

    def __init__(self, knots: Sequence[Sequence[float]], embedding: int) -> None:
        super().__init__()
        for name, values in _scaling(knots).items():
            self.register_buffer(name, torch.tensor(values.tolist(), dtype=torch.float32))
        pieces = self.start_NT.shape[1]
        lines = torch.cat([torch.zeros(pieces, embedding), torch.empty(2, embedding)])
        self.weight = nn.Parameter(lines.repeat(1, len(knots), 1, 1))
        nn.init.uniform_(self.weight.data[:, :, pieces:], -1, 1)  # the straight line, and the vector of missing
        self.bias = nn.Parameter(torch.empty(1, len(knots), embedding).uniform_(-1, 1))

    def forward(self, number_BN: Tensor) -> Tensor:
        missing_BN1 = number_BN.isnan()[..., None]
        known_BN = number_BN.nan_to_num(0.0).clamp(-HUGE, HUGE)
        piece_BNT = ((known_BN[..., None] - self.start_NT) * self.slope_NT).clamp(0, 1)
        line_BN = ((known_BN - self.middle_N) * self.unit_N).clamp(-REACH, REACH)
        known_BNT = torch.cat([piece_BNT, line_BN[..., None]], -1).masked_fill(missing_BN1, 0.0)
        coded_BNT = torch.cat([known_BNT, missing_BN1.to(known_BNT.dtype)], -1)
        return torch.einsum("bnt,bntd->bnd", coded_BNT, self.weight) + self.bias


class Categories(nn.Module):
    """Embed ids [B, C] of several categories [B, C, D]; an unknown one starts as zero, the mean of all."""

    offset_C: Tensor

    def __init__(self, sizes: Sequence[int], embedding: int) -> None:
        super().__init__()
        self.register_buffer("offset_C", torch.tensor([0, *accumulate(sizes[:-1])]))
        self.table = nn.Embedding(sum(sizes), embedding)
        nn.init.uniform_(self.table.weight, -1, 1)
        with torch.no_grad():
            self.table.weight[self.offset_C] = 0.0

    def forward(self, id_BC: Tensor) -> Tensor:
        return self.table(id_BC + self.offset_C)


class First(nn.Module):
    """Map embeddings [B, F, D] to hidden [B, K, H]; a member scales whole features, drawn from a normal.

    Scaling after the matrix instead of before it saves a factor of D in time and says the same.
    """

    def __init__(self, members: int, features: int, embedding: int, width: int) -> None:
        super().__init__()
        bound = (features * embedding) ** -0.5
        self.scale = nn.Parameter(torch.randn(1, members, features))
        self.weight = nn.Parameter(torch.empty(1, features, embedding, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(1, 1, width).uniform_(-bound, bound).repeat(1, members, 1))

    def forward(self, embedded_BFD: Tensor) -> Tensor:
        return self.scale @ torch.einsum("bfd,bfdh->bfh", embedded_BFD, self.weight) + self.bias


class Shared(nn.Module):
    """Map hidden [B, K, H] by one matrix, with a scale and a bias of each member."""

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.linear = nn.Linear(width, width, bias=False)
        self.scale = nn.Parameter(torch.ones(1, members, width))
        self.bias = nn.Parameter(torch.empty(1, 1, width).uniform_(-bound, bound).repeat(1, members, 1))

    def forward(self, hidden_BKH: Tensor) -> Tensor:
        return self.linear(hidden_BKH * self.scale) + self.bias


class Heads(nn.Module):
    """Map hidden [B, K, H] to outputs [B, K, O], each member by its own matrix."""

    def __init__(self, members: int, width: int, outputs: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.weight = nn.Parameter(torch.empty(1, members, width, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(1, members, outputs).uniform_(-bound, bound))

    def forward(self, hidden_BKH: Tensor) -> Tensor:
        return torch.einsum("bkh,bkho->bko", hidden_BKH, self.weight) + self.bias


def _scaling(knots: Sequence[Sequence[float]]) -> dict[str, Array]:
    """Turn knots into where each piece starts and its slope [N, T], the middle and 1 / spread [N]; 0 = no piece."""
    kept = [np.unique(np.float32(np.clip(k, -HUGE, HUGE))).astype(np.float64) for k in knots]  # as float32 tells them
    start_NT = np.zeros((len(kept), max(len(k) for k in kept) - 1))
    slope_NT = np.zeros_like(start_NT)
    for n, k in enumerate(kept):
        start_NT[n, : len(k) - 1] = k[:-1]
        slope_NT[n, : len(k) - 1] = 1 / np.maximum(np.diff(k), MINUTE)
    low_N, middle_N, high_N = np.array([np.quantile(k, [0.25, 0.5, 0.75]) for k in kept]).T
    spread_N = (high_N - low_N) / 1.349  # a standard deviation, were it normal
    unit_N = np.where(spread_N > 0, 1 / np.maximum(spread_N, MINUTE), 0)
    return {"start_NT": start_NT, "slope_NT": slope_NT, "middle_N": middle_N, "unit_N": unit_N}
