"""Cleaning and splitting large files: CPU seconds and peak memory beside pandas, DuckDB and Ludwig, in one run.

python bench/data.py [MB] [csv|jsonl] [TOOL ...]     (300 csv milepost pandas duckdb ludwig)

Every tool reads the file, decides what the columns are, finds missing cells and exact copies, and writes three parts of
a split. Milepost looks for all its findings besides.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

ROWS = 20_000  # made at a time
WORDS = [w for w in Path(__file__).read_text("utf-8").split() if w.isalpha()]  # any will do


def make(path: Path, megabytes: float) -> int:
    """Write a table of 2 text, 20 number and 5 category columns and a target; return its rows."""
    rng, rows = np.random.default_rng(0), 0
    with path.open("wb") as file:
        while file.tell() < 1e6 * megabytes:
            table = _rows(rng)
            if path.suffix == ".csv":
                table.write_csv(file, include_header=not rows)
            else:
                table.write_ndjson(file)
            rows += ROWS
    return rows


def _rows(rng: np.random.Generator) -> pl.DataFrame:
    number = {f"n{i}": np.round(rng.normal(10 * i, 1 + i, ROWS), 3) for i in range(20)}
    few = {f"c{i}": rng.choice([f"kind_{j}" for j in range(3 + 4 * i)], ROWS) for i in range(5)}
    texts = {f"t{i}": [" ".join(w) for w in rng.choice(WORDS, (ROWS, 8))] for i in range(2)}
    table = pl.DataFrame({**texts, **number, **few})
    missing = {
        c: pl.when(pl.Series(rng.random(ROWS) < 0.02)).then(None).otherwise(pl.col(c)).alias(c) for c in ("n3", "c2")
    }
    likely = 1 / (1 + np.exp(-(number["n1"] - 10) / 2))
    return table.with_columns(*missing.values(), y=pl.Series((rng.random(ROWS) < likely).astype(int)))


def milepost(path: Path, out: Path) -> None:
    from milepost.stages.prepare import prepare

    prepare(path, {"kind": "tabular-classification", "target": "y"}, folder=out)
    assert not {"torch", "sklearn"} & set(sys.modules), "prepare imports what it must not"


def pandas(path: Path, out: Path) -> None:
    import pandas as pd

    table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_json(path, lines=True)
    missing, kinds = table.isna().sum(), table.nunique()
    table = table.drop_duplicates()
    place = pd.util.hash_pandas_object(table, index=False) % 100
    for name, some in (("train", table[place < 64]), ("valid", table[(place >= 64) & (place < 80)])):
        some.to_parquet(out / f"{name}.parquet")
    table[place >= 80].to_parquet(out / "test.parquet")
    assert len(missing) == len(kinds)


def duckdb(path: Path, out: Path) -> None:
    import duckdb as db

    link = db.connect(str(out / "work.db"))
    link.execute("SET memory_limit = '400MB'")
    link.execute(f"SET temp_directory = '{out / 'spill'}'")
    reader = "read_csv_auto" if path.suffix == ".csv" else "read_json_auto"
    link.execute(f"CREATE TABLE rows AS SELECT DISTINCT * FROM {reader}('{path}')")
    link.execute("SUMMARIZE rows").fetchall()
    for name, low, high in (("train", 0, 64), ("valid", 64, 80), ("test", 80, 100)):
        where = f"hash(rows) % 100 >= {low} AND hash(rows) % 100 < {high}"
        link.execute(f"COPY (SELECT * FROM rows WHERE {where}) TO '{out / name}.parquet'")


def ludwig(path: Path, out: Path) -> None:
    from ludwig.api import LudwigModel

    inputs = [{"name": f"n{i}", "type": "number"} for i in range(20)]
    inputs += [{"name": f"c{i}", "type": "category"} for i in range(5)]
    inputs += [{"name": f"t{i}", "type": "text"} for i in range(2)]
    model = LudwigModel({"input_features": inputs, "output_features": [{"name": "y", "type": "binary"}]})
    model.preprocess(dataset=str(path), output_directory=str(out))


TOOLS = {"milepost": milepost, "pandas": pandas, "duckdb": duckdb, "ludwig": ludwig}


def measured(tool: str, path: Path) -> dict[str, float] | str:
    """Run one tool in a process of its own; return CPU seconds, wall seconds and the peak memory of its tree."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        child = subprocess.Popen([sys.executable, __file__, "--one", tool, str(path), out], stderr=subprocess.PIPE)
        peak = 0.0
        while child.poll() is None:
            peak = max(peak, _tree(child.pid))
            time.sleep(0.02)
        assert child.stderr is not None
        error = child.stderr.read().decode().strip().splitlines()
    if child.returncode:
        return (error or [f"ended with {child.returncode}"])[-1][:100]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu, "wall_s": time.perf_counter() - begun, "peak_mb": peak / 1e6}


def _tree(pid: int) -> float:
    """Return the resident bytes of a process and its children."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_tree(int(c)) for c in children)


def main(megabytes: float = 300, form: str = "csv", *tools: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{form}"
        rows = make(path, megabytes)
        size = path.stat().st_size / 1e6
        print(f"{size:,.0f} MB of {form}, {rows:,} rows of 28 columns")
        ours: float | None = None
        for tool in tools or TOOLS:
            found = measured(tool, path)
            if isinstance(found, str):
                print(f"{tool:<9} {found}")
                continue
            speed = size / found["cpu_s"]
            ours = speed if tool == "milepost" else ours
            ratio = f"  milepost is {ours / speed:.1f}x as fast" if ours and tool != "milepost" else ""
            about = json.dumps({k: round(v, 1) for k, v in found.items()})
            print(f"{tool:<9} {speed:6.1f} MB a CPU second  {about}{ratio}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        TOOLS[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(*(float(w) if w.replace(".", "").isdigit() else w for w in sys.argv[1:]))
