"""Personal data, named by column, kind and count, never by value.

A look at rows only adds up what may be traces of them; all rows of a column together decide what they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from milepost.findings.joined import Joined, joined
from milepost.findings.kinds import judged, said
from milepost.findings.marks import accounts, has_long_addresses, long_addresses
from milepost.findings.persons import like_people, of_homes
from milepost.findings.traces import END, SHORTEST, Runs, plain_cells, runs_of, traces
from milepost.types import Array, Finding

MAIL = r"[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}"
FILE = r"@[\p{L}\p{N}.-]*\.(?:png|jpe?g|gif|svg|webp|css|js|json)(?:$|[^\p{L}\p{N}])"  # logo@2x.png
PERSON = r"^\p{L}[\p{L}\p{M} .,'’·()-]*\p{L}[.)]?$"
HOME = r"\p{L}{2}.*\s|\s.*\p{L}{2}|\p{Han}{2}"  # no link, no place in a memory
SPREAD = ("card", "mobile")  # kinds that one number alone, often repeated, does not prove, nor numbers in sequence
STRETCH = 1 << 17  # bytes that are looked at together
CITED = frozenset(("mail", "mobile", "phone", "resident", "iban"))  # kinds that no column is named by
WORDS = 64  # hashes that are kept of a column that is named like people


class Counts(NamedTuple):
    """What some rows show: sums and bounds of numbers of every column [C], words of columns named like people."""

    names: tuple[str, ...]
    said: Array
    sums: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    words: dict[int, Array]


def glance(table: pl.DataFrame) -> Counts:
    """Count what may be personal data in some rows; pure, so that threads may share the work."""
    counts = Counts(tuple(table.columns), np.zeros(table.width, np.int64), {}, {}, {}, {})
    if table.height and table.width:
        for some in joined(table, counts.said):
            _look(some, counts)
        for c in like_people(counts.names):
            if table.dtypes[c] == pl.String:
                _look_at_words(table.to_series(c), c, counts)
    return counts


def _look(some: Joined, counts: Counts) -> None:
    """Look for every kind of trace in the cells of some columns at once."""
    letters = some.letters()
    if (letters == ord("@")).any():
        _Add(some.columns, some.first, counts).numbers("mail", np.add.reduceat(_mails(some.text), some.first))
    digits, long = _close(letters), has_long_addresses(letters)
    if (digits or long) and _padded(letters):
        some = some.trimmed()
        letters = some.letters()
    if digits or long:
        add = _Add(some.columns, some.starts(), counts)
        add.every(long_addresses(letters) if long else {})
        _look_at_digits(letters, add)


def _look_at_digits(letters: Array, add: _Add) -> None:
    runs = runs_of(letters)
    found = traces(runs)
    add.every({kind: runs.start[run] for kind, run in found.items()})
    for kind in SPREAD:
        add.bounds(kind, runs, found.get(kind, np.empty(0, np.int64)))
    add.every(plain_cells(runs) | accounts(letters))


def _mails(text: pl.Series) -> Array:
    """Count the e-mail addresses of every cell, int64 [N]."""
    cell = pl.col("w").str
    mails = cell.count_matches(MAIL).cast(pl.Int64) - cell.count_matches(FILE).cast(pl.Int64)
    long = pl.when(cell.len_bytes() >= SHORTEST).then(mails.clip(0)).otherwise(0).fill_null(0)
    return text.to_frame("w").select(long).to_series().to_numpy()


def _padded(letters: Array) -> bool:
    """Tell whether a cell begins or ends with a blank."""
    end = np.flatnonzero(letters == END)[:-1]
    return bool(((letters[end + 1] == ord(" ")) | (letters[end - 1] == ord(" "))).any())


def _close(letters: Array) -> bool:
    """Tell whether eight digits, or marks that are found among them, stand together anywhere."""
    for at in range(0, len(letters), STRETCH):
        near = (letters[at : at + STRETCH + 7] - np.uint8(32)) < 26  # from the blank to the 9
        for step in (1, 2, 4):
            near = near[step:] & near[:-step]
        if near.any():
            return True
    return False


class _Add(NamedTuple):
    """Add what was found to the counts of the columns."""

    columns: Array
    start: Array  # of each of these columns in the text
    counts: Counts

    def numbers(self, kind: str, number: Array) -> None:
        if number.any():
            sums = self.counts.sums.setdefault(kind, np.zeros(len(self.counts.names), np.int64))
            sums[self.columns] += number

    def places(self, kind: str, place: Array) -> None:
        column = np.searchsorted(self.start, place, "right") - 1
        self.numbers(kind, np.bincount(column, minlength=len(self.columns)))

    def every(self, found: Mapping[str, Array]) -> None:
        for kind, place in found.items():
            self.places(kind, place)

    def bounds(self, kind: str, runs: Runs, run: Array) -> None:
        """Keep the least and the greatest of numbers with 19 digits at most."""
        if not len(run):
            return
        digit_NK, number = runs.digits(run, 19), np.zeros(len(run), np.uint64)
        for k in range(19):
            number = np.where(runs.size[run] > k, number * np.uint64(10) + digit_NK[:, k], number)
        column = self.columns[np.searchsorted(self.start, runs.start[run], "right") - 1]
        width = len(self.counts.names)
        low = self.counts.low.setdefault(kind, np.full(width, ~np.uint64(0)))
        high = self.counts.high.setdefault(kind, np.zeros(width, np.uint64))
        np.minimum.at(low, column, number)
        np.maximum.at(high, column, number)


def _look_at_words(column: pl.Series, c: int, counts: Counts) -> None:
    """Count the cells that suit a column which is named like people, and keep the least of their hashes."""
    words = column.filter(column.str.contains(HOME if of_homes(column.name) else PERSON).fill_null(False))
    if len(words):
        sums = counts.sums.setdefault("words", np.zeros(len(counts.names), np.int64))
        sums[c] = len(words)
        counts.words[c] = np.unique(words.hash().to_numpy())[:WORDS]


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
