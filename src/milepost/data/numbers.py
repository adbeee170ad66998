"""Numbers seen piece by piece: their range and their quantiles. The cut does not matter."""

from __future__ import annotations

import numpy as np

from milepost.types import Array

SAMPLE = 20_000  # numbers kept for quantiles
KNOTS = 33
FAR = 1000  # times the width of its middle half that a column may lie from 0 before an origin is taken off


class Numbers:
    """Numbers seen so far: their range, and a sample for quantiles that does not depend on the cut."""

    def __init__(self) -> None:
        self.count, self.low, self.high = 0, np.inf, -np.inf
        self.sample, self.order = np.empty(0), np.empty(0, np.uint64)
        self.bound = np.uint64(2**64 - 1)  # of the order of a number that may still be kept

    def add(self, values: Array, order_N: Array) -> None:
        """Take in numbers, float64 [N], with the shuffled number of each row; not finite ones do not count."""
        at = np.flatnonzero(np.isfinite(values))
        if not len(at):
            return
        kept = values[at]
        self.count += len(at)
        self.low, self.high = min(self.low, kept.min()), max(self.high, kept.max())
        order = order_N[at]
        fits = order <= self.bound
        self.sample = np.concatenate([self.sample, kept[fits]])
        self.order = np.concatenate([self.order, order[fits]])
        if len(self.sample) > 2 * SAMPLE:
            self._thin()

    def _thin(self) -> None:
        """Keep the rows whose shuffled number is smallest."""
        keep = np.argsort(self.order)[:SAMPLE]
        self.sample, self.order = self.sample[keep], self.order[keep]
        if len(keep) == SAMPLE:
            self.bound = self.order[-1]

    def _sampled(self) -> Array:
        """Return the sample, which is the same however the rows were cut."""
        self._thin()
        return self.sample

    def origin(self) -> float:
        """Return the median where most numbers lie so far from 0 that float32 would blur them; else 0."""
        if not self.count:
            return 0.0
        low, middle, high = np.quantile(self._sampled(), [0.25, 0.5, 0.75])
        return float(middle) if 0 < FAR * (high - low) < abs(middle) else 0.0

    def knots(self) -> list[float]:
        """Return increasing quantiles from the least to the greatest, less the origin; 0 where nothing was seen."""
        if not self.count:
            return [0.0]
        knots = np.unique(np.quantile(self._sampled(), np.linspace(0, 1, KNOTS)))
        knots[0], knots[-1] = min(knots[0], self.low), max(knots[-1], self.high)
        return [float(k) for k in knots - self.origin()]

    def median(self) -> float:
        """Return the middle of the sample; 0 where nothing was seen."""
        return float(np.median(self._sampled())) if self.count else 0.0


def shuffled(index_N: Array) -> Array:
    """Map row numbers to well-mixed ones (splitmix64), so that the smallest are a random sample."""
    x = index_N.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
