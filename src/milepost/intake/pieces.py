"""A table on disk as a folder of pieces, so that no more than one need be in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl


def write_piece(table: pl.DataFrame, path: Path) -> None:
    """Write one piece; its bytes depend on its cells alone.

    The oldest Arrow layout has no views into shared buffers, which keep what other rows held.
    """
    level = pl.CompatLevel.oldest()
    table.rechunk().write_ipc(path, compression="uncompressed", compat_level=level)


def read_piece(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """Read one piece into memory of its own: a mapped file would count as ours and stay."""
    return pl.read_ipc(io.BytesIO(path.read_bytes()), columns=columns)


def pieces(folder: Path) -> Iterator[pl.DataFrame]:
    """Yield the pieces of a table, in order."""
    return (read_piece(path) for path in sorted(folder.glob("*.arrow")))


def whole(folder: Path) -> pl.DataFrame:
    """Read a table in one."""
    return pl.concat(pieces(folder), rechunk=True)


class PieceWriter:
    """Write rows as pieces of `rows` rows, whatever cuts they come in."""

    def __init__(self, folder: Path, rows: int) -> None:
        folder.mkdir(parents=True)
        self.folder, self.rows, self.total, self.count = folder, rows, 0, 0
        self._waiting, self._held = list[pl.DataFrame](), 0

    def add(self, table: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Take in rows; write and yield every piece that is now full."""
        self._waiting.append(table)
        self._held += table.height
        self.total += table.height
        while self._held >= self.rows:
            held = pl.concat(self._waiting)
            self._waiting = [held.slice(self.rows)]
            self._held -= self.rows
            yield self._written(held.head(self.rows))

    def finish(self) -> Iterator[pl.DataFrame]:
        """Write and yield what is left; a table without rows is one piece without rows."""
        if self._held or (self._waiting and not self.count):
            rest, self._waiting, self._held = pl.concat(self._waiting), [], 0
            yield self._written(rest)

    def _written(self, piece: pl.DataFrame) -> pl.DataFrame:
        write_piece(piece, self.folder / f"{self.count:06d}.arrow")
        self.count += 1
        return piece
