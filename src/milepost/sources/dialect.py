"""How a delimited text begins: what it really is, its delimiter, and the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from milepost.errors import MilepostError
from milepost.sources.encoding import BROKEN, LONG, Chunk, newlines
from milepost.sources.names import doubtful, refuse_names
from milepost.sources.rows import Grammar
from milepost.types import Finding

COMMON = (",", ";", "\t", "|")
RARE = "^~:#!$%&*@=+/\\\x01\x02\x1c\x1d\x1e "  # believed where all rows have as many cells as the header
NONE = "\x1f"  # stands for a delimiter where there is a single column
LOOK = 1 << 16  # bytes from which the delimiter is judged
ROWS = 50  # rows from which the delimiter is judged
LEAST = 3  # rows that show that a rare delimiter is one
TITLE = 20  # rows that show that the first one is a title
_DECIMAL = re.compile(r"[-+]?[\d.\s]*,\d+")
_DECLARED = re.compile(rb'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_BLANK = re.compile(rb"(?:\r\n|\r|\n)*")


class Header(NamedTuple):
    """What the first rows say."""

    names: list[str]
    grammar: Grammar
    row: bytes  # the header as it stands, without its newline
    size: int  # bytes of text up to the first row below the header
    findings: list[Finding]


def read_header(chunks: Iterable[Chunk], name: str) -> Header:
    """Judge the first rows; raise MilepostError where there are none, or names that are absent or appear twice."""
    text, broken = b"", set[int]()
    for chunk in chunks:
        text += chunk.text
        broken |= {n for n, encoding in chunk.marks.items() if encoding == BROKEN}
        if chunk.long is not None and not text.strip():
            what = "its first line is longer than 8 MB: this is no table"
            raise MilepostError(what, f"{name}:1", "look at how it was exported")
        final = chunk.last or chunk.long is not None
        if final or len(text) >= LOOK:
            found = _header(text, final or len(text) > LONG, name, broken)
            if found:
                return found
    raise MilepostError("it is empty", name, "add a header and rows")


def _header(text: bytes, final: bool, name: str, broken: set[int]) -> Header | None:
    """Return the header; None where it does not end within `text`."""
    declared = _DECLARED.match(text)
    start = declared.end() if declared else 0
    blank = _BLANK.match(text, start)
    start = blank.end() if blank else start
    line = newlines(text[:start]) + 1
    if start == len(text):
        return None
    body, where = text[start:], f"{name}:{line}"
    grammar = Grammar(declared[1].decode()) if declared else _judge(body, where)
    found = grammar.row.match(body)
    if found is None or found[1] is None or (found.end() == len(body) and not final and not found[1]):
        if final:
            fix = 'close it, or write a quote within a cell as ""'
            raise MilepostError("a quote is opened and never closed", where, fix)
        return None
    row = body[: found.start(1)]
    if broken & set(range(line, line + newlines(row) + 1)):
        raise MilepostError("the header holds bytes that are no text", where, "save the file as UTF-8")
    names = [n.strip() for n in grammar.cells(row)]
    rows = list(_rows(body[found.end() :], grammar))
    refuse_names(names, where, rows)
    return Header(names, grammar, row, start + found.end(), [*_parted(grammar, name), *doubtful(names, rows, name)])


def _parted(grammar: Grammar, name: str) -> list[Finding]:
    """Say what parts the cells where it is not what the name of the file says."""
    delimiter = chr(grammar.delimiter)
    if delimiter in (",", "\t", NONE):
        return []
    shown = delimiter if delimiter.isprintable() else f"\\x{ord(delimiter):02x}"
    return [Finding("delimiter", name, f"the cells of `{name}` are parted by `{shown}`")]


def _judge(text: bytes, where: str) -> Grammar:
    """Choose the delimiter: rows as wide as the header are good, and wide rows are better than narrow ones."""
    best, key, title = Grammar(NONE), (0.0, 0), 0
    for delimiter in COMMON:
        grammar = Grammar(delimiter)
        rows = list(_rows(text, grammar))
        alike, width = _alike(rows)
        opened = not rows and delimiter.encode() in text.splitlines()[0]  # by a quote that does not close
        width = 1 if opened else width
        if (width > 1 or opened) and (alike, width) > key:
            best, key = grammar, (alike, width)
        title = max(title, _titled(rows))
    if key[0] < 1 and (rare := _rare(text)):
        return rare
    if not key[1] and title:
        what = f"the line does not look like a header: it has 1 cell, the lines below it {title}"
        raise MilepostError(what, where, "delete the lines above the header")
    return best


def _alike(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of rows that are as wide as the first, and how wide that is."""
    width = len(rows[0]) if rows else 0
    return sum(len(r) == width for r in rows) / max(1, len(rows)), width


def _rare(text: bytes) -> Grammar | None:
    """Return the rare delimiter that parts all rows alike, of several the one that makes most cells."""
    found, most = None, 1
    for delimiter in RARE:
        grammar = Grammar(delimiter)
        rows = list(_rows(text, grammar))
        alike, width = _alike(rows)
        if alike == 1 and len(rows) >= LEAST and width > max(most, delimiter == " " and 2):
            found, most = grammar, width
    return found


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
