"""Logistic regression on the weighted terms of texts, and on a table beside them.

Shape letters: M examples, V terms, Y outputs, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence

from milepost.portable.design import Design
from milepost.portable.linear import FAR
from milepost.portable.logistic import fitted
from milepost.types import Array, Graphs, Ragged

RELAXED = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # C of scikit-learn


def classifier(
    term: Ragged,
    weight: Ragged,
    terms: int,
    number: Array,
    category: Array,
    sizes: Sequence[int],
    y: Array,
    outputs: int,
) -> Graphs:
    """Fit term ids and weights [M], number [M, N] (nan = missing) and category [M, C] to classes y [M]; give logits.

    Where y is [M, L] of 0 and 1, each label is fitted by itself, and the logits are one for each.
    """
    from scipy import sparse  # type: ignore[import-untyped]

    design = Design.of(number, sizes, FAR)
    shape = (len(term), max(1, terms))
    text = sparse.csr_array((weight.values, term.values, term.offsets), shape=shape)
    matrix = text if not design.width else sparse.hstack([design.matrix(number, category), text], format="csr")
    coef_YD, bias_Y = fitted(matrix, y, outputs, RELAXED)
    return design.graphs(coef_YD[:, : design.width], bias_Y, category, coef_YD[:, design.width :].T)
