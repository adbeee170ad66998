"""Files, folders, globs and data frames -> tables. Text stays text: types are decided later, and said."""

from __future__ import annotations

import csv
import glob
import io
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
        return _checked(pl.from_pandas(source), "the data frame")
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
    return table


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
