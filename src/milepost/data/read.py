"""Files, folders, globs and data frames -> tables. Text stays text: types are decided later, and said."""

from __future__ import annotations

import csv
import glob
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from milepost.data.delimited import read_delimited
from milepost.data.plain import plain
from milepost.errors import MilepostError, did_you_mean
from milepost.types import Finding

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | pl.DataFrame | pd.DataFrame"
Noted: TypeAlias = tuple[pl.DataFrame, list[Finding]]  # a table and what was noticed in reading it


def read(source: Source, folder: Path = Path()) -> pl.DataFrame:
    """Read one table; paths are relative to `folder`. Raise MilepostError for what cannot be read or has no rows."""
    return read_noting(source, folder)[0]


def read_noting(source: Source, folder: Path = Path()) -> Noted:
    """Read one table as `read` does; return what was noticed on the way too."""
    if isinstance(source, pl.DataFrame):
        return _checked((source, []), "the data frame")
    if not isinstance(source, str | Path):
        return _from_pandas(source)
    files = files_of(source, folder)
    noted = [_read_file(f) for f in files]
    return _joined(files, [table for table, _ in noted]), [f for _, findings in noted for f in findings]


def _joined(files: Sequence[Path], tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    for file, table in zip(files, tables, strict=True):
        if set(table.columns) != set(tables[0].columns):
            odd = sorted(set(table.columns) ^ set(tables[0].columns))
            raise MilepostError(
                f"it has other columns than {files[0].name}: {', '.join(odd[:5])}",
                str(file),
                "name one file in data.source",
            )
    return pl.concat((t.select(tables[0].columns) for t in tables), how="vertical_relaxed")


def _from_pandas(frame: Any) -> Noted:
    try:
        return _checked((pl.from_pandas(frame), []), "the data frame")
    except MilepostError:
        raise
    except Exception as error:  # whatever pandas, pyarrow and polars think of it
        what = f"it cannot be read: {str(error).splitlines()[0][:200]}"
        raise MilepostError(what, "the data frame", "give a file, or a polars or pandas DataFrame") from error


def files_of(source: str | Path, folder: Path = Path()) -> list[Path]:
    """List the files that a path, folder or glob names, in order of name; raise MilepostError if there are none."""
    path = folder / Path(source).expanduser()
    if any(c in str(source) for c in "*?[") and not path.exists():
        found = sorted(Path(p) for p in glob.glob(str(path), recursive=True) if Path(p).is_file())
    elif path.is_dir():
        found = sorted(p for p in path.iterdir() if p.is_file() and p.suffix.lower() in READERS)
    elif path.exists():
        return [path]
    else:
        near = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise MilepostError(
            f"there is no file `{source}`", "data.source", did_you_mean(path.name, near) if near else ""
        )
    if not found:
        raise MilepostError(
            f"there are no data files in `{source}`", "data.source", f"put {', '.join(sorted(READERS))} files there"
        )
    return found


def _read_file(path: Path) -> Noted:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise MilepostError(
            f"`{path.suffix or 'no ending'}` is not a kind of file that can be read",
            str(path),
            f"known: {', '.join(sorted(READERS))}",
        )
    try:
        if not path.stat().st_size:
            raise MilepostError("the file is empty", str(path), "name a file with a header and rows")
        return _checked(reader(path), str(path))
    except PermissionError as error:
        raise MilepostError("the file may not be read", str(path), f"chmod +r {path.name}") from error
    except (pl.exceptions.PolarsError, csv.Error, OSError, ValueError) as error:
        detail = str(error).splitlines()[0][:200]
        raise MilepostError(
            f"the file cannot be read: {detail}", str(path), "open it and look at that place"
        ) from error


def _checked(noted: Noted, where: str) -> Noted:
    table, findings = noted
    if not table.width or not table.height:
        raise MilepostError("it has a header but no rows" if table.width else "it is empty", where, "add rows")
    table, said = plain(table)
    return table, [*findings, *said]


def _read_lines(path: Path) -> Noted:
    try:
        return pl.read_ndjson(path, infer_schema_length=None), []
    except pl.exceptions.PolarsError as error:
        _refuse_bad_line(path)
        raise error


def _refuse_bad_line(path: Path) -> None:
    """Raise MilepostError for the first line that is no record of JSON."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            good = not line.strip() or isinstance(json.loads(line), dict)
        except ValueError:
            good = False
        if not good:
            raise MilepostError(
                "the line is no JSON object", f"{path}:{number}", 'write each as {"column": value, ...}'
            )


def _read_json(path: Path) -> Noted:
    raw = path.read_bytes()
    try:
        return pl.read_json(io.BytesIO(raw), infer_schema_length=None), []
    except pl.exceptions.PolarsError as error:
        try:
            json.loads(raw)
        except json.JSONDecodeError as wrong:
            raise MilepostError(f"it is no JSON: {wrong.msg}", f"{path}:{wrong.lineno}", "mend that place") from error
        raise


def _read_parquet(path: Path) -> Noted:
    return pl.read_parquet(path), []


def _read_arrow(path: Path) -> Noted:
    return pl.read_ipc(path), []


READERS: Mapping[str, Callable[[Path], Noted]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".json": _read_json,
    ".parquet": _read_parquet,
    ".arrow": _read_arrow,
    ".feather": _read_arrow,
}
