"""What every column holds, gathered in one pass over the typed rows: for the data page, never for a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from milepost.columns.portrait import date, lengths, number, values
from milepost.columns.sketch import SEED, Distinct, RowSample, Stretches, Sums
from milepost.columns.variety import mixed
from milepost.types import Array

EXACT = 2_000  # different values of a column that are counted exactly, others to 2 %
VALUES = 10_000  # different values that are counted one by one
SAMPLE = 10_000  # rows of a side whose figures are kept for quantiles and histograms
STRETCHES = 64  # of a side, in the missing map
VALUE_LETTERS = 1 << 20  # of the values of a column that are counted; texts have more
CELLS = 2_000_000  # kept of all columns together: what is kept of one shrinks in a very wide table
DRAWN = 2_000  # columns that are described by more than counts: nobody looks at more
FEWEST = 50  # rows or values that are kept however wide it is


class Profiles:
    """Take in typed pieces of every side; describe their columns. No cut of the rows changes what is said."""

    def __init__(self) -> None:
        self._sides = dict[str, _Side]()
        self._distinct = dict[str, Distinct]()

    def add(self, table: pl.DataFrame, sides: Mapping[str, Array]) -> None:
        """Take in rows of some sides, each marked in bool [N]: numbers, dates, and anything else as text."""
        texts = table.select(pl.col(n).cast(pl.String) for n, t in table.schema.items() if _kind(t) == "category")
        figures_NC = _figures(table, texts)
        for side, mark_N in sides.items():
            if side not in self._sides:
                self._sides[side] = _Side(table.schema)
            held = texts.filter(pl.Series(mark_N)) if texts.width else texts  # polars counts no rows without columns
            self._sides[side].add(figures_NC[mark_N], held)
        hashes = dict(zip(texts.columns, texts.select(pl.all().hash(SEED)).iter_columns(), strict=True))
        for c, name in enumerate(table.columns):
            if name not in self._distinct:
                self._distinct[name] = Distinct(_room(table.width, EXACT))
            said = ~np.isnan(figures_NC[:, c])
            found = hashes[name].to_numpy() if name in hashes else mixed(figures_NC[:, c])
            self._distinct[name].add(found if said.all() else found[said])

    def as_json(self, types: Mapping[str, str], personal: frozenset[str]) -> dict[str, Any]:
        """Return {"columns", "missing_map"} of data_report.json; of a personal column no cell is quoted."""
        samples = {side: found.sample.rows() for side, found in self._sides.items()}
        columns = {name: self._counts(name, types) for name in self._distinct}
        for place, (name, profile) in enumerate(columns.items()):
            if name in personal:
                profile["personal"] = True
            elif place < DRAWN and self._seen(name):
                profile |= self._portrait(name, profile["type"], samples)
        return {"columns": columns, "missing_map": self._missing_map(columns)}

    def _having(self, name: str) -> dict[str, _Side]:
        """Return the sides that have a column."""
        return {side: found for side, found in self._sides.items() if name in found.at}

    def _seen(self, name: str) -> bool:
        return any(found.finite(name) for found in self._having(name).values())

    def _counts(self, name: str, types: Mapping[str, str]) -> dict[str, Any]:
        """Return what is counted of any column."""
        sides, distinct = self._having(name), self._distinct[name]
        rows = sum(found.missing.total for found in sides.values())
        missing = {side: int(found.missing.counts[:, found.at[name]].sum()) for side, found in sides.items()}
        kind = next(iter(sides.values())).kinds[name]
        out: dict[str, Any] = {"type": types.get(name, kind), "missing": sum(missing.values())}
        out["missing_share"] = round(out["missing"] / rows, 6) if rows else 0.0
        out |= {"missing_by_side": missing} if out["missing"] else {}
        out["distinct"] = distinct.count()
        return out if distinct.exact else out | {"distinct_about": True}

    def _portrait(self, name: str, kind: str, samples: Mapping[str, Array]) -> dict[str, Any]:
        """Return what is said of the cells of a column, by what they are."""
        sides = self._having(name)
        cells = {side: samples[side][:, found.at[name]] for side, found in sides.items()}
        weights = {side: found.missing.total / max(1, len(cells[side])) for side, found in sides.items()}
        low = min(found.low[found.at[name]] for found in sides.values())
        high = max(found.high[found.at[name]] for found in sides.values())
        form = next(iter(sides.values())).kinds[name]
        if form == "number":
            return number(cells, weights, low, high, self._mean(name))
        if form == "date":
            return date(cells, low, high)
        counted = {side: found.values.get(name) for side, found in sides.items()}
        if kind not in ("text", "id") and all(c is not None for c in counted.values()):
            return values({side: c or Counter() for side, c in counted.items()})
        return {"length": lengths(cells, weights, low, high)}

    def _mean(self, name: str) -> float:
        """Return the mean over all sides, correctly rounded."""
        sums = Sums([0])
        for found in self._having(name).values():
            at = found.numbers.index(found.at[name])
            sums.sums[0] += found.sums.sums[at]
            sums.counts[0] += found.sums.counts[at]
        return sums.means()[0]

    def _missing_map(self, columns: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the share of missing cells of every stretch of rows, for the columns that miss any."""
        sides = {s: {"rows": f.missing.total, "step": f.missing.step} for s, f in self._sides.items()}
        shares = {side: found.missing.shares() for side, found in self._sides.items()}
        gaps = {
            name: {
                side: np.round(shares[side][:, found.at[name]], 3).tolist()
                for side, found in self._having(name).items()
            }
            for name, profile in columns.items()
            if profile["missing"]
        }
        return {"sides": sides, "shares": gaps}


