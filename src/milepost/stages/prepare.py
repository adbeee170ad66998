"""Raw data -> typed tables, split, with a task fitted on the training rows and a report of what was done."""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from milepost.columns.schema import ColumnWish
from milepost.data.split import DISTINCT
from milepost.errors import MilepostError, MilepostErrors, did_you_mean, raise_all
from milepost.findings.rows import notice_aside
from milepost.intake.deal import ByPlace, ByTime, Dealer
from milepost.intake.gather import Side, gather
from milepost.intake.limits import cells_for_names, nothing_usable, refusals
from milepost.intake.notice import Seen, noticed, numbered
from milepost.intake.pour import Pour
from milepost.intake.quarantine import Quarantine
from milepost.intake.repeats import copies
from milepost.intake.rows import Reader
from milepost.personal.data import Personal
from milepost.sources.read import Source, opened, sides
from milepost.spec.places import Places
from milepost.spec.problems import validate
from milepost.stages.base import SIDES, Prepared, missing_columns
from milepost.tasks import find, save_task
from milepost.tasks.base import Task
from milepost.types import Array, Finding, Progress, quiet


def prepare(
    data: Source | Mapping[str, Source],
    task: Task[Any] | Mapping[str, Any],
    *,
    folder: Path | None = None,
    base: Path = Path(),
    columns: Mapping[str, ColumnWish | Mapping[str, Any]] | None = None,
    split: str = "hash",
    duplicates: Literal["keep", "drop"] = "keep",
    bad_rows: float = 0.01,
    sheet: str | None = None,
    query: str | None = None,
    progress: Progress = quiet,
) -> Prepared:
    """Read, type and split `data` (a source, or {train, valid, test} sources) and fit `task` on the training rows.

    `task` is a Task or its options with `kind`; `columns` settles what a column is; `split` is hash, time:COLUMN or
    group:COLUMN; rows that cannot be read are set aside up to the share `bad_rows`. Writes into `folder` (a temporary
    one by default); paths in `data` are relative to `base`. Raises MilepostErrors for data that cannot be learned from.
    """
    wanted = task if isinstance(task, Task) else _task(task)
    out = folder or Path(tempfile.mkdtemp(prefix="milepost-"))
    out.mkdir(parents=True, exist_ok=True)
    inputs = {name: opened(s, base, sheet=sheet, query=query) for name, s in _named(data, base).items()}
    owner = Personal()
    with tempfile.TemporaryDirectory(dir=out, prefix=".raw-") as raw, Quarantine(out / "quarantine.csv") as aside:
        given = gather(inputs, Path(raw), aside, owner, progress)
        quarantined = dict(aside.counts)
        raise_all(cells_for_names(given))  # before an error lists them
        raise_all([*refusals(given, aside, bad_rows), *_missing(wanted, given, split)])
        known, said = _ruled(wanted, given, columns or {}, owner.columns())
        seen, how, refused = _poured(known, given, aside, out, split, duplicates == "drop", owner, progress)
        dropped = {reason: n for reason, n in aside.counts.items() if reason not in quarantined}
        lines = {reason: [a.line for a in first] for reason, first in aside.first.items()}
        findings = [*(f for s in given.values() for f in s.findings), *notice_aside(dropped, quarantined, lines)]
        findings += [*said, *noticed(seen), *(() if refused else seen.task.findings())]
        _write_report(out, seen, findings, dropped, quarantined, how)
        raise_all(refused)
        save_task(seen.task, out)
    return Prepared(out)


def _task(options: Mapping[str, Any]) -> Task[Any]:
    """Return the task of a kind and its options; raise MilepostErrors that name each wrong option."""
    rest = dict(options)
    kind = find(str(rest.pop("kind", "")))
    try:
        return validate(kind, rest, at=("task",), places=Places({}, {}), file="the task")
    except MilepostError as error:
        raise MilepostErrors([MilepostError(e.what, "the task", e.fix) for e in error.errors]) from None


def _named(data: Source | Mapping[str, Source], base: Path) -> dict[str, Source]:
    """Return the sources by side: {all}, or {train} with valid and test as far as they are given."""
    if not isinstance(data, Mapping):
        return dict(sides(data, base))
    if set(data) == {"all"}:
        return dict(sides(data["all"], base))
    if not {"train"} <= set(data) <= set(SIDES):
        what = "a mapping must hold train, and may hold valid and test"
        raise MilepostError(what, "data", "wrap columns in a polars.DataFrame")
    return {side: data[side] for side in SIDES if side in data}


def _missing(task: Task[Any], given: Mapping[str, Side], split: str) -> list[MilepostError]:
    """List the columns that the task or the split names and the data lack."""
    out = [e for side in given.values() for e in missing_columns(task, side.columns)]
    how, _, column = split.partition(":")
    carved = next(iter(given.values()))
    if how in ("time", "group") and column not in carved.columns:
        out.append(MilepostError(f"there is no column `{column}`", "data.split", did_you_mean(column, carved.columns)))
    elif how not in ("hash", "time", "group") or bool(column) != (how != "hash"):
        out.append(
            MilepostError(f"`{split}` is no way to split", "data.split", "write hash, time:COLUMN or group:COLUMN")
        )
    return out


