"""What kind of file it is: by its name, and by its first bytes."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from milepost.errors import MilepostError
from milepost.sources.packed import PACKED, Stream
from milepost.sources.text import plain_text, read_fully
from milepost.types import Finding

ENDINGS = {
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".xlsx": "book",
    ".xlsm": "book",
    ".xlsb": "book",
    ".xls": "book",
    ".ods": "book",
    ".db": "database",
    ".sqlite": "database",
    ".sqlite3": "database",
    ".eml": "mail",
    ".mbox": "mail",
}
MAGICS = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow stream"),
    (b"PK\x03\x04", "book"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "book"),
    (b"SQLite format 3\0", "database"),
    (b"\x1f\x8b", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
)
FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
)
SPOKEN = {
    "lines": "JSON lines",
    "json": "one JSON document",
    "parquet": "Parquet",
    "arrow": "Arrow",
    "arrow stream": "Arrow",
    "book": "a spreadsheet",
    "database": "an SQLite database",
}
HEAD = 512
LINE = 1 << 20  # bytes in which the end of the first line of JSON is looked for
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|table|meta|\?xml)", re.IGNORECASE)


class Known(NamedTuple):
    """What a file is, and what is odd about that."""

    kind: str
    findings: list[Finding]


def known(stream: Stream) -> Known:
    """Return the kind of a file; raise MilepostError for one that is empty or of no kind that can be read."""
    with stream.open() as file:
        head = read_fully(file, HEAD)
    if not head:
        raise MilepostError("the file is empty", stream.name, "name a file with a header and rows")
    _refuse_foreign(head, stream.name)
    named = ENDINGS.get(stream.ending)
    seen = next((kind for magic, kind in MAGICS if head.startswith(magic)), None)
    if seen == "packed" or (seen == "book" and stream.packing and stream.ending in PACKED):
        raise MilepostError("it is packed twice", stream.name, "pack the data file once")
    if seen is None and named in ("text", "lines", "json", None):
        seen = _json(stream, named)
    kind = seen or _believed(stream, named, head)
    return Known(kind, _misnamed(stream, named, kind))


def _refuse_foreign(head: bytes, name: str) -> None:
    """Raise MilepostError for what is plainly no table."""
    for magic, what in FOREIGN:
        if head.startswith(magic):
            raise MilepostError(f"it is {what}, which cannot be read", name, "export the table as CSV")
    if _PAGE.match(head):
        fix = "open it and export the table as CSV: such a page is often saved in place of the file"
        raise MilepostError("it is a web page, which cannot be read", name, fix)


def _misnamed(stream: Stream, named: str | None, kind: str) -> list[Finding]:
    """Say so if the file is not what its name says."""
    packed = stream.packing not in ("", stream.outer)
    if packed:
        what = f"it is named `{stream.outer}` but is packed (`{stream.packing}`); it is unpacked"
    elif named not in (None, kind) and (named, kind) != ("arrow", "arrow stream"):
        what = f"it is named `{stream.ending}` but is {SPOKEN[kind]}; it is read as that"
    else:
        return []
    return [Finding("misnamed_file", stream.name, what, "give it the ending of what it is", "info", 1)]


def _believed(stream: Stream, named: str | None, head: bytes) -> str:
    """Return the kind that the name says, where the bytes may be of that kind."""
    name, ending = stream.name, stream.ending
    if named is None:
        what = f"`{ending}` is not a kind of file that can be read" if ending else "the name has no ending"
        raise MilepostError(what, name, f"known: {', '.join(sorted(ENDINGS))}")
    if named in ("text", "lines", "json", "mail"):
        return named
    if b"\0" not in head:
        raise MilepostError(f"it is named `{ending}` but holds text", name, "name it .csv if that is what it holds")
    raise MilepostError(f"it does not begin as `{ending}` files do", name, "copy it anew")


def _json(stream: Stream, named: str | None) -> str | None:
    """Tell JSON lines from one document by the first line; nothing where the name says it better."""
    with stream.open() as file:
        text = read_fully(plain_text(file)[0], LINE).lstrip()
    if text.startswith(b"["):
        records = text[1:].lstrip().startswith(b"{")
        return "json" if records or named in ("json", None) else named
    if not text.startswith(b"{"):
        return None if named is None else named
    first, _, rest = text.partition(b"\n")
    opens = first.strip() == b"{" and rest.lstrip().startswith(b'"')
    if not _is_object(first):
        return "json" if opens or named is None else named
    single = named if named in ("lines", "json") else "lines"
    return "lines" if rest.lstrip().startswith(b"{") else single


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
