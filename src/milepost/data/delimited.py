"""CSV and its relatives: the encoding and the delimiter are found, the cells stay text."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from milepost.data.encoding import decode
from milepost.errors import MilepostError
from milepost.types import Finding

DELIMITERS = (",", ";", "\t", "|")
LOOK = 65_536  # bytes from which the delimiter is judged
FEW = 5  # lines that are named


def read_delimited(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Read a delimited file as text columns; return what was noticed too.

    Raises MilepostError with the line where a row has too many cells or a quote is never closed.
    """
    text, encoding = decode(path.read_bytes(), path)
    names, delimiter = header(text, path)
    _refuse_open_quote(text, delimiter, path)
    try:
        table = pl.read_csv(
            io.BytesIO(text.encode()),
            separator=delimiter,
            infer_schema=False,
            has_header=False,
            new_columns=names,
        ).slice(1)
    except pl.exceptions.PolarsError as error:
        line, cells = max(_widths(text, delimiter), key=lambda row: row[1], default=(1, 0))
        if cells > len(names):
            raise MilepostError(
                f"the row has {cells} cells, the header {len(names)}",
                f"{path}:{line}",
                'a cell that contains the delimiter must stand in "quotes"',
            ) from error
        raise
    return table, [*_encoding(encoding, path), *_short(table, text, delimiter, path)]


def header(text: str, path: Path) -> tuple[list[str], str]:
    """Return the column names and the delimiter; raise MilepostError for names that are absent or appear twice."""
    look = text[:LOOK].splitlines()[:50]
    delimiter = max(DELIMITERS, key=lambda d: _fit(look, d))
    names = [n.strip() for n in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]
    nameless = [str(i) for i, n in enumerate(names, 1) if not n]
    if len(nameless) > 1:  # a single one is the row number that pandas writes
        which = f"{', '.join(nameless[:-1])} and {nameless[-1]}"
        raise MilepostError(f"columns {which} have no name", f"{path}:1", "name them, or delete them")
    twice = [n for n, times in Counter(names).items() if times > 1]
    if twice:
        raise MilepostError(f"two columns are named `{twice[0]}`", f"{path}:1", "give every column a name of its own")
    return names, delimiter


def _fit(lines: list[str], delimiter: str) -> tuple[bool, float, int]:
    """Judge a delimiter: rows as wide as the header are good, and wide rows are better than narrow ones."""
    rows = list(csv.reader(lines, delimiter=delimiter))
    width = len(rows[0]) if rows else 0
    alike = sum(len(r) == width for r in rows) / max(1, len(rows))
    return width > 1, alike, width


def _widths(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Yield the line (from 1) where each row starts and its number of cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for row in reader:
        yield start, len(row)
        start = reader.line_num + 1


def _refuse_open_quote(text: str, delimiter: str, path: Path) -> None:
    """Raise MilepostError where a cell opens a quote that never closes: it would swallow the rest of the file."""
    if not text.count('"') % 2:
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            fix = 'close it, or write a quote within a cell as ""'
            raise MilepostError("a quote is opened and never closed", f"{path}:{start}", fix) from error


def _encoding(encoding: str, path: Path) -> list[Finding]:
    if encoding == "UTF-8":
        return []
    what, fix = f"`{path.name}` is not UTF-8; it is read as {encoding}", "if letters look wrong, save it as UTF-8"
    return [Finding("encoding", str(path), what, fix)]


def _short(table: pl.DataFrame, text: str, delimiter: str, path: Path) -> list[Finding]:
    """Report rows that lack cells at their end: polars takes those for missing."""
    if not table.width or not table[:, -1].null_count():
        return []
    lines = [line for line, cells in _widths(text, delimiter) if 0 < cells < table.width]
    if not lines:
        return []
    where = ", ".join(map(str, lines[:FEW])) + (" ..." if len(lines) > FEW else "")
    what = f"rows of `{path.name}` have fewer cells than the header; the rest count as missing (lines {where})"
    return [Finding("short_rows", str(path), what, "look at those lines", "warning", len(lines))]
