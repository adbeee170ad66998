"""One pass over all rows decides what every column is; the cut of the rows changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from milepost.columns.glance import HIGHS, LOWS, SUMS, Glance, glance
from milepost.columns.judge import MANY, Seen, found, judged
from milepost.columns.remarks import remarks
from milepost.columns.schema import ColumnRule, ColumnWish, Type
from milepost.columns.variety import Sketch, joined, kept_of
from milepost.columns.words import PROSE, ROWS, Words, strays_among
from milepost.errors import MilepostError, did_you_mean, raise_all
from milepost.types import Array, Finding

__all__ = ["Glance", "Scan", "glance"]

WORDS, FEWEST = 500_000, 64  # remembered of all columns together, and of any
STRAYS = 20  # different words that are remembered where they are no numbers
WAITING = 16  # sketches that are joined at once


class Scan:
    """All that was seen so far, in memory that does not grow with the rows."""

    def __init__(self) -> None:
        self.rows, self.place = 0, dict[str, int]()
        self.tally = {n: np.zeros(0, np.float64) for n in (*SUMS, *LOWS, *HIGHS)}
        self.sketches = dict[int, list[Sketch]]()
        self.words, self.gaps = dict[int, _Words](), dict[int, list[int]]()

    def add(self, glance: Glance, first_row: int | None = None) -> None:
        """Take in the next rows, or those from `first_row` on, counted from 1."""
        start = self.rows if first_row is None else first_row - 1
        index = self._index(glance.names)
        for name, values in glance.tally.items():
            join = np.minimum if name in LOWS else np.maximum if name in HIGHS else np.add
            self.tally[name][index] = join(self.tally[name][index], values)
        kept, many = kept_of(len(self.place)), max(FEWEST, min(MANY, WORDS // max(1, len(self.place))))
        for c, sketch in glance.sketches.items():
            _gather(self.sketches.setdefault(int(index[c]), []), sketch, kept)
        for c, words in glance.words.items():
            self.words.setdefault(int(index[c]), _Words()).add(words, start, kept, many)
        for c, rows in glance.gaps.items():
            self.gaps[index[c]] = _first(self.gaps.get(index[c], []), rows, start)
        self.rows += glance.rows

    def _index(self, names: Sequence[str]) -> Array:
        """Return the places of columns; new ones are appended."""
        new = [n for n in names if n not in self.place]
        self.place |= {n: i for i, n in enumerate(new, len(self.place))}
        for name, values in self.tally.items():
            empty = np.inf if name in LOWS else -np.inf if name in HIGHS else 0.0
            self.tally[name] = np.concatenate([values, np.full(len(new), empty)]) if new else values
        return np.array([self.place[n] for n in names], np.int64)

    def rules(
        self,
        wishes: Mapping[str, ColumnWish],
        wanted: Mapping[str, Type],
        named: Collection[str] = (),
        personal: Collection[str] = (),
    ) -> tuple[tuple[ColumnRule, ...], list[Finding]]:
        """Decide what every column is and say what was noticed; wishes go before what a task wants.

        Columns that it has `named` are read whatever they seem to be; of `personal` ones no cell is quoted.
        Raises MilepostErrors at `columns.NAME` for wishes of columns that are not there.
        """
        absent = [n for n in wishes if n not in self.place]
        what = "there is no such column"
        raise_all([MilepostError(what, f"columns.{n}", did_you_mean(n, self.place)) for n in absent])
        rules, findings = list[ColumnRule](), list[Finding]()
        for name in self.place:
            wish = wishes.get(name, ColumnWish())
            seen = _without(self.seen(name), wish)
            kind = wish.type or wanted.get(name) or found(seen, name in named)
            rule = _wished(judged(seen, kind), wish)
            if name in personal:
                seen, rule = replace(seen, words=None, strays=None), rule.model_copy(update={"personal": True})
            rules.append(rule)
            findings += remarks(seen, rule, wish, asked=wish.type is not None or name in wanted)
        return tuple(rules), findings

    def seen(self, name: str) -> Seen:
        """Return all that was seen of one column."""
        c, kept = self.place[name], kept_of(len(self.place))
        seen = Seen(name, self.rows, {n: v[c].item() for n, v in self.tally.items()}, kept=kept)
        seen.sketch = joined(self.sketches[c], kept) if c in self.sketches else None
        if c in self.words:
            self.words[c].tell(seen)
        seen.gap_rows = tuple(_first(self.gaps.get(c, []), seen.gap_rows, 0))
        return seen


class _Words:
    """The words of a column, gathered."""

    def __init__(self) -> None:
        self.counts: dict[str, int] | None = {}
        self.kinds, self.silent = Counter[str](), Counter[str]()
        self.strays: dict[str, int] | None = {}
        self.rows: dict[str, list[int]] = {"stray": [], "vague": [], "absent": [], "gap": []}
        self.long, self.prose = 0, dict[int, str]()
        self.sketches = list[Sketch]()

    def add(self, words: Words, start: int, kept: int, many: int) -> None:
        """Take in the words of rows `start`... (from 0 on)."""
        self.kinds.update(words.kinds)
        self.silent.update(words.silent)
        everything = np.ones(len(words.words), bool)
        self.counts = _summed(self.counts, words, everything, many)
        self.strays = None if words.long else _summed(self.strays, words, words.stray, STRAYS)
        found = words.rows, words.vague_rows, words.absent_rows, words.gap_rows
        for kind, rows in zip(self.rows, found, strict=True):
            self.rows[kind] = _first(self.rows[kind], rows, start)
        self.long += words.long
        texts = self.prose | words.prose
        self.prose = {h: texts[h] for h in sorted(texts)[: max(1, kept // PROSE)]}
        _gather(self.sketches, words.sketch, kept)

    def tell(self, seen: Seen) -> None:
        """Hand on what was gathered."""
        seen.words, seen.kinds, seen.silent = self.counts, self.kinds, self.silent
        seen.strays = self.strays
        seen.stray_rows, seen.vague_rows, seen.absent_rows, seen.gap_rows = map(tuple, self.rows.values())
        seen.long, seen.prose = self.long, tuple(self.prose.values())
        seen.word_sketch = joined(self.sketches, seen.kept)


def _first(rows: list[int], more: Iterable[int], start: int) -> list[int]:
    """Return the first row numbers among some and those counted from `start`."""
    return sorted({*rows, *(start + r for r in more)})[:ROWS]


def _gather(sketches: list[Sketch], new: Sketch, kept: int) -> None:
    sketches.append(new)
    if len(sketches) > WAITING:
        sketches[:] = [joined(sketches, kept)]


def _summed(old: dict[str, int] | None, words: Words, mark: Array, most: int) -> dict[str, int] | None:
    """Add counts of marked words up; None once there are too many words."""
    if old is None or mark.sum() > most:
        return None
    some = words.words if mark.all() else words.words.filter(pl.Series(mark))
    for word, n in zip(some.to_list(), words.counts[mark].tolist(), strict=True):
        old[word] = old.get(word, 0) + n
    return old if len(old) <= most else None


def _without(seen: Seen, wish: ColumnWish) -> Seen:
    """Return what was seen but for the words that the owner calls missing."""
    if not wish.missing:
        return seen
    told = {w.lower() for w in wish.missing}
    known = [w for w in {**(seen.words or {}), **(seen.strays or {})} if w.lower() in told]
    counts = (seen.words or {}) | (seen.strays or {})
    gone = {w: counts[w] for w in strays_among(known)}
    if not gone:
        return seen
    total = sum(gone.values())
    rows = _first([*seen.gap_rows], seen.stray_rows, 0) if total == seen.of("stray") else seen.gap_rows
    return replace(
        seen,
        kinds={**seen.kinds, "stray": seen.of("stray") - total, "clear": seen.of("clear") + total},
        words=None if seen.words is None else {w: n for w, n in seen.words.items() if w not in gone},
        strays=None if seen.strays is None else {w: n for w, n in seen.strays.items() if w not in gone},
        silent=_summed_lower(seen.silent, gone),
        gap_rows=tuple(rows),
        stray_rows=(),  # of all strays together: which are left is not known
    )


def _summed_lower(silent: Mapping[str, int], gone: Mapping[str, int]) -> Counter[str]:
    """Add words to those that say nothing, in lower case."""
    out = Counter(dict(silent))
    for word, n in gone.items():
        out[word.lower()] += n
    return out


def _wished(rule: ColumnRule, wish: ColumnWish) -> ColumnRule:
    """Let the owner's words go before what was found."""
    changes = {
        "missing": tuple(sorted({*rule.missing, *(w.lower() for w in wish.missing)})),
        "format": wish.format or rule.format,
        "decimal": wish.decimal or rule.decimal,
        "order": wish.order or rule.order,
        "compact": rule.compact or (wish.type == "date"),
    }
    return rule.model_copy(update=changes)
