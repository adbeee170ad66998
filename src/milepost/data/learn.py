"""One pass over typed training rows: the quantiles and categories of every column. The cut does not matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from milepost.data.numbers import Numbers, shuffled
from milepost.data.table import ColumnFacts, TableFacts, floats
from milepost.types import Array, Finding

EPOCH = date(1970, 1, 1)
MANY = 20_000  # different texts after which a column is no category
CATEGORIES = 1_000  # kept of a column, the commonest
FEW = 10  # categories up to which one that is there once is kept, too


def learn(
    batches: Iterable[pl.DataFrame], leave: Sequence[str] = (), only: Sequence[str] = ()
) -> tuple[TableFacts, list[Finding]]:
    """Learn every column but `leave` (or `only` those) of typed rows; return the facts and what was noticed."""
    seen, row = dict[str, _Numbers | _Categories](), 0
    for table in batches:
        order_N, here = shuffled(np.arange(row, row + table.height)), set(table.columns) - set(leave)
        for name in only or table.columns:
            if name in here:
                column = table[name]
                if name not in seen:
                    seen[name] = _Categories(name) if column.dtype == pl.String else _Numbers(name, column.dtype)
                seen[name].add(column, order_N)
        row += table.height
    facts, findings = list[ColumnFacts](), list[Finding]()
    for name, found in seen.items():
        if found.always(row):
            what = f"`{name}` is always the same in the training rows; it is left out"
            findings.append(Finding("constant_column", f"column {name}", what))
        elif (learned := found.facts(row)) is None:
            what = f"`{name}` has more than {MANY:,} different texts, like a name or an ID; it is left out"
            findings.append(Finding("id_like", f"column {name}", what, severity="warning"))
        else:
            facts.append(learned)
    return TableFacts(columns=facts), findings


class _Numbers:
    """What has been seen of a column of numbers or dates."""

    def __init__(self, name: str, dtype: pl.DataType) -> None:
        self.name, self.date, self.seen = name, dtype.is_temporal(), Numbers()

    def add(self, column: pl.Series, order_N: Array) -> None:
        """Take in the next rows, with their shuffled numbers."""
        self.seen.add(floats(column), order_N)

    def always(self, rows: int) -> bool:
        """Tell whether nothing varies; that a cell is missing may still tell something."""
        return not self.seen.count or (self.seen.low == self.seen.high and self.seen.count == rows)

    def facts(self, rows: int) -> ColumnFacts:
        """Return what the column is."""
        middle = self.seen.median()
        return ColumnFacts(
            name=self.name,
            type="date" if self.date else "number",
            origin=self.seen.origin(),
            knots=self.seen.knots(),
            missing=rows - self.seen.count,
            example=(EPOCH + timedelta(days=int(middle))).isoformat() if self.date else middle,
        )


class _Categories:
    """What has been seen of a column of words."""

    def __init__(self, name: str) -> None:
        self.name, self.missing = name, 0
        self.texts: Counter[str] | None = Counter()  # None: too many

    def add(self, column: pl.Series, order_N: Array) -> None:
        """Take in the next rows."""
        self.missing += column.null_count()
        if self.texts is not None:
            counts = column.drop_nulls().value_counts()
            self.texts.update(dict(zip(*(counts[c].to_list() for c in counts.columns), strict=True)))
            self.texts = self.texts if len(self.texts) <= MANY else None

    def always(self, rows: int) -> bool:
        """Tell whether nothing varies."""
        return self.texts is not None and (not self.texts or (len(self.texts) == 1 and not self.missing))

    def facts(self, rows: int) -> ColumnFacts | None:
        """Return what the column is; None where it has too many texts to be a category."""
        if self.texts is None:
            return None
        ranked = sorted(self.texts.items(), key=lambda c: (-c[1], c[0]))
        kept: list[str | None] = [t for t, n in ranked[:CATEGORIES] if n > 1 or len(ranked) <= FEW]
        kept += [None] if self.missing else []
        return ColumnFacts(name=self.name, type="category", categories=kept, missing=self.missing, example=ranked[0][0])
