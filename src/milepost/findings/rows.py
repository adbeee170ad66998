"""What the owner of data should know about whole rows: set aside, repeated, on two sides at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from milepost.findings.base import Look
from milepost.types import Array, Finding

FEW = 5  # rows that are named


def notice_aside(
    dropped: Mapping[str, int], quarantined: Mapping[str, int], lines: Mapping[str, Sequence[int]]
) -> list[Finding]:
    """Report rows that were dropped, or could not be read, by reason; `lines` has the first few of each."""
    out = list[Finding]()
    for reason, n in dropped.items():
        what = f"{n:,} rows were set aside: {reason.replace('_', ' ')}"
        out.append(Finding(reason, "data", what, "see quarantine.csv", "warning", n, tuple(lines[reason])))
    for reason, n in quarantined.items():
        what = f"{n:,} rows cannot be read: {reason.replace('_', ' ')}"
        out.append(
            Finding(reason, "data", what, "mend the lines in quarantine.csv", "warning", n, tuple(lines[reason]))
        )
    return out


def notice_copies(count: int, rows: Sequence[int]) -> list[Finding]:
    """Report rows that are exact copies of earlier ones."""
    if not count:
        return []
    what = f"{count:,} rows are exact copies of others"
    fix = "`data: {duplicates: drop}` keeps one of each"
    return [Finding("duplicate_rows", "data", what, fix, "info", count, tuple(rows[:FEW]))]


def notice_few_distinct() -> list[Finding]:
    """Report that rows repeat themselves so much that copies stand on both sides of the split."""
    what = "few rows differ, so copies stand on both sides of the split: scores flatter, intervals are too narrow"
    return [Finding("few_distinct_rows", "data", what, "add columns that tell rows apart", "warning")]


def notice_overlap(side: str, given: bool, count: int, rows: Sequence[int]) -> list[Finding]:
    """Report rows of valid or test that are in train too."""
    if not count:
        return []
    if given:
        what, fix = (
            f"{count:,} rows of the given {side} are also in train; scores on them flatter",
            "remove them from one side",
        )
    else:
        what = f"{count:,} rows of {side} have copies in train, since the data repeat themselves"
        fix = "`data: {duplicates: drop}` keeps one of each"
    return [Finding("train_test_overlap", side, what, fix, "warning", count, tuple(rows[:FEW]))]


def worded_alike(look: Look, side: str) -> Array:
    """Return the row numbers of `side` that have a text in the very words of a row of train or valid, int64.

    Case, blanks and punctuation aside; the label may be another one.
    """
    here, found = look.sides[side], np.zeros(look.sides[side].height, bool)
    texts = [c for c in here.columns if look.types.get(c) == "text" and c not in look.targets]
    for name in texts:
        others = [t[name] for s, t in look.sides.items() if s != side and name in t.columns]
        if others:
            words, known = _words(here[name]), pl.concat([_words(o) for o in others])
            found |= words.is_in(known.drop_nulls().to_list()).fill_null(False).to_numpy()
    return look.rows[side][found]


def _words(texts: pl.Series) -> pl.Series:
    plain = texts.cast(pl.String).str.to_lowercase().str.replace_all(r"[^\pL\pN]+", " ").str.strip_chars()
    return plain.set(plain == "", None)


def notice_columns(columns: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Report columns that only valid or test has: nothing can be learned of them."""
    out, train = list[Finding](), columns.get("train")
    for side, names in columns.items():
        extra = [c for c in names if train is not None and c not in train]
        if extra:
            listed = ", ".join(f"`{c}`" for c in extra[:FEW]) + (" ..." if len(extra) > FEW else "")
            what = f"{side} has columns that train lacks: {listed}; they are not read"
            out.append(Finding("extra_columns", side, what, count=len(extra)))
    return out
