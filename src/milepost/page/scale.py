"""A straight axis with round numbers: where a value lies on it, in percent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

STEPS = (1, 2, 2.5, 5, 10)
LONG = 1e5  # from which a number beside an axis is written with a power of ten


class Scale(NamedTuple):
    """The ends of an axis, and the numbers that are written along it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return where a value lies, 0 to 100; what is beyond an end lies on it."""
        return 100 * min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def finite(values: Iterable[float | None]) -> list[float]:
    """Return the values that can be drawn."""
    return [float(v) for v in values if v is not None and math.isfinite(v)]


def rounded(values: Iterable[float | None], most: int = 4) -> Scale:
    """Return an axis that holds all `values` and ends with round numbers, about `most` steps apart."""
    low, high = _ends(values)
    ticks = _ticks(low, high, _step((high - low) / most), math.floor, math.ceil)
    return Scale(ticks[0], ticks[-1], ticks)


def close(values: Iterable[float | None], most: int = 4, room: float = 0.04) -> Scale:
    """Return an axis that ends a little beyond the outermost of `values`, with round numbers between."""
    low, high = _ends(values)
    low, high = low - room * (high - low), high + room * (high - low)
    return Scale(low, high, _ticks(low, high, _step((high - low) / most), math.ceil, math.floor))


def _ends(values: Iterable[float | None]) -> tuple[float, float]:
    """Return the least and the greatest value, parted where they are one."""
    found = finite(values) or [0.0, 1.0]
    low, high = min(found), max(found)
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    half = 0.1 * abs(low) or 0.5
    return low - half, high + half


def _ticks(
    low: float, high: float, step: float, first: Callable[[float], int], last: Callable[[float], int]
) -> tuple[float, ...]:
    """Return the multiples of a step from `low` to `high`, ends rounded as told."""
    slack = 1e-9 if first is math.floor else -1e-9
    return tuple(float(f"{i * step:.12g}") for i in range(first(low / step + slack), last(high / step - slack) + 1))


def _step(least: float) -> float:
    """Return the smallest round step that is no smaller than `least`."""
    size = 10.0 ** math.floor(math.log10(least))
    return next(s * size for s in STEPS if s * size >= least * (1 - 1e-9))


def ticked(value: float) -> str:
    """Write a number beside an axis, as short as can be."""
    if value and not 1e-3 <= abs(value) < LONG:
        return f"{value:.2g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "\N{MINUS SIGN}")
    return f"{value:,.6g}".replace("-", "\N{MINUS SIGN}")
