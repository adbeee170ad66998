"""What kind of file it is: by its name, and by its first bytes."""

from __future__ import annotations

import json
from typing import NamedTuple

from milepost.errors import MilepostError
from milepost.sources.packed import PACKED, Stream
from milepost.sources.text import plain_text
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


class Known(NamedTuple):
    """What a file is, and what is odd about that."""

    kind: str
    findings: list[Finding]


def known(stream: Stream) -> Known:
    """Return the kind of a file; raise MilepostError for one that is empty or of no kind that can be read."""
    with stream.open() as file:
        head = file.read(HEAD)
    if not head:
        raise MilepostError("the file is empty", stream.name, "name a file with a header and rows")
    named = ENDINGS.get(stream.ending)
    seen = next((kind for magic, kind in MAGICS if head.startswith(magic)), None)
    if seen == "packed" or (seen == "book" and stream.path is None and stream.ending in PACKED):
        raise MilepostError("it is packed twice", stream.name, "pack the data file once")
    if seen is None and named in ("lines", "json", None):
        seen = _json(stream, named)
    if seen is None:
        seen = _believed(stream, named, head)
    if named is None or seen == named or (named, seen) == ("arrow", "arrow stream"):
        return Known(seen, [])
    what = f"it is named `{stream.ending}` but is {SPOKEN[seen]}; it is read as that"
    return Known(seen, [Finding("misnamed_file", stream.name, what, "give it the ending of what it is", "info", 1)])


def _believed(stream: Stream, named: str | None, head: bytes) -> str:
    """Return the kind that the name says, where the bytes may be of that kind."""
    if named is None:
        raise MilepostError(
            f"`{stream.ending or 'no ending'}` is not a kind of file that can be read",
            stream.name,
            f"known: {', '.join(sorted(ENDINGS))}",
        )
    if named in ("text", "lines", "json"):
        return named
    start = head.lstrip()[:100].lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<")):
        raise MilepostError(
            f"it is named `{stream.ending}` but holds a web page", stream.name, "open it and save it as CSV"
        )
    if b"\0" not in head:
        raise MilepostError(
            f"it is named `{stream.ending}` but holds text", stream.name, "name it .csv if that is what it holds"
        )
    raise MilepostError(
        f"the file cannot be read: it does not begin as `{stream.ending}` files do", stream.name, "copy it anew"
    )


def _json(stream: Stream, named: str | None) -> str | None:
    """Tell JSON lines from one document by the first line."""
    with stream.open() as file:
        text = plain_text(file)[0].read(LINE).lstrip()
    if text.startswith(b"["):
        return "json" if named != "lines" or text[1:].lstrip().startswith(b"{") else named
    if not text.startswith(b"{"):
        return named
    first, _, rest = text.partition(b"\n")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return named
    return "lines" if rest.lstrip().startswith(b"{") else named or "lines"
