"""Randomness that is a function of (seed, step, position): a slice of a batch draws what the whole would."""

from __future__ import annotations

import math

import torch
from torch import Tensor

GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15 as int64: the step of splitmix64


class CountedDraws:
    """Draw for the examples at `position_B`, the n-th call of a step always the same numbers."""

    def __init__(self, seed: int, step: int, position_B: Tensor) -> None:
        self._key_B = _mix(_mix(position_B.long() + _wrap(step * GOLDEN)) + _wrap(seed * GOLDEN))
        self._call = 0

    def _bits(self, shape: tuple[int, ...]) -> Tensor:
        """[B, *shape] of 53 random bits, as float64 in [0, 1)."""
        self._call += 1
        cell = torch.arange(math.prod(shape), device=self._key_B.device) + (self._call << 40)
        mixed = _mix(self._key_B[:, None] + cell * GOLDEN)
        return (_right(mixed, 11).double() * 2.0**-53).reshape(-1, *shape)

    def uniform(self, *shape: int) -> Tensor:
        """[B, *shape] float32 in [0, 1)."""
        return self._bits(shape).float().clamp(max=1 - 2**-24)

    def normal(self, *shape: int) -> Tensor:
        """[B, *shape] float32 of a standard normal (Box and Muller 1958)."""
        radius = (-2 * torch.log1p(-self._bits(shape))).sqrt()
        return (radius * torch.cos(2 * math.pi * self._bits(shape))).float()

    def integers(self, high: int, *shape: int) -> Tensor:
        """[B, *shape] int64 in [0, high)."""
        return (self._bits(shape) * high).long()


def _wrap(n: int) -> int:
    """Reduce a Python integer to int64, as the hardware would."""
    return (n + 2**63) % 2**64 - 2**63


def _right(x: Tensor, by: int) -> Tensor:
    """Shift without the sign."""
    return (x >> by) & ((1 << (64 - by)) - 1)


def _mix(x: Tensor) -> Tensor:
    """splitmix64 (Steele, Lea and Flood 2014); int64 products wrap."""
    x = (x ^ _right(x, 30)) * -4658895280553007687
    x = (x ^ _right(x, 27)) * -7723592293110705685
    return x ^ _right(x, 31)
