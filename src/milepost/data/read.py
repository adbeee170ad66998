"""Files, folders, globs and data frames -> tables. Text stays text: types are decided later, and said."""

from __future__ import annotations

import csv
import glob
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from milepost.data.delimited import read_delimited
from milepost.errors import MilepostError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | pl.DataFrame | pd.DataFrame"


def read(source: Source, folder: Path = Path()) -> pl.DataFrame:
    """Read one table; paths are relative to `folder`. Raise MilepostError for what cannot be read or has no rows."""
    if isinstance(source, pl.DataFrame):
        return _checked(source, "the data frame")
    if not isinstance(source, str | Path):
        return _from_pandas(source)
    files = files_of(source, folder)
    tables = [_read_file(f) for f in files]
    for file, table in zip(files, tables, strict=True):
        if set(table.columns) != set(tables[0].columns):
            odd = sorted(set(table.columns) ^ set(tables[0].columns))
            raise MilepostError(
                f"it has other columns than {files[0].name}: {', '.join(odd[:5])}",
                str(file),
                "name one file in data.source",
            )
    return pl.concat((t.select(tables[0].columns) for t in tables), how="vertical_relaxed")


def _from_pandas(frame: Any) -> pl.DataFrame:
    try:
        return _checked(pl.from_pandas(frame), "the data frame")
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


def _read_file(path: Path) -> pl.DataFrame:
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


def _checked(table: pl.DataFrame, where: str) -> pl.DataFrame:
    if not table.width or not table.height:
        raise MilepostError("it has a header but no rows" if table.width else "it is empty", where, "add rows")
    return table.with_columns(_plain(c) for c in table.iter_columns() if not _is_plain(c.dtype))


def _is_plain(dtype: pl.DataType) -> bool:
    numbers = dtype.is_numeric() and not dtype.is_decimal()
    return numbers or dtype in (pl.String, pl.Boolean, pl.Date, pl.Datetime)


def _plain(column: pl.Series) -> pl.Series:
    """Write a column as numbers or text: durations as seconds, lists and records as JSON, bytes as hex."""
    if column.dtype == pl.Duration:
        return column.dt.total_microseconds().cast(pl.Float64) / 1e6
    if column.dtype.is_decimal():
        return column.cast(pl.Float64)
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    if column.dtype.is_nested() or column.dtype == pl.Object:
        cells = [None if v is None else json.dumps(v, default=str, ensure_ascii=False) for v in column.to_list()]
        return pl.Series(column.name, cells, dtype=pl.String)
    return column.cast(pl.String, strict=False)


def _read_lines(path: Path) -> pl.DataFrame:
    return pl.read_ndjson(path, infer_schema_length=None)


def _read_json(path: Path) -> pl.DataFrame:
    return pl.read_json(io.BytesIO(path.read_bytes()), infer_schema_length=None)


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".json": _read_json,
    ".parquet": pl.read_parquet,
    ".arrow": pl.read_ipc,
    ".feather": pl.read_ipc,
}


def describe(source: Any) -> str:
    """Name a source in a sentence."""
    return str(source) if isinstance(source, str | Path) else "a data frame"
