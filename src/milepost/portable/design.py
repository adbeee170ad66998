"""How a row becomes a row of a linear model's matrix, and its weights one ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from milepost.portable.base import forward, starts
from milepost.types import Array, Graphs

DENSE = 2_000_000  # cells up to which a dense float64 matrix is the fastest


@dataclass(frozen=True)
class Design:
    """How a row becomes a row of the matrix: N standardised numbers, G flags of missing ones, one-hot categories."""

    mean: Array  # float32 [N]
    std: Array  # float32 [N]
    gaps: Array  # int64 [G], the numbers that training rows lack now and then
    sizes: Sequence[int]
    far: float  # in standard deviations

    @classmethod
    def of(cls, number: Array, sizes: Sequence[int], far: float) -> Design:
        gone = np.isnan(number)
        known = np.maximum(1, (~gone).sum(0))
        mean = np.where(gone, 0, number).sum(0, dtype=np.float64) / known
        off = np.where(gone, 0, number - mean.astype(np.float32))
        std = np.sqrt(np.square(off, dtype=np.float64).sum(0) / known)
        tiny = std <= 1e-6 * np.abs(mean)  # constant but for rounding
        return cls(
            mean.astype(np.float32), np.where(tiny, 1, std).astype(np.float32), np.flatnonzero(gone.any(0)), sizes, far
        )

    def matrix(self, number: Array, category: Array) -> Any:
        """[M, N + G + sum(sizes)], dense float64 where small, else sparse or dense float32; id 0 is a row of zeros."""
        from scipy import sparse  # type: ignore[import-untyped]

        gone = np.isnan(number)
        z = np.clip((number - self.mean) / self.std, -self.far, self.far)
        z[gone] = 0
        left = np.hstack([z, gone[:, self.gaps].astype(np.float32)])
        if not self.sizes:
            return left.astype(np.float64) if left.size <= DENSE else left
        rows, width = len(number), int(sum(self.sizes))
        ends = np.arange(rows + 1) * len(self.sizes)
        seen = (category > 0).astype(np.float32).ravel()
        hot = sparse.csr_array((seen, (category + starts(self.sizes)).ravel(), ends), shape=(rows, width))
        if rows * (left.shape[1] + width) <= DENSE:
            return np.hstack([left.astype(np.float64), hot.toarray()])
        return sparse.hstack([sparse.csr_array(left), hot], format="csr")

    @property
    def width(self) -> int:
        """N + G + sum(sizes)."""
        return len(self.mean) + len(self.gaps) + int(sum(self.sizes))

    def graphs(self, coef_YD: Array, intercept_Y: Array, category: Array, term_VY: Array | None = None) -> Graphs:
        """Fold the scales into the weights and the average category into the intercept, so that id 0 is the average.

        `term_VY` are the weights of the terms of texts, where there are texts.
        """
        n, g = len(self.mean), len(self.gaps)
        number_NY = coef_YD[:, :n].T / self.std[:, None]
        gap_NY = np.zeros_like(number_NY)
        gap_NY[self.gaps] = coef_YD[:, n : n + g].T
        table_RY, bias_Y = coef_YD[:, n + g :].T.copy(), intercept_Y.copy()
        for start, size, ids in zip(starts(self.sizes), self.sizes, category.T, strict=True):
            count = np.bincount(ids, minlength=size)[1:]
            rows = slice(start + 1, start + size)
            average = count @ table_RY[rows] / max(1, count.sum())
            table_RY[rows] -= average
            table_RY[start] = 0
            bias_Y += average
        return self._export(number_NY, gap_NY, table_RY, bias_Y, term_VY)

    def _export(self, number_NY: Array, gap_NY: Array, table_RY: Array, bias_Y: Array, term_VY: Array | None) -> Graphs:
        from onnx import helper

        node, constants, nodes, parts = helper.make_node, {"bias": bias_Y}, [], ["bias"]
        if len(self.mean):
            far = self.far * self.std
            # the mean is subtracted, not folded: dates are large, and float32 would lose their digits
            constants |= {"mean": self.mean, "zero": np.zeros(1), "low": -far, "high": far}
            constants |= {"number_weight": number_NY, "gap_weight": gap_NY}
            nodes += [
                node("IsNaN", ["number"], ["gone"]),
                node("Sub", ["number", "mean"], ["off"]),
                node("Where", ["gone", "zero", "off"], ["filled"]),
                node("Max", ["filled", "low"], ["above"]),
                node("Min", ["above", "high"], ["near"]),
                node("MatMul", ["near", "number_weight"], ["from_number"]),
                node("Cast", ["gone"], ["gap"], to=1),
                node("MatMul", ["gap", "gap_weight"], ["from_gap"]),
            ]
            parts += ["from_number", "from_gap"]
        constants = {k: a.astype(np.float32) for k, a in constants.items()}
        if self.sizes:
            constants |= {"table": table_RY.astype(np.float32), "start": starts(self.sizes), "columns": np.array([1])}
            nodes += [
                node("Add", ["category", "start"], ["row"]),
                node("Gather", ["table", "row"], ["each"]),
                node("ReduceSum", ["each", "columns"], ["from_category"], keepdims=0),
            ]
            parts.append("from_category")
        widths: dict[str, int | str] = {"number": len(self.mean), "category": len(self.sizes)}
        if term_VY is not None:
            constants |= {"term_weight": term_VY.astype(np.float32), "row_axis": np.array([1])}
            nodes += [
                node("Gather", ["term_weight", "term"], ["each_term"]),
                node("Unsqueeze", ["weight", "row_axis"], ["weight_row"]),
                node("MatMul", ["weight_row", "each_term"], ["term_row"]),
                node("Squeeze", ["term_row", "row_axis"], ["from_term"]),
            ]
            parts.append("from_term")
            widths |= {"term": "T", "weight": "T"}
        nodes.append(node("Sum", parts, ["scores"]))
        return forward(nodes, constants, widths, len(bias_Y))
