"""Personal data, named by column, kind and count, never by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from milepost.personal.hints import WORDS, Counts, glance
from milepost.personal.kinds import judged, said
from milepost.types import Array, Finding

__all__ = ["Counts", "Personal", "glance", "in_names"]

CITED = frozenset(("mail", "mobile", "phone", "resident", "iban"))  # kinds that no column is named by


def in_names(names: Sequence[str]) -> bool:
    """Tell whether the names of columns are themselves personal data, as those of a table without a header may be."""
    personal = Personal()
    personal.add(glance(pl.DataFrame({f"c{i}": [name] for i, name in enumerate(names)})))
    return any(not CITED.isdisjoint(found) for _, found in personal.found())


class Personal:
    """Add up what blocks of rows show; name the columns that hold personal data."""

    def __init__(self) -> None:
        self._place = dict[str, int]()
        self._last: tuple[tuple[str, ...], Array] = ((), np.zeros(0, np.int64))
        self._said = np.zeros(0, np.int64)
        self._sums, self._low, self._high = dict[str, Array](), dict[str, Array](), dict[str, Array]()
        self._words = dict[int, Array]()

    def add(self, counts: Counts) -> None:
        """Take in what some rows show."""
        index = self._index(counts.names)
        width = len(self._place)
        self._said[index] += counts.said
        for held, new, join, empty in (
            (self._sums, counts.sums, np.add, 0),
            (self._low, counts.low, np.minimum, ~np.uint64(0)),
            (self._high, counts.high, np.maximum, np.uint64(0)),
        ):
            for kind, values in new.items():
                old = _wide(held.get(kind, values[:0]), width, empty)
                old[index] = join(old[index], values)
                held[kind] = old
        for c, words in counts.words.items():
            at = int(index[c])
            self._words[at] = np.unique(np.concatenate([self._words.get(at, words), words]))[:WORDS]

    def _index(self, names: tuple[str, ...]) -> Array:
        """Return the places of columns; new ones are appended."""
        if names != self._last[0]:
            for name in names:
                self._place.setdefault(name, len(self._place))
            self._said = _wide(self._said, len(self._place), 0)
            self._last = names, np.array([self._place[n] for n in names], np.int64)
        return self._last[1]

    def columns(self) -> frozenset[str]:
        """Return the columns that hold personal data."""
        return frozenset(name for name, found in self.found() if found)

    def findings(self) -> list[Finding]:
        """Report, for every column and kind, how many there are."""
        return [said(name, kind, n) for name, found in self.found() for kind, n in found.items()]

    def found(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield the columns with traces, and how many of every kind are what they seem."""
        width = len(self._place)
        sums = {kind: _wide(values, width, 0) for kind, values in self._sums.items()}
        some = np.any([np.zeros(width, bool), *(values > 0 for values in sums.values())], 0)
        names = list(self._place)
        for c in np.flatnonzero(some).tolist():
            seen = {kind: int(values[c]) for kind, values in sums.items() if values[c]}
            spread = {k: int(self._high[k][c]) - int(low[c]) for k, low in self._low.items() if c < len(low)}
            yield names[c], judged(names[c], names, int(self._said[c]), seen, spread, len(self._words.get(c, ())))


def _wide(values: Array, width: int, empty: Any) -> Array:
    """Append columns of which nothing is known yet."""
    return np.concatenate([values, np.full(width - len(values), empty, values.dtype)])
