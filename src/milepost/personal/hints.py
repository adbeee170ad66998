"""What some rows show of personal data: traces are only counted here, all rows of a column decide what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.personal.joined import Joined, joined
from milepost.personal.marks import accounts, has_long_addresses, long_addresses
from milepost.personal.persons import like_people, of_homes
from milepost.personal.traces import END, SHORTEST, Runs, plain_cells, runs_of, traces
from milepost.types import Array

MAIL = r"[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}"
FILE = r"@[\p{L}\p{N}.-]*\.(?:png|jpe?g|gif|svg|webp|css|js|json)(?:$|[^\p{L}\p{N}])"  # logo@2x.png
PERSON = r"^\p{L}[\p{L}\p{M} .,'’·()-]*\p{L}[.)]?$"
HOME = r"\p{L}{2}.*\s|\s.*\p{L}{2}|\p{Han}{2}"  # no link, no place in a memory
SPREAD = ("card", "mobile")  # kinds that one number alone, often repeated, does not prove, nor numbers in sequence
STRETCH = 1 << 17  # bytes that are looked at together
RARE = 256  # bytes for each digit that stands near others, from which only the cells around them are looked at
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
    close, long = _close(letters), has_long_addresses(letters)
    if not long and RARE * len(close) < len(letters):
        if len(close):
            _look_at_digits(*_cells(letters, close, some, counts))
    else:
        if _padded(letters):
            some = some.trimmed()
            letters = some.letters()
        add = _Add(some.columns, some.starts(), counts)
        add.every(long_addresses(letters) if long else {})
        _look_at_digits(letters, add)


def _cells(letters: Array, close: Array, some: Joined, counts: Counts) -> tuple[Array, _Add]:
    """Return the cells with `close` digits alone, trimmed, and where what is found in them belongs."""
    end = np.flatnonzero(letters == END)
    cell = np.unique(np.searchsorted(end, close))
    columns = some.columns[np.searchsorted(some.starts(), end[cell - 1] + 1, "right") - 1]
    bounds = zip(end[cell - 1].tolist(), end[cell].tolist(), strict=True)
    cells = [letters[a + 1 : b].tobytes().strip(b" ") for a, b in bounds]
    sizes = np.array([len(c) + 1 for c in cells])
    text = bytes([END]).join([b"", *cells, b"", b""])
    return np.frombuffer(text, np.uint8), _Add(columns, 1 + sizes.cumsum() - sizes, counts)


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


def _close(letters: Array) -> Array:
    """Find where eight digits, or marks that are found among them, stand together; not all where they are many."""
    found, count = list[Array](), 0
    for at in range(0, len(letters), STRETCH):
        near = (letters[at : at + STRETCH + 7] - np.uint8(32)) < 26  # from the blank to the 9
        for step in (1, 2, 4):
            near = near[step:] & near[:-step]
        if near.any():
            found.append(at + np.flatnonzero(near))
            count += len(found[-1])
        if RARE * count >= len(letters):
            break
    return np.concatenate([np.empty(0, np.int64), *found])


class _Add(NamedTuple):
    """Add what was found to the counts of the columns."""

    columns: Array  # of every part of the text
    start: Array  # of each of these parts
    counts: Counts

    def numbers(self, kind: str, number: Array) -> None:
        if number.any():
            sums = self.counts.sums.setdefault(kind, np.zeros(len(self.counts.names), np.int64))
            np.add.at(sums, self.columns, number)

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