def _ruled(
    task: Task[Any],
    given: Mapping[str, Side],
    wishes: Mapping[str, ColumnWish | Mapping[str, Any]],
    personal: frozenset[str],
) -> tuple[Task[Any], list[Finding]]:
    """Decide how every column is read, by all rows or, where sides are given, by those of train alone."""
    side = next(iter(given.values()))
    asked = {name: w if isinstance(w, ColumnWish) else ColumnWish.model_validate(w) for name, w in wishes.items()}
    rules, findings = side.scan.rules(asked, task.types, task.reads.get("features", ()), personal)
    return task.model_copy(update={"columns": rules}), numbered(findings, side)


def _poured(
    task: Task[Any],
    given: Mapping[str, Side],
    aside: Quarantine,
    out: Path,
    split: str,
    drop: bool,
    owner: Personal,
    progress: Progress,
) -> tuple[Seen, str, list[MilepostError]]:
    """Deal the rows out to train, valid and test and fit the task on the way; return what was seen, and how.

    Where the task finds nothing to learn, the rest is seen all the same, and its errors are returned.
    """
    again = {name: copies(side.hash_N) for name, side in given.items()}
    name, side = next(iter(given.items()))
    dealer = _dealer(task, split, given, side, again[name], drop)
    reader = Reader(task, split[5:] if isinstance(dealer, ByTime) else None, drop)
    read = {*chain.from_iterable(task.reads.values()), *task.group, *split.partition(":")[2:]} & set(side.columns)
    for rows in reader.rows(side, again[name], [c for c in side.columns if c in read]):
        dealer.see(rows.usable())
    pour = Pour(given, again, reader, dealer, aside, out, progress)
    if dealer.rows < len([s for s in SIDES if s not in given]) + (name == "train"):
        deque(pour.train(), maxlen=0)  # so that the rows set aside are counted
        raise nothing_usable("train", name == "train", aside)
    training, refused = pour.train(), list[MilepostError]()
    try:
        task = task.fit(training)
        refused = _lacking(task, given)
    except MilepostError as error:
        refused = list(error.errors)
        deque(training, maxlen=0)
    pour.others()
    raise_all([nothing_usable(s, s in given, aside) for s in SIDES if not pour.pools[s].writer.total])
    return Seen(given, again, pour, task, owner, reader.time), dealer.how(), refused


def _dealer(task: Task[Any], split: str, given: Mapping[str, Side], side: Side, copy_N: Array, drop: bool) -> Dealer:
    """Return the way to split that is asked for; groups that a kind needs together stay so."""
    how, _, column = split.partition(":")
    carved = "test" not in given, "valid" not in given
    if how == "time":
        rule = next(r for r in task.columns if r.name == column)
        if rule.type not in ("date", "number"):
            fix = f"`columns: {{{column}: {{type: date}}}}` says how it is written"
            raise MilepostError(f"`{column}` holds no dates or numbers to order rows by", "data.split", fix)
        return ByTime(column, *carved)
    one_by_one = not drop and int((copy_N == 0).sum()) < DISTINCT * side.rows
    return ByPlace(task, *carved, group=(column,) if column else task.group, one_by_one=one_by_one)


def _lacking(fitted: Task[Any], given: Mapping[str, Side]) -> list[MilepostError]:
    """List the columns that the task learned to read and a given file lacks."""
    own = {name: set(side.columns) for name, side in given.items()}
    return [
        MilepostError(
            f"{name} lacks the column `{f.name}` of train", f"data.{name}", did_you_mean(f.name, side.columns)
        )
        for name, side in given.items()
        for f in fitted.fields
        if f.name not in own[name]
    ]


def _write_report(
    out: Path,
    seen: Seen,
    findings: list[Finding],
    dropped: Mapping[str, int],
    quarantined: Mapping[str, int],
    how: str,
) -> None:
    """Write data_report.json; its totals add up: rows read = kept + dropped + quarantined."""
    kept = {name: pool.writer.total for name, pool in seen.pour.pools.items()}
    types = {rule.name: rule.type for rule in seen.task.columns}
    classes = {} if seen.task.personal.intersection(seen.task.targets) else seen.classes()
    report = {
        "rows_read": sum(side.rows + side.bad for side in seen.given.values()),
        "rows_kept": sum(kept.values()),
        "dropped": dict(dropped),
        "quarantined": dict(quarantined),
        "findings": [asdict(f) for f in findings],
        **seen.pour.profiles.as_json(types, seen.task.personal),
        "split": {side: kept[side] for side in SIDES} | {"how": how, "classes": classes},
        "source": [part for side in seen.given.values() for part in side.parts],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)
    (out / "data_report.json").write_text(text, "utf-8")
