"""Plant faults in clean tables and see which of them Milepost finds, and what it finds where nothing is wrong.

python bench/faults.py [TABLES] [FAULT ...]     (200, every fault)

Every table is made at random: numbers of many distributions, categories, dates, text, a target of classes or numbers.
It goes through `milepost.prepare` once as it is and once with every fault.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

Rng = np.random.Generator
SYLLABLES = ("ba", "den", "fi", "gor", "hu", "kal", "lo", "mir", "nes", "po", "ras", "tu", "ver", "wan", "zi")
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in ("", "n", "ro")]
HONEST = {"too_few_rows"}  # few test rows prove little: that is true of a small clean table, too


@dataclass(frozen=True)
class Case:
    """A table, given in one file or as train and test, and what should be found in it."""

    tables: dict[str, pl.DataFrame]
    classes: bool
    codes: tuple[str, ...] = ()  # any of them will do
    column: str | None = None  # that the finding must name
    rows: frozenset[int] = frozenset()  # one of which the finding must name, counted from 1

    def found(self, findings: Iterable[dict[str, Any]]) -> bool:
        """Tell whether what was planted is among the findings."""
        some = [f for f in findings if f["code"] in self.codes]
        some = [f for f in some if self.column is None or f["where"] == f"column {self.column}"]
        return any(not self.rows or self.rows & set(f["rows"]) for f in some)


def clean(seed: int, most: int = 3000) -> Case:
    """Make a table of 200 or more rows in which nothing is wrong."""
    rng = np.random.default_rng(seed)
    rows = int(np.exp(rng.uniform(np.log(200), np.log(most))))
    columns = {f"n{i}": _number(rng, rows) for i in range(rng.integers(2, 5))}
    columns |= {f"n{i}": np.round(rng.normal(i, 1, rows), 4) for i in (5, 6)}  # else rows were alike by chance
    columns |= {f"c{i}": _category(rng, rows) for i in range(rng.integers(1, 4))}
    columns |= {f"d{i}": _dates(rng, rows) for i in range(rng.integers(0, 3))}
    columns |= {f"t{i}": _texts(rng, rows) for i in range(rng.integers(0, 2))}
    table = pl.DataFrame(columns)
    score, classes = _score(rng, table), bool(rng.random() < 0.7)
    target = _classes(rng, score, rng.choice([0.05, 0.3, 1.0])) if classes else _amounts(rng, score)
    return Case({"all": table.with_columns(y=target)}, classes)


def _number(rng: Rng, rows: int) -> np.ndarray:
    kind, scale = rng.integers(0, 9), 10.0 ** rng.integers(0, 4)
    return [
        lambda: np.round(rng.normal(rng.uniform(-2, 8), 1, rows) * scale, 3),
        lambda: np.round(rng.lognormal(np.log(scale), rng.uniform(0.3, 1.3), rows), 2),
        lambda: rng.poisson(rng.uniform(1, 25), rows),
        lambda: rng.integers(18, rng.integers(65, 95), rows),
        lambda: np.round(rng.exponential(scale, rows), 4),
        lambda: np.round(rng.beta(rng.uniform(0.6, 4), rng.uniform(0.6, 4), rows) * 100, 1),
        lambda: np.round(np.where(rng.random(rows) < rng.uniform(0.2, 0.8), 0, rng.lognormal(3, 1, rows)), 2),
        lambda: np.round(rng.standard_t(6, rows) * scale, 4),
        lambda: rng.geometric(rng.uniform(0.1, 0.5), rows),
    ][kind]()


def _category(rng: Rng, rows: int) -> np.ndarray:
    levels = rng.choice(WORDS, rng.integers(2, 9), replace=False)
    return rng.choice(levels, rows, p=rng.dirichlet(np.full(len(levels), 5.0)))


def _dates(rng: Rng, rows: int) -> np.ndarray:
    start = np.datetime64("2000-01-01") + rng.integers(0, 7000)
    return (start + rng.integers(0, rng.integers(200, 2500), rows)).astype(str)


def _texts(rng: Rng, rows: int) -> list[str]:
    return [" ".join(rng.choice(WORDS, rng.integers(25, 45))) for _ in range(rows)]


def _score(rng: Rng, table: pl.DataFrame) -> np.ndarray:
    """Return a number that some columns tell, float64 [N]."""
    parts = list[np.ndarray]()
    for name in rng.permutation([c for c in table.columns if c[0] in "nc"])[: rng.integers(2, 5)]:
        column = table[str(name)]
        x = column.rank("dense").to_numpy() / column.n_unique()
        if not column.dtype.is_numeric():
            x = rng.permutation(column.n_unique())[column.rank("dense").to_numpy() - 1] / column.n_unique()
        parts.append(rng.choice([-1, 1]) * rng.uniform(0.5, 1.5) * (x - x.mean()) / x.std())
    return np.sum(parts, 0) / np.std(np.sum(parts, 0))


def _classes(rng: Rng, score: np.ndarray, noise: float) -> pl.Series:
    score = score + noise * rng.normal(size=len(score))
    count = int(rng.integers(2, 5))
    return pl.Series([f"class_{k}" for k in np.digitize(score, np.quantile(score, np.arange(1, count) / count))])


def _amounts(rng: Rng, score: np.ndarray) -> pl.Series:
    noisy = score + rng.choice([0.1, 0.5, 1.0]) * rng.normal(size=len(score))
    return pl.Series(np.round(np.exp(noisy) * 100 if rng.random() < 0.5 else 50 + 7 * noisy, 2))


def given(case: Case, rng: Rng) -> Case:
    """Deal the rows of a table out to train and test."""
    (table,) = case.tables.values()
    test = pl.Series(rng.random(table.height) < 0.3)
    return replace(case, tables={"train": table.filter(~test), "test": table.filter(test)})


def _planted(case: Case, table: pl.DataFrame, *codes: str, column: str | None = None, rows: Any = ()) -> Case:
    return replace(case, tables={"all": table}, codes=codes, column=column, rows=frozenset(int(r) + 1 for r in rows))


def _pick(rng: Rng, table: pl.DataFrame, kinds: str) -> str:
    return str(rng.choice([c for c in table.columns if c[0] in kinds]))


def _put(table: pl.DataFrame, name: str, rows: np.ndarray, value: object) -> pl.DataFrame:
    """Write a value into some rows of a column, which becomes text."""
    cells = table[name].cast(pl.String).to_list()
    for row in rows:
        cells[row] = value
    return table.with_columns(pl.Series(name, cells, pl.String))


def _some(rng: Rng, rows: int, share: float, least: int = 1) -> np.ndarray:
    return rng.choice(rows, max(least, int(share * rows)), replace=False)


def missing(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    name = _pick(rng, table, "ncd")
    cells = _put(table, name, _some(rng, table.height, rng.uniform(0.03, 0.3)), None)
    return _planted(case, cells, "missing", column=name)


def disguised(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    word = str(rng.choice(["0", "-999", "?", "N/A", "无", "unknown"]))
    if word == "0":  # nobody weighs nothing
        table = table.with_columns(n0=pl.Series(np.round(rng.normal(70, 12, table.height), 1)))
    name = "n0" if word in ("0", "-999") else _pick(rng, table, "nc")
    cells = _put(table, name, _some(rng, table.height, rng.uniform(0.02, 0.05), 5), word)
    return _planted(case, cells, "disguised_missing", "missing", "not_a_number", "word_kept", column=name)


def duplicates(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    again = _some(rng, table.height, 0.04, 5)
    rows = range(table.height, table.height + len(again))
    return _planted(case, pl.concat([table, table[again]]), "duplicate_rows", rows=rows)


def near_duplicates(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    table = table if "t0" in table.columns else table.with_columns(t0=pl.Series(_texts(rng, table.height)))
    again = _some(rng, table.height, 0.05, 15)
    changed = table[again].with_columns((pl.col("t0").str.to_titlecase() + " indeed.").alias("t0"))
    return _planted(case, pl.concat([table, changed]), "near_duplicates")


def both_sides(case: Case, rng: Rng) -> Case:
    tables = given(case, rng).tables
    again = _some(rng, tables["test"].height, 0.05, 3)
    train = pl.concat([tables["train"], tables["test"][again]])
    rows = frozenset(int(r) + 1 for r in again)
    return Case({"train": train, "test": tables["test"]}, case.classes, ("train_test_overlap",), rows=rows)


def conflicts(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    again = _some(rng, table.height, 0.02, 6)
    y = table["y"]
    others = [rng.choice([v for v in y.unique() if v != y[int(r)]]) for r in again] if case.classes else None
    new = pl.Series(others) if others else pl.Series(y[again].to_numpy() + 3 * float(y.to_numpy().std()))
    rows = [*again, *range(table.height, table.height + len(again))]
    both = pl.concat([table, table[again].with_columns(y=new.cast(y.dtype))])
    return _planted(case, both, "conflicting_labels", column="y", rows=rows)


def label_errors(case: Case, rng: Rng) -> Case:
    """Flip labels of a table that can be learned: where classes run into each other nobody could tell."""
    columns = {f"n{i}": _number(rng, 2000) for i in range(4)} | {"c0": _category(rng, 2000)}
    table, count = pl.DataFrame(columns), int(rng.integers(2, 4))
    score = _score(rng, table)
    edges = np.quantile(score, np.arange(1, count) / count)
    clear = np.abs(score[:, None] - edges).min(1) > 0.25
    kept, y = table.filter(pl.Series(clear)), [f"class_{k}" for k in np.digitize(score[clear], edges)]
    wrong = _some(rng, len(y), rng.uniform(0.03, 0.05))
    for row in wrong:
        y[row] = str(rng.choice([n for n in sorted(set(y)) if n != y[row]]))
    table = kept.with_columns(y=pl.Series(y))
    return replace(_planted(case, table, "label_errors", column="y", rows=wrong), classes=True)


def leak(case: Case, rng: Rng) -> Case:
    table, how = case.tables["all"], rng.integers(0, 3)
    y = table["y"]
    if not case.classes:
        x = (y.to_numpy() + 0.001 * y.to_numpy().std() * rng.normal(size=len(y))) * rng.choice([-2.5, 0.01, 3])
        return _planted(case, table.with_columns(n9=pl.Series(x)), "leak", column="n9")
    if how == 0:
        return _planted(case, table.with_columns(c9=y.str.to_uppercase()), "leak", column="c9")
    if how == 1:  # a number, and now and then a slip
        x = y.rank("dense").to_numpy() * 2.0 + rng.uniform(-0.4, 0.4, len(y))
        return _planted(case, table.with_columns(n9=pl.Series(np.round(x, 3))), "leak", column="n9")
    told = pl.when(pl.col("y") == "class_0").then(pl.lit("2020-01-01"))
    return _planted(case, table.with_columns(c9=told), "leak", column="c9")


def id_like(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    order = rng.permutation(table.height) + 1
    keys = order if rng.random() < 0.5 else [f"C-{n:06d}" for n in order * 37]
    return _planted(case, table.with_columns(pl.Series("x9", keys)), "id_like", column="x9")


def constant(case: Case, rng: Rng) -> Case:
    value = pl.lit("same") if rng.random() < 0.5 else pl.lit(7)
    return _planted(case, case.tables["all"].with_columns(x9=value), "constant_column", column="x9")


def imbalance(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    if not case.classes:
        table = table.with_columns(
            y=pl.when(pl.col("y") > pl.col("y").median()).then(pl.lit("b")).otherwise(pl.lit("a"))
        )
    rarest = table["y"].unique().sort()[0]
    rare = np.flatnonzero((table["y"] == rarest).to_numpy())
    kept = rare[: max(6, int(0.03 * table.height))]
    rows = np.sort(np.concatenate([kept, np.setdiff1d(np.arange(table.height), rare)]))
    return replace(_planted(case, table[rows], "class_imbalance", "rare_class"), classes=True)


def outliers(case: Case, rng: Rng) -> Case:
    table, how = case.tables["all"], rng.integers(0, 3)
    rows = _some(rng, table.height, 0, int(rng.integers(1, 4)))
    if how == 0:
        ages = pl.Series(rng.integers(18, 90, table.height))
        cells = _put(table.with_columns(n0=ages), "n0", rows, str(rng.choice([999, 450, 1980])))
        return _planted(case, cells, "outliers", "disguised_missing", column="n0", rows=rows)
    if how == 1:
        cells = _put(table.with_columns(d0=pl.Series(_dates(rng, table.height))), "d0", rows, "2204-01-01")
        return _planted(case, cells, "outliers", column="d0", rows=rows)
    size = np.round(rng.lognormal(rng.uniform(1, 8), rng.uniform(0.2, 0.7), table.height), 2)
    size[rows] *= 1000  # grams for kilograms
    return _planted(case, table.with_columns(n0=pl.Series(size)), "outliers", column="n0", rows=rows)


def shift(case: Case, rng: Rng) -> Case:
    tables = given(case, rng).tables
    test = tables["test"]
    name = _pick(rng, test, "nc")
    if test[name].dtype.is_numeric():
        low, high = (float(test[name].quantile(q) or 0) for q in (0.25, 0.75))
        changed = test[name] + rng.choice([-1, 1]) * max(high - low, float(test[name].std()) / 2)  # type: ignore[arg-type]
    else:
        rarest = test[name].value_counts(sort=True)[name][-1]
        changed = pl.Series(np.where(rng.random(test.height) < 0.4, rarest, test[name].to_numpy()))
    test = test.with_columns(changed.cast(test[name].dtype, strict=False).alias(name))
    return Case({"train": tables["train"], "test": test}, case.classes, ("shift",), column=name)


def date_order(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    days = pl.Series(_dates(rng, table.height)).str.to_date()
    form = str(rng.choice(["%d/%m/%Y", "%m/%d/%Y"]))
    return _planted(case, table.with_columns(d9=days.dt.strftime(form)), "date_format", "ambiguous_date", column="d9")


def text_in_numbers(case: Case, rng: Rng) -> Case:
    table = case.tables["all"]
    rows = _some(rng, table.height, 0.01, 2)
    name = _pick(rng, table, "n")
    return _planted(case, _put(table, name, rows, "see note"), "not_a_number", column=name, rows=rows)


FAULTS: dict[str, Callable[[Case, Rng], Case]] = {
    f.__name__: f
    for f in (
        *(missing, disguised, duplicates, near_duplicates, both_sides, conflicts, label_errors, leak, id_like),
        *(constant, imbalance, outliers, shift, date_order, text_in_numbers),
    )
}
CODES = frozenset(
    (
        *("missing", "disguised_missing", "duplicate_rows", "near_duplicates", "train_test_overlap", "id_like", "leak"),
        *("conflicting_labels", "label_errors", "constant_column", "class_imbalance", "rare_class", "outliers"),
        *("shift", "ambiguous_date", "not_a_number", "unknown_at_prediction"),
    )
)


def planted(seed: int, fault: str | None, most: int = 3000) -> Case:
    """Return the clean table of a seed, every other one as train and test, or the same with a fault."""
    case, rng = clean(seed, most), np.random.default_rng([seed, *map(ord, fault or "")])
    if fault is not None:
        return FAULTS[fault](case, rng)
    return given(case, rng) if seed % 2 else case


def findings(case: Case, folder: Path) -> list[dict[str, Any]]:
    """Write a case's tables and take them in through the front door."""
    import milepost

    kind = "tabular-classification" if case.classes else "tabular-regression"
    for side, table in case.tables.items():
        table.write_csv(folder / f"{side}.csv")
    sources = {side: str(folder / f"{side}.csv") for side in case.tables}
    data = sources if "train" in sources else sources["all"]
    done = milepost.prepare(data, {"kind": kind, "target": "y"}, folder=folder / "out")
    return json.loads((Path(done.folder) / "data_report.json").read_text("utf-8"))["findings"]  # type: ignore[no-any-return]


