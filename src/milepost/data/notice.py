"""What the owner of data should know about its rows, columns and classes. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from milepost.data.split import DISTINCT, places
from milepost.data.table import as_number, as_text
from milepost.types import Finding

LOOK = 10_000  # training rows in which a leak is looked for
FEWEST = 30  # rows from which a coincidence is unlikely
SURE = 0.99  # share of rows, or of a class guess's errors, from which a column gives the target away
SUPPORT = 20  # rows for every value of a column that may give a class away
RARE = 10  # rows of a class below which little is learned of it


def notice_rows(
    sides: Mapping[str, pl.DataFrame], dropped: Mapping[str, int], given: Mapping[str, pl.DataFrame]
) -> list[Finding]:
    """Report dropped rows, repeated rows and rows that stand on both sides of the split."""
    out = [
        Finding(
            reason, "data", f"{n} rows were set aside: {reason.replace('_', ' ')}", "see quarantine.csv", "warning", n
        )
        for reason, n in dropped.items()
    ]
    shared = [c for c in sides["train"].columns if all(c in t.columns for t in sides.values())]
    hashes = {side: places(table.select(shared)) for side, table in sides.items()}
    again = sum(len(h) - len(np.unique(h)) for h in hashes.values())
    if again:
        out.append(Finding("duplicate_rows", "data", f"{again} rows are exact copies of others", "", "info", again))
    every = np.concatenate([*hashes.values()])
    if set(sides) - set(given) and len(np.unique(every)) < DISTINCT * len(every):
        what = "few rows differ, so copies stand on both sides of the split: scores flatter, intervals are too narrow"
        out.append(Finding("few_distinct_rows", "data", what, "add columns that tell rows apart", "warning"))
    for side in ("valid", "test"):
        both = int(np.isin(hashes[side], hashes["train"]).sum())
        if both and side in given:
            what = f"{both} rows of the given {side} are also in train; scores on them flatter"
            out.append(Finding("train_test_overlap", side, what, "remove them from one side", "warning", both))
        elif both:
            what = f"{both} rows of {side} have copies in train, since the data repeat themselves"
            out.append(Finding("train_test_overlap", side, what, "keep one of each to see how much", "warning", both))
    return out


def notice_columns(given: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Report columns that only valid or test has: nothing can be learned of them."""
    out = list[Finding]()
    for side, table in given.items():
        extra = [c for c in table.columns if c not in given.get("train", table).columns]
        if extra:
            names = ", ".join(f"`{c}`" for c in extra[:5]) + (" ..." if len(extra) > 5 else "")
            what = f"{side} has columns that train lacks: {names}; they are not read"
            out.append(Finding("extra_columns", side, what, count=len(extra)))
    return out


def notice_classes(strata: Mapping[str, pl.Series]) -> list[Finding]:
    """Report classes that training rows show seldom, and those of other sides that they never show."""
    known = _counts(strata["train"])
    rare = {c: n for c, n in known.items() if n < RARE}
    out = list[Finding]()
    if rare:
        what = f"classes with fewer than {RARE} training rows: {_listed(rare)}"
        out.append(Finding("rare_class", "train", what, "add rows of them, or merge them", "warning", len(rare)))
    for side in ("valid", "test"):
        unseen = {c: n for c, n in _counts(strata[side]).items() if c not in known}
        if unseen:
            what = f"{side} has classes that training never saw: {_listed(unseen)}; every answer to them is wrong"
            fix = "add training rows of them, or remove them"
            out.append(Finding("unseen_class", side, what, fix, "warning", sum(unseen.values())))
    return out


def notice_leaks(train: pl.DataFrame, target: str, features: Iterable[str], classes: bool) -> list[Finding]:
    """Report columns that are the target, or that tell its class by themselves, in nearly every training row."""
    some = train.gather_every(max(1, train.height // LOOK))
    if some.height < FEWEST:
        return []
    out = list[Finding]()
    for name in features:
        said = "is" if _same(some[name], some[target]) else "tells" if classes and _tells(some, name, target) else ""
        if said:
            what = f"`{name}` {said} `{target}` in nearly every row; will it be known when the product is asked?"
            fix = "if not, remove the column or list the others in task.features"
            out.append(Finding("leak", f"column {name}", what, fix, "warning", train.height))
    return out


def _same(a: pl.Series, b: pl.Series) -> bool:
    alike = (as_text(a) == as_text(b)).fill_null(False) | (as_number(a) == as_number(b)).fill_null(False)
    return int(alike.sum()) >= SURE * len(a)


def _tells(table: pl.DataFrame, name: str, target: str) -> bool:
    """Tell whether guessing by the column's value makes hardly any of the errors that guessing blindly makes."""
    values, truth = as_text(table[name]), as_text(table[target])
    if SUPPORT * values.n_unique() > table.height:
        return False
    counts = pl.DataFrame({"x": values, "y": truth}).group_by("x", "y").len()
    right = counts.group_by("x").agg(pl.col("len").max())["len"].sum()
    blind = int(counts.group_by("y").agg(pl.col("len").sum())["len"].to_numpy().max())
    return bool(table.height - right <= (1 - SURE) * (table.height - blind))


def _counts(classes: pl.Series) -> dict[str, int]:
    counts = classes.drop_nulls().value_counts(sort=True)
    return dict(zip(*(counts[c].to_list() for c in counts.columns), strict=True))


def _listed(counts: Mapping[str, int]) -> str:
    first = ", ".join(f"`{c}` ({n})" for c, n in list(counts.items())[:5])
    return first + (f" and {len(counts) - 5} more" if len(counts) > 5 else "")
