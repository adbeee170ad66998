"""The second pass: typed rows are dealt out, written, counted and sampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from milepost.columns.profile import Profiles
from milepost.intake.deal import NAMES, Dealer
from milepost.intake.gather import Side
from milepost.intake.meter import Meter
from milepost.intake.pieces import PieceWriter
from milepost.intake.quarantine import Quarantine
from milepost.intake.rows import Reader, Rows
from milepost.intake.sample import Sample, enough
from milepost.types import Array, Progress

PIECE = 8192  # rows of a piece on disk, which is also what a task learns from at once
PIECE_BYTES = 16 << 20
CLASSES = 10_000  # counted of a side; with more they are none
CARVED = ("all", "train")  # sides of which others are carved


@dataclass
class Pool:
    """One side of the split as it fills."""

    writer: PieceWriter
    sample: Sample
    classes: Counter[str]
    fits: bool = True  # its classes are few enough to be counted

    def count(self, strata: pl.Series | None) -> None:
        """Count the classes of more rows."""
        if strata is not None and self.fits:
            self.classes.update(strata.drop_nulls().to_list())
            self.fits = len(self.classes) <= CLASSES


class Pour:
    """Pour rows into train, valid and test."""

    def __init__(
        self,
        given: Mapping[str, Side],
        copies: Mapping[str, Array],
        reader: Reader,
        dealer: Dealer,
        aside: Quarantine,
        out: Path,
        progress: Progress,
    ) -> None:
        self.given, self.copies, self.reader, self.dealer, self.aside = given, copies, reader, dealer, aside
        self.meter = Meter(progress, "split", sum(side.rows for side in given.values()))
        self.size = max(_row_bytes(side) for side in given.values())
        self.rows = max(1, min(PIECE, int(PIECE_BYTES / self.size)))
        self.pools, self.out, self.profiles = dict[str, Pool](), out, Profiles()
        self.dealt = {name: np.full(side.rows, -1, np.int8) for name, side in given.items() if name in CARVED}

    def train(self) -> Iterator[pl.DataFrame]:
        """Pour the data that are to be carved; yield the pieces of training rows."""
        for name in self.given:
            if name in CARVED:
                yield from self._poured(name)
                break

    def others(self) -> None:
        """Pour the sides that were given."""
        for name in self.given:
            if name not in CARVED:
                for _ in self._poured(name):
                    pass

    def _poured(self, name: str) -> Iterator[pl.DataFrame]:
        """Pour one side of the data; yield the pieces of training rows."""
        side = self.given[name]
        for rows in self.reader.rows(side, self.copies[name]):
            self.aside.add_rows(rows.part, np.asarray(side.line_N[rows.index_N]), rows.reason, rows.table)
            usable = rows.usable()
            dealt = self._dealt(name, usable)
            self.profiles.add(usable.table, dealt)
            for target, mark_N in dealt.items():
                yield from (piece for piece in self._add(target, usable.where(mark_N)) if target == "train")
            self.meter.tell(len(rows.index_N), len(rows.index_N))
        for target in self._fed_by(name):
            yield from (piece for piece in self.pools[target].writer.finish() if target == "train")

    def _fed_by(self, name: str) -> list[str]:
        """Name the sides that the rows of `name` go to."""
        return [t for t in NAMES.values() if t not in self.given or t == name] if name in CARVED else [name]

    def _dealt(self, name: str, rows: Rows) -> dict[str, Array]:
        """Mark the usable rows that go to each side, bool [N]."""
        if name not in CARVED:
            return {name: np.ones(rows.table.height, bool)}
        side_N = self.dealer.sides(rows)
        self.dealt[name][rows.index_N] = side_N
        codes = {target: code for code, target in NAMES.items()}
        return {target: side_N == codes[target] for target in self._fed_by(name)}

    def _add(self, target: str, rows: Rows) -> Iterator[pl.DataFrame]:
        if target not in self.pools:
            sample = Sample(enough(rows.table.width, self.size))
            self.pools[target] = Pool(PieceWriter(self.out / target, self.rows), sample, Counter())
        pool = self.pools[target]
        pool.count(self.reader.task.strata(rows.table))
        pool.sample.add(rows.table, rows.hash_N, rows.index_N)
        yield from pool.writer.add(rows.table)


def _row_bytes(side: Side) -> float:
    """Return the bytes of a row, from the size of the input or else the number of columns."""
    size = sum(int(part["size"]) for part in side.parts)
    return max(size / max(1, side.rows), 8.0 * len(side.columns))
