"""Raw data -> clean tables, split, with a task fitted on the training rows and a report of what was done."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from milepost.data.notice import notice_classes, notice_columns, notice_leaks, notice_rows
from milepost.data.read import Source, read_noting
from milepost.data.split import TEST, VALID, apart, places, repetitive, second, split
from milepost.errors import MilepostError, MilepostErrors, did_you_mean, raise_all
from milepost.spec.places import Places
from milepost.spec.problems import validate
from milepost.stages.base import ROWS, SIDES, Prepared, missing_columns
from milepost.tasks import find, save_task
from milepost.tasks.base import Task
from milepost.types import Finding


def prepare(
    data: Source | Mapping[str, Source],
    task: Task[Any] | Mapping[str, Any],
    *,
    folder: Path | None = None,
    base: Path = Path(),
) -> Prepared:
    """Read, clean and split `data` (a table, or {train, valid, test} tables) and fit `task` on the training rows.

    `task` is a Task or its options with `kind`. Writes into `folder` (a temporary one by default); paths in `data` are
    relative to `base`. Raises MilepostErrors for data that cannot be learned from.
    """
    wanted = task if isinstance(task, Task) else _task(task)
    out = folder or Path(tempfile.mkdtemp(prefix="milepost-"))
    out.mkdir(parents=True, exist_ok=True)
    sources = dict(data) if isinstance(data, Mapping) else {"all": data}
    if set(sources) != {"all"} and not {"train"} <= set(sources) <= set(SIDES):
        what = "a mapping must hold train, and may hold valid and test"
        raise MilepostError(what, "data", "wrap columns in a polars.DataFrame")
    noted = {side: read_noting(source, base) for side, source in sources.items()}
    tables = {side: table for side, (table, _) in noted.items()}
    raise_all([e for t in tables.values() for e in missing_columns(wanted, t)])
    kept, dropped = _clean(wanted, tables, out)
    sides, how = _sides(wanted, kept)
    fitted = wanted.fit(sides["train"].iter_slices(ROWS))
    raise_all(_lacking(fitted, tables))
    said = [f for _, findings in noted.values() for f in findings]
    findings = [*said, *_noticed(fitted, sides, dropped, tables), *fitted.findings()]
    for side, table in sides.items():
        table.write_ipc(out / f"{side}.arrow", compression="uncompressed")
    save_task(fitted, out)
    report = _report(tables, sides, dropped, findings, how)
    (out / "data_report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
    return Prepared(out)


def _task(options: Mapping[str, Any]) -> Task[Any]:
    """Return the task of a kind and its options; raise MilepostErrors that name each wrong option."""
    rest = dict(options)
    kind = find(str(rest.pop("kind", "")))
    try:
        return validate(kind, rest, at=("task",), places=Places({}, {}), file="the task")
    except MilepostError as error:
        raise MilepostErrors([MilepostError(e.what, "the task", e.fix) for e in error.errors]) from None


def _clean(
    task: Task[Any], tables: Mapping[str, pl.DataFrame], out: Path
) -> tuple[dict[str, pl.DataFrame], dict[str, int]]:
    """Part the usable rows from the others, which are kept aside with their reason; count them by reason."""
    kept, aside = dict[str, pl.DataFrame](), list[pl.DataFrame]()
    for side, table in tables.items():
        reason = task.unusable(table)
        kept[side] = table.filter(reason.is_null())
        numbered = table.cast(pl.String, strict=False).select(
            pl.lit(side).alias("_table"),
            pl.int_range(1, pl.len() + 1).alias("_row"),
            pl.lit(reason).alias("_reason"),
            pl.all(),
        )
        aside.append(numbered.filter(reason.is_not_null()))
    quarantine = pl.concat(aside, how="diagonal")
    quarantine.write_csv(out / "quarantine.csv")
    counts = quarantine["_reason"].value_counts()
    return kept, dict(zip(counts["_reason"].to_list(), counts["count"].to_list(), strict=True))


def _sides(task: Task[Any], kept: dict[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], str]:
    """Return train, valid and test; what was not given is carved out by a hash of each row's content."""
    sides, how = dict(kept), "given by the files"
    if "all" in sides:
        sides["train"], sides["test"] = _carve(task, sides.pop("all"), TEST, again=False)
        how = f"by content hash: {TEST:.0%} of the rows for test, {VALID:.0%} of the rest for validation"
    elif "test" not in sides:
        sides["train"], sides["test"] = _carve(task, sides["train"], TEST, again=False)
        how = f"test by content hash, {TEST:.0%} of the training rows"
    if "valid" not in sides:
        sides["train"], sides["valid"] = _carve(task, sides["train"], VALID, again=True)
        how += "" if "hash" in how else f"; validation by content hash, {VALID:.0%} of the training rows"
    carved = kept.get("all", kept.get("train"))
    if "hash" in how and carved is not None and carved.height and repetitive(carved):
        how += "; copies of a row dealt out one by one, since few rows differ"
    for side in SIDES:
        if not sides[side].height:
            what = "no row has a label" if not any(t.height for t in kept.values()) else f"no rows are left for {side}"
            raise MilepostError(what, f"data.{side}" if side in kept else "data", "add labelled rows")
    return {side: sides[side] for side in SIDES}, how


def _carve(task: Task[Any], table: pl.DataFrame, share: float, again: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not table.height:
        return table, table
    place = apart(places(table)) if repetitive(table) else places(table)
    chosen = pl.Series(split(second(place) if again else place, task.strata(table), share))
    return table.filter(~chosen), table.filter(chosen)


def _lacking(fitted: Task[Any], tables: Mapping[str, pl.DataFrame]) -> list[MilepostError]:
    """List the columns that the task learned to read and a given file lacks."""
    return [
        MilepostError(
            f"{side} lacks the column `{f.name}` of train", f"data.{side}", did_you_mean(f.name, table.columns)
        )
        for side, table in tables.items()
        for f in fitted.fields
        if f.name not in table.columns
    ]


def _noticed(
    fitted: Task[Any],
    sides: Mapping[str, pl.DataFrame],
    dropped: Mapping[str, int],
    given: Mapping[str, pl.DataFrame],
) -> list[Finding]:
    """Report what is odd about rows, columns, classes and the target."""
    strata = {side: classes for side, t in sides.items() if (classes := fitted.strata(t)) is not None}
    features = [f.name for f in fitted.fields]
    return [
        *notice_rows(sides, dropped, given),
        *notice_columns(given),
        *(notice_classes(strata) if strata else ()),
        *(f for t in fitted.targets for f in notice_leaks(sides["train"], t, features, bool(strata))),
    ]


def _report(
    tables: Mapping[str, pl.DataFrame],
    sides: Mapping[str, pl.DataFrame],
    dropped: Mapping[str, int],
    findings: list[Finding],
    how: str,
) -> dict[str, Any]:
    first = next(iter(tables.values()))
    return {
        "rows_read": sum(t.height for t in tables.values()),
        "rows_kept": sum(t.height for t in sides.values()),
        "dropped": {},
        "quarantined": dict(dropped),
        "findings": [asdict(f) for f in findings],
        "columns": {name: str(dtype) for name, dtype in first.schema.items()},
        "split": {side: t.height for side, t in sides.items()} | {"how": how},
    }
