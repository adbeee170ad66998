"""CSV and its relatives: the encoding and the delimiter are found, the cells stay text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

import polars as pl

from milepost.errors import MilepostError

DELIMITERS = (",", ";", "\t", "|")
HIGH = re.compile(rb"[\x80-\xff]+")
LOOK = 65_536  # bytes from which the delimiter is judged


def read_delimited(path: Path) -> pl.DataFrame:
    """Read a delimited file as text columns; raise MilepostError with the line where a row has too many cells."""
    text = decode(path.read_bytes(), path)
    names, delimiter = header(text, path)
    try:
        return pl.read_csv(
            io.BytesIO(text.encode()),
            separator=delimiter,
            infer_schema=False,
            has_header=False,
            new_columns=names,
        ).slice(1)
    except pl.exceptions.PolarsError as error:
        line, cells = widest(text, delimiter)
        if cells > len(names):
            raise MilepostError(
                f"the row has {cells} cells, the header {len(names)}",
                f"{path}:{line}",
                'a cell that contains the delimiter must stand in "quotes"',
            ) from error
        raise


def decode(raw: bytes, path: Path) -> str:
    """Return the text of UTF-8, UTF-16 (by its mark) or GB18030 bytes; raise MilepostError for anything else."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _legacy(raw, path)
    if "\n" not in text:
        text = text.replace("\r", "\n")  # lines as old spreadsheets end them
    if "\0" in text:
        raise MilepostError(
            "the file is not text: it holds NUL bytes",
            f"{path}:{text[: text.index(chr(0))].count(chr(10)) + 1}",
            "export it as CSV",
        )
    return text


def _legacy(raw: bytes, path: Path) -> str:
    """Decode GB18030, or the Western code page where its letters stand alone.

    A Chinese character is two high bytes, or a high one and an ASCII one; a Western letter is one high byte amid ASCII.
    """
    runs = [len(run) for run in HIGH.findall(raw)]
    paired = sum(n for n in runs if n % 2 == 0)
    if paired >= 0.8 * sum(runs):
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return raw.decode("cp1252", "replace")


def header(text: str, path: Path) -> tuple[list[str], str]:
    """Return the column names and the delimiter; raise MilepostError for names that are empty or appear twice."""
    look = text[:LOOK].splitlines()[:50]
    delimiter = max(DELIMITERS, key=lambda d: _fit(look, d))
    names = [n.strip() for n in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]
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


def widest(text: str, delimiter: str) -> tuple[int, int]:
    """Return the line (from 1) and the number of cells of the widest row."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    best = (1, 0)
    start = 1
    for row in reader:
        best = max(best, (start, len(row)), key=lambda b: b[1])
        start = reader.line_num + 1
    return best