class _Side:
    """What is kept of one side."""

    def __init__(self, schema: pl.Schema) -> None:
        width = len(schema)
        self.at = {name: i for i, name in enumerate(schema)}
        self.kinds = {name: _kind(dtype) for name, dtype in schema.items()}
        self.numbers = [i for i, kind in enumerate(self.kinds.values()) if kind == "number"]
        self.sample, self.sums = RowSample(width, _room(width, SAMPLE)), Sums(self.numbers)
        self.missing = Stretches(width, STRETCHES)
        self.low, self.high = np.full(width, np.inf), np.full(width, -np.inf)
        self.most = _room(width, VALUES)
        self.values = {name: Counter[str]() for name, kind in self.kinds.items() if kind == "category"}

    def add(self, figures_NC: Array, texts: pl.DataFrame) -> None:
        """Take in the next rows, and the texts among their columns."""
        self.missing.add(np.isnan(figures_NC))
        self.sample.add(figures_NC)
        self.sums.add(figures_NC)
        self.low = np.fmin(self.low, np.fmin.reduce(figures_NC, 0, initial=np.inf))
        self.high = np.fmax(self.high, np.fmax.reduce(figures_NC, 0, initial=-np.inf))
        for name, counts in list(self.values.items()):
            found = texts[name].value_counts()
            for value, n in zip(found[name].to_list(), found["count"].to_list(), strict=True):
                if value is not None:
                    counts[value] += n
            if len(counts) > self.most or sum(map(len, counts)) > VALUE_LETTERS:
                del self.values[name]

    def finite(self, name: str) -> bool:
        """Tell whether a column has any figure."""
        return bool(self.low[self.at[name]] <= self.high[self.at[name]])


def _room(width: int, most: int) -> int:
    """Return how much is kept of each of `width` columns."""
    return max(FEWEST, min(most, CELLS // max(1, width)))


def _kind(dtype: pl.DataType) -> str:
    if dtype.is_numeric():
        return "number"
    return "date" if dtype in (pl.Date, pl.Datetime) else "category"


def _figures(table: pl.DataFrame, texts: pl.DataFrame) -> Array:
    """Return cells as float64 [N, C]: numbers, microseconds since 1970, letters of a text; nan where one is missing."""
    figures_NC = np.empty((table.height, table.width), order="F")
    lengths = dict(zip(texts.columns, texts.select(pl.all().str.len_chars()).iter_columns(), strict=True))
    for c, column in enumerate(table.iter_columns()):
        if _kind(column.dtype) == "date":
            column = column.cast(pl.Datetime("us")).cast(pl.Int64)
        figures_NC[:, c] = lengths.get(column.name, column).cast(pl.Float64).to_numpy()
    figures_NC[np.isinf(figures_NC)] = np.nan
    return figures_NC