def alarms(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is wrong to say of a clean table."""
    return [f for f in found if (f["severity"] == "warning" and f["code"] not in HONEST) or f["code"] in CODES]


def judged(job: tuple[int, str | None]) -> tuple[int, str | None, bool, list[str]]:
    """Return whether the fault of a seed was found, or that of a clean table something was."""
    folder = Path(tempfile.mkdtemp())
    try:
        case = planted(*job)
        found = findings(case, folder)
        if job[1] is None:
            wrong = alarms(found)
            return *job, bool(wrong), [f"{f['code']} {f['where']}: {f['what']}" for f in wrong]
        return *job, case.found(found), [f"{f['code']} {f['where']} {f['rows']}" for f in found]
    finally:
        shutil.rmtree(folder)


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    wanted = [f if f != "clean" else None for f in sys.argv[2:]] or [None, *FAULTS]
    jobs = [(seed, fault) for fault in wanted for seed in range(tables)]
    hits, seen = Counter[str | None](), Counter[str | None]()
    with Pool(2) as pool:
        for seed, fault, hit, said in pool.imap_unordered(judged, jobs, chunksize=8):
            hits[fault] += hit
            seen[fault] += 1
            if hit == (fault is None):
                print(f"  {fault or 'clean'} {seed}: {said}", flush=True)
    for fault in wanted:
        kind = "false alarms" if fault is None else "found"
        print(f"{fault or 'clean':18} {100 * hits[fault] / seen[fault]:5.1f} % {kind} of {seen[fault]}")


if __name__ == "__main__":
    main()
