"""One JSON document that holds a list of records: cut into records as it is read, then parsed as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, partial

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Block
from milepost.sources.keys import Keys
from milepost.sources.lines import Batch, parse
from milepost.sources.packed import Stream
from milepost.sources.records import decoded, written
from milepost.sources.scanner import Scanner
from milepost.sources.text import plain_text
from milepost.types import Finding

FIX = 'write [{"column": value, ...}, ...] (in pandas: orient="records")'


class Arrays:
    """A JSON file as a Part: [{...}], {"data": [{...}]}, {"columns": [...], "data": [[...]]} or one object."""

    def __init__(self, stream: Stream) -> None:
        self.name, self.size, self._stream = stream.name, stream.size, stream
        self.findings: list[Finding] = []

    def blocks(self) -> Iterator[Block]:
        """Cut the list into blocks of records."""
        columns = self.columns
        self.findings = []
        for batch in self._batches():
            yield Block(len(batch.lines), partial(parse, batch, columns))

    @cached_property
    def columns(self) -> list[str]:
        """The keys of all records, in order of appearance, for which it is looked through once."""
        keys = Keys()
        for batch in self._batches():
            keys.add(batch.lines)
        if not keys.names:
            raise MilepostError("it is empty", self.name, "add rows")
        return keys.names

    def _batches(self) -> Iterator[Batch]:
        """Write some records at a time as lines; their numbers are their places in the list, from 1."""
        texts, first, held = list[str](), 1, 0
        for number, text in enumerate(self._elements(), 1):
            texts.append(_one_line(text))
            held += len(text)
            if held >= BLOCK:
                yield _joined(texts, first)
                texts, first, held = [], number + 1, 0
        if texts:
            yield _joined(texts, first)

    def _elements(self) -> Iterator[str]:
        with self._stream.open() as file:
            scanner = Scanner(plain_text(file)[0], self.name)
            first = scanner.peek()
            if first == "[":
                yield from self._listed(scanner, None)
            elif first == "{":
                yield from self._wrapped(scanner)
            else:
                raise MilepostError("it is no JSON: no list or object is there", f"{self.name}:{scanner.line}", FIX)
            if scanner.peek():
                raise MilepostError(
                    "it is no JSON: something follows its end",
                    f"{self.name}:{scanner.line}",
                    "delete what follows, or name it .jsonl if each line is an object",
                )

    def _wrapped(self, scanner: Scanner) -> Iterator[str]:
        """Read an object that holds the list, or that is the only record."""
        columns, found = None, ""
        cells, rest = dict[str, str](), list[str]()
        for key in scanner.names():
            if key == "columns" and scanner.peek() == "[":
                columns = [str(c) for c in json.loads(scanner.value())]
            elif not found and scanner.peek() == "[" and scanner.peek_inside() in ("{", "["):
                found = key
                yield from self._listed(scanner, columns)
            else:
                cells[key] = "" if scanner.peek() == "[" and scanner.skip_list() else scanner.value()
                rest.append(key)
        if found:
            self._say_rest(found, [k for k in rest if k not in ("index", "schema")])
        elif any(c[:1] in ("", "{") for c in cells.values()):
            raise MilepostError("the object holds no list of records", self.name, FIX)
        else:
            pairs = (f"{json.dumps(k)}: {c}" for k, c in cells.items())
            yield "{" + ", ".join(pairs) + "}"

    def _say_rest(self, found: str, rest: list[str]) -> None:
        if rest:
            names = ", ".join(rest[:5])
            what = f"the records are read from `{found}`; the rest of the file is not read: {names}"
            self.findings.append(Finding("ignored_keys", self.name, what, count=len(rest)))

    def _listed(self, scanner: Scanner, columns: list[str] | None) -> Iterator[str]:
        for line, text in scanner.items():
            if text.startswith("["):
                text = self._named(text, columns, line)
            yield text

    def _named(self, text: str, columns: list[str] | None, line: int) -> str:
        """Give the cells of a list the names of the columns."""
        cells = Scanner.of(text, self.name).cells()
        if columns is None or len(columns) != len(cells):
            raise MilepostError("the record is a list, not an object", f"{self.name}:{line}", FIX)
        return "{" + ", ".join(f"{json.dumps(n)}: {c}" for n, c in zip(columns, cells, strict=True)) + "}"


def _one_line(text: str) -> str:
    """Write a record on one line; newlines that stand within a string, which is not quite lawful, are escaped."""
    if "\n" not in text and "\r" not in text:
        return text
    with suppress(ValueError):  # what is no JSON is told when it is parsed
        if not _is_lawful(text):
            return written(decoded(text))
    return text.replace("\n", " ").replace("\r", " ")


def _is_lawful(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _joined(texts: list[str], first: int) -> Batch:
    return Batch(("\n".join(texts) + "\n").encode(), first)
