"""A table in pieces: the same rows, and the same bytes, whatever cuts they came in."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from milepost.files import file_hash
from milepost.intake.pieces import PieceWriter, pieces, whole

TABLE = pl.DataFrame({"a": [str(i) * (i % 7) for i in range(100)], "x": [None, *map(float, range(99))]})


@pytest.mark.parametrize("cut", [1, 13, 40, 100])
def test_the_cut_does_not_matter(tmp_path: Path, cut: int) -> None:
    kept = pl.concat([TABLE, TABLE]).filter(pl.Series([True] * 100 + [False] * 100))
    for name, step in (("a", cut), ("b", 100)):
        writer = PieceWriter(tmp_path / name, 40)
        made = [p for some in kept.iter_slices(step) for p in writer.add(some)] + [*writer.finish()]
        assert [p.height for p in made] == [40, 40, 20] and writer.total == 100
    assert whole(tmp_path / "a").equals(TABLE)
    files = [sorted(p.glob("*")) for p in (tmp_path / "a", tmp_path / "b")]
    assert [file_hash(f) for f in files[0]] == [file_hash(f) for f in files[1]]


def test_no_rows_are_one_piece_with_columns(tmp_path: Path) -> None:
    writer = PieceWriter(tmp_path / "t", 40)
    list(writer.add(TABLE.head(0)))
    list(writer.finish())
    assert [p.columns for p in pieces(tmp_path / "t")] == [["a", "x"]] and whole(tmp_path / "t").height == 0
