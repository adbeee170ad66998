"""Parquet and Arrow: some rows at a time, their plain types kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Block, Piece
from milepost.sources.packed import Stream
from milepost.sources.plain import plain
from milepost.types import Finding

WHOLE = 256 << 20  # bytes of a packed file that are held in memory
MOST = 65_536  # rows of a block
CELLS = BLOCK // 8  # of a block


class Columnar:
    """A Parquet or Arrow file as a Part; raises MilepostError at once for what is none."""

    def __init__(self, stream: Stream, kind: str) -> None:
        self.name, self.size, self._kind = stream.name, stream.size, kind
        self._source: Path | bytes = stream.path or unpacked(stream)
        try:
            lazy = self._scan()
            self._schema = lazy.collect_schema()
            self._rows = int(lazy.select(pl.len()).collect().item())
            self.findings: list[Finding] = plain(pl.DataFrame(schema=self._schema))[1]
        except MilepostError:
            raise
        except (Exception, pl.exceptions.PanicException) as error:
            raise unreadable(error, self.name) from error

    def _scan(self) -> pl.LazyFrame:
        source = self._source if isinstance(self._source, Path) else io.BytesIO(self._source)
        if self._kind == "parquet":
            return pl.scan_parquet(source, glob=False, hive_partitioning=False)
        return pl.scan_ipc(source, glob=False, hive_partitioning=False)

    @property
    def columns(self) -> list[str]:
        """The names of the schema."""
        return self._schema.names()

    def blocks(self) -> Iterator[Block]:
        """Cut the file into blocks of some rows."""
        rows = max(1, min(MOST, CELLS // max(1, len(self._schema))))
        for start in range(0, max(1, self._rows), rows):
            size = self.size * min(rows, self._rows - start) // max(1, self._rows)
            yield Block(size, partial(self._parse, start, rows))

    def _parse(self, start: int, rows: int) -> Piece:
        try:
            table, _ = plain(self._scan().slice(start, rows).collect())
        except (Exception, pl.exceptions.PanicException) as error:
            raise unreadable(error, self.name) from error
        return Piece(table, np.arange(start + 1, start + 1 + table.height))


def unpacked(stream: Stream) -> bytes:
    """Return what is in a packed file that must be read from both ends; raise MilepostError if it is large."""
    with stream.open() as file:
        content = file.read(WHOLE + 1)
    if len(content) > WHOLE:
        raise MilepostError(
            f"it is larger than {WHOLE >> 20} MiB and of a kind that cannot be unpacked bit by bit",
            stream.name,
            "unpack it",
        )
    return content


def unreadable(error: BaseException, where: str) -> MilepostError:
    """Say what a library found wrong with a file."""
    detail = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return MilepostError(f"the file cannot be read: {detail}", where, "is it complete? copy or write it anew")
