"""Rows of a table as rows of a matrix, against a slow loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse  # type: ignore[import-untyped]

from milepost.portable import design
from milepost.portable.design import Design
from milepost.types import Array

FAR = 3.0
CELLS = st.one_of(st.floats(-100, 100, width=32), st.just(float("nan")))
TABLES = st.lists(st.tuples(CELLS, CELLS, st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=8)
SIZES = (3, 4)


def slow(number: Array, category: Array) -> Array:
    columns = list[Array]()
    for x in number.T.astype(np.float64):
        known = x[~np.isnan(x)]
        middle, spread = (known.mean(), known.std()) if len(known) else (0.0, 0.0)
        z = (x - middle) / (spread if spread > 1e-6 * abs(middle) else 1)
        columns.append(np.where(np.isnan(x), 0, np.clip(z, -FAR, FAR)))
    columns += [np.isnan(x) for x in number.T if np.isnan(x).any()]
    columns += [(ids == i) & (ids > 0) for ids, size in zip(category.T, SIZES, strict=True) for i in range(size)]
    return np.stack(columns, 1).astype(np.float64)


@settings(max_examples=50, deadline=None)
@given(TABLES, st.booleans())
def test_the_matrix_is_its_definition(rows: list[tuple[float, float, int, int]], dense: bool) -> None:
    number = np.array([r[:2] for r in rows], np.float32)
    number = np.where(np.abs(number) < 1e-3, 0, number)  # far from where rounding decides what a constant is
    category = np.array([r[2:] for r in rows], np.int32)
    found = Design.of(number, SIZES, FAR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "DENSE", design.DENSE if dense else 0)
        matrix = found.matrix(number, category)
    assert sparse.issparse(matrix) != dense
    matrix = matrix if dense else matrix.toarray()
    assert matrix.shape == (len(rows), found.width)
    np.testing.assert_allclose(matrix, slow(number, category), atol=2e-3)


def test_a_table_of_no_columns_has_no_width() -> None:
    assert Design.of(np.empty((5, 0), np.float32), (), FAR).width == 0
