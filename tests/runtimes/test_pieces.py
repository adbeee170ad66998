"""Many examples a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from milepost.runtimes.pieces import in_pieces, pieces
from milepost.types import Array, Column, Columns, Ragged, feed

LENGTHS = st.lists(st.integers(0, 12), min_size=1, max_size=20)


class Sums:
    """A network that sums the tokens of each text, and remembers how many cells it was given."""

    def __init__(self) -> None:
        self.cells = list[tuple[int, int]]()

    def __call__(self, columns: Mapping[str, Column], graph: str = "forward") -> dict[str, Array]:
        fed = feed(columns)
        self.cells.append(fed["ids"].shape)
        out = np.stack([fed["ids"].sum(1), fed["number"]], 1)
        return {"out": out.astype(np.float32), "graph": np.full(len(out), len(graph))}


def columns(lengths: list[int]) -> Columns:
    ids = [np.arange(1, n + 1) for n in lengths]
    return {"ids": Ragged.of(ids, np.int32), "number": np.arange(len(lengths)) * 0.5}


@given(LENGTHS, st.integers(1, 40))
def test_what_comes_out_is_in_the_order_of_the_examples(lengths: list[int], cells: int) -> None:
    run = Sums()
    out = in_pieces(run, columns(lengths), "features", cells)
    assert out["out"].tolist() == [[n * (n + 1) / 2, i * 0.5] for i, n in enumerate(lengths)]
    assert out["out"].dtype == np.float32 and out["graph"].tolist() == [8] * len(lengths)
    assert all(rows * width <= cells or rows == 1 for rows, width in run.cells)


@given(LENGTHS, st.integers(1, 40))
def test_pieces_are_all_the_examples_the_shortest_first_and_as_few_as_can_be(lengths: list[int], cells: int) -> None:
    found = list(pieces(columns(lengths), cells))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(lengths)))
    ordered = [max(1, lengths[i]) for piece in found for i in piece]
    assert ordered == sorted(ordered)
    for piece, after in pairwise(found):
        assert max(1, lengths[after[0]]) * (len(piece) + 1) > cells  # the next one did not fit


def test_examples_all_alike_are_counted() -> None:
    found = [piece.tolist() for piece in pieces({"number": np.zeros(7)}, 3)]
    assert found == [[0, 1, 2], [3, 4, 5], [6]]
