"""How a delimited text begins: what it really is, its delimiter, and the names of its columns."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from milepost.errors import MilepostError
from milepost.sources.encoding import LONG, Chunk, newlines
from milepost.sources.rows import Grammar

DELIMITERS = (",", ";", "\t", "|")
NONE = "\x1f"  # stands for a delimiter where there is a single column
LOOK = 1 << 16  # bytes from which the delimiter is judged
ROWS = 50  # rows from which the delimiter is judged
TITLE = 20  # rows that show that the first one is a title
_DECIMAL = re.compile(r"[-+]?[\d.\s]*,\d+")
_DECLARED = re.compile(rb'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_BLANK = re.compile(rb"(?:\r\n|\r|\n)*")
_MAGIC = (
    (b"PK\x03\x04", "a zip archive, as XLSX files are", ".xlsx or .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", ".xls, open it in a spreadsheet and save it as .xlsx"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"ARROW1", "an Arrow file", ".arrow"),
    (b"\x1f\x8b", "compressed with gzip", ".csv.gz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", ".csv.zst"),
    (b"SQLite format 3", "an SQLite database", ".db"),
    (b"%PDF", "a PDF document", ".pdf, and export its table as CSV"),
)
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|table|\?xml)", re.IGNORECASE)


class Header(NamedTuple):
    """What the first rows say."""

    names: list[str]
    grammar: Grammar
    row: bytes  # the header as it stands, without its newline
    size: int  # bytes of text up to the first row below the header


def refuse_disguised(head: bytes, name: str) -> None:
    """Raise MilepostError where the first bytes are those of no delimited text."""
    for magic, kind, ending in _MAGIC:
        if head.startswith(magic):
            raise MilepostError(f"this is no delimited text but {kind}", name, f"rename it to {ending}")
    if _HTML.match(head):
        fix = "export the table as CSV: a page that says `download` is often saved instead of the file"
        raise MilepostError("this is no delimited text but a web page (HTML)", name, fix)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"[") and _is_json(text):
        raise MilepostError(
            "this is no delimited text but JSON", name, "rename it to .json, or .jsonl if every line is an object"
        )


def _is_json(text: bytes) -> bool:
    """Tell whether the first line is JSON, or opens what spreads over several lines."""
    first, _, rest = text.partition(b"\n")
    if first.strip() in (b"{", b"["):
        return rest.lstrip()[:1] in (b'"', b"{", b"[", b"}", b"]")
    try:
        return isinstance(json.loads(first), dict | list)
    except ValueError:
        return False


def read_header(chunks: Iterable[Chunk], name: str) -> Header:
    """Judge the first rows; raise MilepostError where there are none, or names that are absent or appear twice."""
    text, final = b"", False
    for chunk in chunks:
        text, final = text + chunk.text, chunk.last
        if chunk.long is not None and not text.strip():
            what = "its first line is longer than 8 MB: this is no table"
            raise MilepostError(what, f"{name}:1", "look at how it was exported")
        if final or chunk.long is not None or len(text) >= LOOK:
            found = _header(text, final or chunk.long is not None or len(text) > LONG, name)
            if found:
                return found
    raise MilepostError("it is empty", name, "add a header and rows")


def _header(text: bytes, final: bool, name: str) -> Header | None:
    """Return the header; None where it does not end within `text`."""
    declared = _DECLARED.match(text)
    start = declared.end() if declared else 0
    blank = _BLANK.match(text, start)
    start = blank.end() if blank else start
    line = newlines(text[:start]) + 1
    if start == len(text):
        return None
    body = text[start:]
    grammar = Grammar(declared[1].decode()) if declared else _judge(body, f"{name}:{line}")
    found = grammar.row.match(body)
    if found is None or found[1] is None or (found.end() == len(body) and not final and not found[1]):
        if final:
            fix = 'close it, or write a quote within a cell as ""'
            raise MilepostError("a quote is opened and never closed", f"{name}:{line}", fix)
        return None
    row = body[: found.start(1)]
    names = [n.strip() for n in grammar.cells(row)]
    _refuse_names(names, f"{name}:{line}")
    return Header(names, grammar, row, start + found.end())


def _judge(text: bytes, where: str) -> Grammar:
    """Choose the delimiter: rows as wide as the header are good, and wide rows are better than narrow ones."""
    best, key = Grammar(NONE), (0.0, 0)
    title = 0
    for delimiter in DELIMITERS:
        grammar = Grammar(delimiter)
        rows = list(_rows(text, grammar))
        widths = [len(r) for r in rows]
        alike = sum(w == widths[0] for w in widths) / max(1, len(widths))
        if widths and widths[0] > 1 and (alike, widths[0]) > key:
            best, key = grammar, (alike, widths[0])
        title = max(title, _titled(rows))
    if not key[1] and title:
        what = f"the line does not look like a header: it has 1 cell, the lines below it {title}"
        raise MilepostError(what, where, "delete the lines above the header")
    return best


def _rows(text: bytes, grammar: Grammar) -> Iterator[list[str]]:
    """Yield the first rows that are not blank."""
    place, rows = 0, 0
    while place < len(text) and rows < ROWS and (found := grammar.row.match(text, place)) and found[1] is not None:
        if found.start(1) > place:
            yield grammar.cells(text[place : found.start(1)])
            rows += 1
        place = found.end()


def _titled(rows: list[list[str]]) -> int:
    """Return how many cells the rows below a first row of one cell have, where they agree; 0 where they do not."""
    below = rows[1 : 1 + TITLE]
    width = len(below[0]) if below else 0
    if width < 2 or len(rows[0]) > 1 or any(len(r) != width for r in below):
        return 0
    if width == 2 and (len(below) < TITLE // 2 or all(_DECIMAL.fullmatch(",".join(r).strip()) for r in below)):
        return 0  # a column of text or of numbers with decimal commas
    return width if len(below) > 1 else 0


def _refuse_names(names: list[str], where: str) -> None:
    nameless = [str(i) for i, n in enumerate(names, 1) if not n]
    if len(nameless) > 1:  # a single one is the row number that pandas writes
        which = f"{', '.join(nameless[:-1])} and {nameless[-1]}"
        raise MilepostError(f"columns {which} have no name", where, "name them, or delete them")
    twice = [n for n, times in Counter(names).items() if times > 1]
    if twice:
        raise MilepostError(f"two columns are named `{twice[0]}`", where, "give every column a name of its own")
