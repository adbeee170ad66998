"""Rows that teach nothing or cannot be read: kept aside with their file, line and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import polars as pl

from milepost.sources.base import Bad
from milepost.types import Array

FEW = 5  # rows of every reason that are named
COLUMNS = ("file", "line", "reason", "row")


class Aside(NamedTuple):
    """One row that was set aside."""

    file: str
    line: int


class Quarantine:
    """Write quarantine.csv: file, line, reason and the row, as it stood or as JSON."""

    def __init__(self, path: Path) -> None:
        self.path, self.counts, self.first = path, Counter[str](), dict[str, list[Aside]]()

    def __enter__(self) -> Self:
        self.file = self.path.open("wb")
        pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String)).write_csv(self.file)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.file.close()

    def add_bad(self, file: str, bad: Sequence[Bad]) -> None:
        """Take in rows that cannot be read."""
        if bad:
            lines, reasons, raw = ([b[i] for b in bad] for i in range(3))
            self._add(file, pl.Series(lines), pl.Series(reasons), pl.Series([str(r) for r in raw]))

    def add_rows(self, file: str, lines_N: Array, reason: pl.Series, table: pl.DataFrame) -> None:
        """Take in the rows of `table` that have a reason."""
        aside = reason.is_not_null()
        if aside.any():
            rows = table.filter(aside).select(pl.struct(pl.all().cast(pl.String)).struct.json_encode())
            self._add(file, pl.Series(lines_N[aside.to_numpy()]), reason.filter(aside), rows.to_series())

    def _add(self, file: str, lines: pl.Series, reasons: pl.Series, rows: pl.Series) -> None:
        cells = (pl.repeat(file, len(lines), eager=True), lines.cast(pl.String), reasons, rows)
        table = pl.DataFrame([c.alias(name) for name, c in zip(COLUMNS, cells, strict=True)])
        table.write_csv(self.file, include_header=False)
        self.counts.update(reasons.to_list())
        for reason, line in zip(reasons.to_list(), lines.to_list(), strict=True):
            first = self.first.setdefault(reason, [])
            if len(first) < FEW:
                first.append(Aside(file, int(line)))
