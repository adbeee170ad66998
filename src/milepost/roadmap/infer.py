"""What a user's own data suggest: what to predict, of which kind it is, and from which columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from milepost.columns.judge import Seen, found
from milepost.columns.scan import Scan, glance
from milepost.columns.schema import TRIM
from milepost.errors import MilepostError, did_you_mean
from milepost.findings.base import Look
from milepost.findings.leaks import FEWEST, notice_leaks
from milepost.sources.read import opened, sides
from milepost.tasks import find

FEW_CLASSES = 20  # different whole numbers that are still taken for classes
A_CLASS = 2  # rows of each class, on average, at least
TARGETS = ("target", "label", "class", "y", "outcome", "churn", "default", "fraud", "diagnosis", "disease")
BESIDE = ("number", "category", "boolean", "ordinal")  # what may stand beside a text
LOOKED = 20_000  # rows among which columns are sought that give the answer away
ROW = "\x00row"  # no column of a file is called so


class Guess(NamedTuple):
    """The kind and its options, and why, in sentences."""

    kind: str
    options: Mapping[str, Any]
    said: Sequence[str]


def scanned(data: Path) -> Scan:
    """Look at every row of the data, or of their training rows, a piece at a time."""
    scan, source = Scan(), sides(data)
    for part in opened(source.get("train", data)).parts:
        for block in part.blocks():
            scan.add(glance(block.parse().table))
    if not scan.rows:
        raise MilepostError("there are no rows that can be read", str(data), "name a file with a header and rows")
    return scan


def guessed(scan: Scan, data: Path, kind: str | None, target: str | None) -> Guess:
    """Infer what is not said; raise MilepostError for a target that is not there, or where no column holds texts."""
    columns, said = list(scan.place), list[str]()
    texts = [c for c in columns if found(scan.seen(c)) == "text"]
    if target is None:
        target = _target(columns, texts)
        said.append(f"target: `{target}`, by its name or place; change it with --target")
    if target not in columns:
        raise MilepostError(f"there is no column `{target}`", "--target", did_you_mean(target, columns))
    texts = [c for c in texts if c != target]
    if kind is None:
        kind, why = _kind(scan.seen(target), texts)
        said.append(f"kind: `{kind}`, {why}")
    if "text" not in find(kind).model_fields:
        return Guess(kind, {"target": target}, said)
    text, why = _text(scan, texts, target)
    said.append(f"text: {why}")
    beside = _beside(scan, data, target, texts, said)
    return Guess(kind, {"text": text, "target": target, **({"features": beside} if beside else {})}, said)


def _target(columns: Sequence[str], texts: Sequence[str]) -> str:
    """Return the column with a telling name, else the last that holds no texts."""
    named = [c for c in columns if c.strip().lower() in TARGETS]
    return named[0] if len(named) == 1 else [c for c in columns if c not in texts or len(columns) == 1][-1]


def _kind(seen: Seen, texts: Sequence[str]) -> tuple[str, str]:
    """Numbers of many values are predicted, few values are classes: of the texts beside them, if there are any."""
    if found(seen, named=True) == "number" and (seen.distinct > FEW_CLASSES or not seen.whole):
        return "tabular-regression", f"because `{seen.name}` holds {seen.distinct:,} different numbers"
    if texts and A_CLASS * seen.distinct <= seen.said:
        return "text-classification", f"because `{texts[0]}` holds texts and `{seen.name}` has {seen.distinct:,} values"
    return "tabular-classification", f"because `{seen.name}` has {seen.distinct:,} different values"


def _text(scan: Scan, texts: Sequence[str], target: str) -> tuple[str | list[str], str]:
    """Return the column of texts, or both of two, and why."""
    if len(texts) == 2:
        return list(texts), f"`{texts[0]}` and `{texts[1]}`; name one of them if it is enough"
    others = [c for c in scan.place if c != target and scan.seen(c).prose]
    if not others:
        what = "there is no column of texts"
        raise MilepostError(what, "--data", "name data with a column of texts beside the target")
    longest = max(texts or others, key=lambda c: float(np.mean([len(t) for t in scan.seen(c).prose])))
    return longest, f"`{longest}`, whose cells are the longest"


def _beside(scan: Scan, data: Path, target: str, texts: Sequence[str], said: list[str]) -> list[str]:
    """Return the columns of numbers and categories that do not give the answer away, and say so."""
    kinds = {c: found(scan.seen(c)) for c in scan.place if c != target and c not in texts}
    names = [c for c, kind in kinds.items() if kind in BESIDE]
    if not names:
        return []
    some = _rows(scan, data, [target, *names])
    if some.height < FEWEST:
        said.append("features: none, for so few rows do not show which columns give the answer away")
        return []
    leaks = [c for c in names if _tells(some, c, target) or _tells(some, target, c)]
    if leaks:
        said.append(f"features: without {_quoted(leaks)}: what gives the answer away is not known when it is asked")
    safe = [c for c in names if c not in leaks]
    if safe:
        said.append(f"features: {_quoted(safe)}, read beside the text; remove what will not be known")
    return safe


def _rows(scan: Scan, data: Path, names: Sequence[str]) -> pl.DataFrame:
    """Return some columns of rows taken evenly from all that were scanned."""
    every, parts = max(1, scan.rows // LOOKED), list[pl.DataFrame]()
    for part in opened(sides(data).get("train", data)).parts:
        for block in part.blocks():
            table = block.parse().table
            parts.append(table.select(c for c in names if c in table.columns).gather_every(every))
    words = [part.select(pl.all().cast(pl.String).str.strip_chars(TRIM)) for part in parts]
    return pl.concat(words, how="diagonal").with_row_index(ROW)


def _tells(some: pl.DataFrame, column: str, target: str) -> bool:
    """Tell whether a column gives another away in nearly every row."""
    look = Look({"train": some}, {}, {"train": some.height}, {}, (target,), (column,), classes=target)
    return bool(notice_leaks(look))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
