"""Everything that is found in data once they lie typed and split: by rows, by columns, by what they promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from milepost.data.split import DISTINCT, TEST_SIDE, TRAIN_SIDE, VALID_SIDE
from milepost.findings.base import Look
from milepost.findings.classes import notice_classes
from milepost.findings.disguised import notice_disguised
from milepost.findings.labels import notice_conflicts, notice_label_errors
from milepost.findings.leaks import notice_leaks
from milepost.findings.near import notice_near
from milepost.findings.outliers import notice_outliers
from milepost.findings.proof import notice_proof
from milepost.findings.rows import notice_columns, notice_copies, notice_few_distinct, notice_overlap, worded_alike
from milepost.findings.shift import notice_shift
from milepost.findings.text import notice_texts
from milepost.intake.gather import Side
from milepost.intake.pour import Pour
from milepost.intake.repeats import among
from milepost.personal.data import Personal
from milepost.tasks.base import Task
from milepost.types import Array, Finding

UNREAD = ("id", "constant", "empty")  # columns of these types tell nothing of other rows


@dataclass(frozen=True)
class Seen:
    """What the passes over the data leave to be noticed."""

    given: Mapping[str, Side]
    copies: Mapping[str, Array]  # of every given side: how many equal rows stand before each
    pour: Pour
    task: Task[Any]  # fitted
    owner: Personal
    time: str | None

    def look(self) -> Look:
        """Gather the samples of every side, with row numbers as the owner counts them."""
        tables, rows = {}, {}
        for name, pool in self.pour.pools.items():
            tables[name], index_N = pool.sample.rows()
            rows[name] = np.array(self._origin(name).numbers(index_N), np.int64)
        types = {rule.name: rule.type for rule in self.task.columns}
        targets, read = self.task.targets, self.task.reads
        others = [c for c in tables["train"].columns if c not in (*targets, *read.get("sensitive", ()))]
        texts = tuple(c for c in read.get("text", ()) if types.get(c) == "text")
        features = (*texts, *read.get("features", ())) or others
        strata = self.task.strata(tables["train"])
        return Look(
            sides=tables,
            rows=rows,
            totals={name: pool.writer.total for name, pool in self.pour.pools.items()},
            types=types,
            targets=targets,
            features=tuple(c for c in features if types.get(c) not in UNREAD),
            texts=texts,
            classes=targets[0] if strata is not None else None,
            time=self.time,
            personal=self.owner.columns(),
        )

    def _origin(self, name: str) -> Side:
        """Return the given side that the rows of a side of the split are from."""
        return self.given.get(name) or self.given.get("all") or self.given["train"]

    def classes(self) -> dict[str, dict[str, int]]:
        """Return how many rows of each class every side has; nothing where there are none."""
        pools = self.pour.pools
        if not all(p.fits and p.classes for p in pools.values()):
            return {}
        return {name: dict(p.classes.most_common()) for name, p in pools.items()}


def noticed(seen: Seen) -> list[Finding]:
    """Return what is noticed of the rows, the columns and the truth."""
    look, classes = seen.look(), seen.classes()
    out = [*_rows(seen, look), *notice_columns({n: s.columns for n, s in seen.given.items()}), *seen.owner.findings()]
    if classes:
        out += notice_classes(look, classes)
    for notice in (
        notice_leaks,
        notice_conflicts,
        notice_label_errors,
        notice_disguised,
        notice_outliers,
        notice_shift,
    ):
        out += notice(look)
    out += notice_texts(look)
    return [*out, *notice_near(look), *notice_proof(look.totals["test"], classes.get("test", {}))]


def _rows(seen: Seen, look: Look) -> Iterator[Finding]:
    """Report rows that repeat themselves, on one side or on two."""
    count, first = 0, list[int]()
    for name, side in seen.given.items():
        again = np.flatnonzero(seen.copies[name])
        count, first = count + len(again), first or side.numbers(again[:5])
    dropped = seen.pour.reader.drop_copies
    yield from () if dropped else notice_copies(count, first)
    for name in seen.pour.dealt:
        side, distinct = seen.given[name], int((seen.copies[name] == 0).sum())
        if distinct < DISTINCT * side.rows and not dropped and len(seen.pour._fed_by(name)) > 1:
            yield from notice_few_distinct()
        for target in ("valid", "test"):
            if target in seen.given or count:
                rows = _again(seen, look, name, target)
                yield from notice_overlap(target, target in seen.given, len(rows), rows)


def _again(seen: Seen, look: Look, name: str, target: str) -> list[int]:
    """Return the numbers of the rows of `target` that are also in train, carved of the data `name`."""
    side, side_N = seen.given[name], seen.pour.dealt[name]
    if target in seen.given:  # whether the other was dealt to train or to valid: both had a part in the model
        there = seen.given[target]
        rows = there.numbers(among(there.hash_N, side.hash_N))
        return sorted({*rows, *worded_alike(look, target).tolist()})
    index = np.flatnonzero(side_N == (VALID_SIDE if target == "valid" else TEST_SIDE))
    return side.numbers(index[among(side.hash_N[index], side.hash_N[side_N == TRAIN_SIDE])])


def numbered(findings: Sequence[Finding], side: Side) -> list[Finding]:
    """Return findings of a scan, which counts readable rows, with row numbers that count all."""
    return [replace(f, rows=tuple(side.numbers(np.array(f.rows) - 1))) if f.rows else f for f in findings]
