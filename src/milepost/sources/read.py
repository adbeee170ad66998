"""The door: whatever lies in a source, as parts that can be read block by block, or as one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from milepost.errors import MilepostError, raise_all
from milepost.sources.arrays import Arrays
from milepost.sources.arrow import ArrowStream
from milepost.sources.base import Bad, Part
from milepost.sources.columnar import Columnar
from milepost.sources.database import URL, Database
from milepost.sources.delimited import Delimited
from milepost.sources.documents import Documents
from milepost.sources.excel import Excel
from milepost.sources.files import files_of, found, refuse_special, sides
from milepost.sources.folders import are_documents, are_mails, labels_of, root_of
from milepost.sources.frames import frame
from milepost.sources.guard import Alike, Guarded
from milepost.sources.kinds import HEAD, known
from milepost.sources.lines import Lines
from milepost.sources.mailbox import Mailbox
from milepost.sources.packed import Stream, stream
from milepost.types import Finding

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Input", "Source", "files_of", "opened", "read", "read_noting", "sides"]

Source: TypeAlias = "str | Path | pl.DataFrame | pd.DataFrame"
SAID = 5  # bad rows that are named

WRONG = {
    "broken_text": ("the row holds bytes that are no text", "save the file as UTF-8"),
    "nul_bytes": ("the row holds NUL bytes", "is the file complete? write it anew"),
    "long_line": ("the line is longer than 8 MB", "is a quote or a line end missing?"),
    "open_quote": ("a quote is never closed", 'close it; a quote within a cell is written ""'),
    "too_many_cells": ("the row has more cells than the header", 'put cells that hold the delimiter in "quotes"'),
    "repeated_header": ("the header is repeated", "delete the line"),
    "long_text": ("the text or e-mail is larger than 32 MB", "cut it into parts"),
    "not_json": ("the line is no JSON", 'write each as {"column": value, ...}'),
    "not_an_object": ("the line is JSON, but no object", 'write each as {"column": value, ...}'),
}


@dataclass(frozen=True)
class Input:
    """All parts of a source, which have the same columns."""

    parts: tuple[Part, ...]
    size: int  # bytes in all, as far as they are known


def opened(source: Source, folder: Path = Path(), *, sheet: str | None = None, query: str | None = None) -> Input:
    """Open a file, folder, glob, database URL or data frame; paths are relative to `folder`.

    Raises MilepostError at once for what is not there, is empty, is of no known kind or is broken at its beginning.
    """
    alike = Alike()
    if not isinstance(source, str | Path):
        parts = [Guarded(frame(source), alike)]
    elif "://" in str(source):
        parts = [_of_url(str(source), folder, query, alike)]
    else:
        files, beside = found(source, folder)
        parts = _of_files(files, folder / Path(source).expanduser(), folder, sheet, query, alike)
        parts[0].also(beside)
    return Input(tuple(parts), sum(p.size for p in parts))


def _named(path: Path, folder: Path) -> str:
    """Return the path as the user knows it."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) and path != folder else str(path)


def _of_url(url: str, folder: Path, query: str | None, alike: Alike) -> Guarded:
    if not url.startswith(URL):
        raise MilepostError(
            f"`{url.split('://')[0]}://` is no address that can be read", "data.source", "known: sqlite:///file.db"
        )
    path = folder / Path(url.removeprefix(URL)).expanduser()
    files_of(path)
    return _of_file(path, _named(path, folder), None, query, alike)


def _of_files(
    files: list[Path], source: Path, folder: Path, sheet: str | None, query: str | None, alike: Alike
) -> list[Guarded]:
    """Open files as a table each, or as rows of one table where they are texts or e-mails."""
    root = source if source.is_dir() else root_of(files)
    boxes = [f for f in files if f.suffix.lower() == ".mbox"]
    rest = [f for f in files if f.suffix.lower() != ".mbox"]
    label, out = labels_of(boxes, root), list[Guarded]()
    below = source.is_dir() and any(f.parent != root for f in rest)  # whose folders are labels
    if below or are_documents(rest):
        out, rest = [Guarded(Documents(_named(root, folder), rest, root, are_mails(files)), alike)], []
    return [*out, *(_of_file(f, _named(f, folder), sheet, query, alike, label.get(f)) for f in [*rest, *boxes])]


def _of_file(
    path: Path, name: str, sheet: str | None, query: str | None, alike: Alike, label: str | None = None
) -> Guarded:
    try:
        refuse_special(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not head:
            raise MilepostError("the file is empty", name, "name a file with a header and rows")
        packed = stream(path, name, head)
        kind, odd = known(packed)
        return Guarded(_part(packed, kind, sheet, query, label), alike, path, odd)
    except PermissionError as error:
        raise MilepostError("the file may not be read", name, f"chmod +r {path.name}") from error
    except OSError as error:
        raise MilepostError(f"the system refused: {error.strerror or error}", name, "is the disk well?") from error


def _part(packed: Stream, kind: str, sheet: str | None, query: str | None, label: str | None) -> Part:
    if kind == "mail":
        return Mailbox(packed, label)
    if kind == "text":
        return Delimited(packed.name, packed.size, packed.open)
    if kind == "lines":
        return Lines(packed)
    if kind == "json":
        return Arrays(packed)
    if kind == "book":
        return Excel(packed, sheet)
    if kind == "database":
        if packed.path is None:
            raise MilepostError("a database cannot be read while it is packed", packed.name, "unpack it")
        return Database(packed.path, packed.name, query)
    return ArrowStream(packed) if kind == "arrow stream" else Columnar(packed, kind)


def read(source: Source, folder: Path = Path(), *, sheet: str | None = None, query: str | None = None) -> pl.DataFrame:
    """Read one table; raise MilepostError for what cannot be read, has bad rows or has none."""
    table, _, bad = _whole(opened(source, folder, sheet=sheet, query=query))
    raise_all([_wrong(name, one) for name, one in bad[:SAID]])
    return table


def read_noting(
    source: Source, folder: Path = Path(), *, sheet: str | None = None, query: str | None = None
) -> tuple[pl.DataFrame, list[Finding], list[Bad]]:
    """Read one table as `read` does; return what was noticed and the bad rows too."""
    table, findings, bad = _whole(opened(source, folder, sheet=sheet, query=query))
    return table, findings, [one for _, one in bad]


def _whole(data: Input) -> tuple[pl.DataFrame, list[Finding], list[tuple[str, Bad]]]:
    tables, findings, bad = list[pl.DataFrame](), list[Finding](), list[tuple[str, Bad]]()
    for part in data.parts:
        for block in part.blocks():
            piece = block.parse()
            tables.append(piece.table)
            bad += [(part.name, one) for one in piece.bad]
        findings += part.findings
    some = [t for t in tables if t.height] or tables[:1]
    table = pl.concat(some, how="vertical_relaxed") if some else pl.DataFrame()
    if not bad and not table.height:
        what = "it has a header but no rows" if table.width else "it is empty"
        raise MilepostError(what, data.parts[0].name, "add rows")
    return table, findings, bad


def _wrong(name: str, bad: Bad) -> MilepostError:
    what, fix = WRONG.get(bad.reason, ("the row cannot be read", "open the file and look at that place"))
    return MilepostError(what, f"{name}:{bad.line}", fix)
