"""A JSON document from front to back, with no more of it in memory than one value."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from milepost.errors import MilepostError

CHUNK = 1 << 18  # bytes that are read at once
LARGEST = 8 << 20  # characters of one value
SLACK = 16  # characters before the end where an error may mean that more is to come

_SPACE = re.compile(r"[ \t\n\r]*")
_FLAT = re.compile(r'\{(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+\}', re.DOTALL)
_VALUES = json.JSONDecoder(strict=False, parse_float=str, parse_int=str)


class Scanner:
    """A place in the text of a JSON document; whatever is no JSON is a MilepostError with its line."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text, self._at, self._more = "", 0, True
        self.line = 1

    @classmethod
    def of(cls, text: str, name: str) -> Scanner:
        """Scan a text."""
        return cls(io.BytesIO(text.encode("utf-8", "replace")), name)

    def _read(self, size: int = CHUNK) -> bool:
        """Read more; drop what is done with."""
        data = self._file.read(size)
        try:
            text = self._decode(data, not data)
        except UnicodeError as error:
            raise self._wrong("the text is no UTF-8") from error
        self._text, self._at, self._more = self._text[self._at :] + text, 0, bool(data)
        return self._more

    def _move(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _wrong(self, what: str) -> MilepostError:
        return MilepostError(f"it is no JSON: {what}", f"{self._name}:{self.line}", "mend that place")

    def peek(self) -> str:
        """Return the next character that is no space; nothing at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._move(found.end() if found else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more or not self._read():
                return ""

    def peek_inside(self) -> str:
        """Return the first character of the list that is next."""
        while True:
            found = _SPACE.match(self._text, self._at + 1)
            end = found.end() if found else self._at + 1
            if end < len(self._text) or not self._more or not self._read():
                return self._text[end : end + 1]

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise self._wrong(f"`{mark}` is expected here")
        self._move(self._at + 1)

    def value(self) -> str:
        """Read one value; return its text. Of an object that holds no other, only the end is sought."""
        self.peek()
        size = CHUNK
        while True:
            try:
                flat = _FLAT.match(self._text, self._at)
                end = flat.end() if flat else _VALUES.raw_decode(self._text, self._at)[1]
            except (json.JSONDecodeError, RecursionError) as error:
                self._want(error, size)
                size *= 2
                continue
            if end == len(self._text) and self._more:  # a number may go on
                self._read(size)
                continue
            text = self._text[self._at : end]
            self._move(end)
            return text

    def _want(self, error: Exception, size: int) -> None:
        """Read more if that may mend the error; raise it if not."""
        if isinstance(error, RecursionError):
            raise self._wrong("it is nested too deep") from error
        assert isinstance(error, json.JSONDecodeError)
        near = error.pos >= len(self._text) - SLACK or error.msg.startswith("Unterminated string")
        large = len(self._text) - self._at > LARGEST
        if not (near and self._more) or large:
            self._move(error.pos)
            raise self._wrong("a record is larger than 8 MB" if large else error.msg) from error
        self._read(size)

    def _until(self, close: str) -> Iterator[None]:
        """Stop before each member, until the closing mark."""
        self._move(self._at + 1)
        if self.peek() == close:
            self._move(self._at + 1)
            return
        while True:
            yield
            if self.peek() == ",":
                self._move(self._at + 1)
            else:
                self._take(close)
                return

    def items(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the text of every member of the list that is next."""
        for _ in self._until("]"):
            self.peek()
            line = self.line
            yield line, self.value()

    def names(self) -> Iterator[str]:
        """Yield the keys of the object that is next; its values are read in between."""
        for _ in self._until("}"):
            if self.peek() != '"':
                raise self._wrong("a name in quotes is expected here")
            key = json.loads(self.value(), strict=False)
            self._take(":")
            yield key

    def cells(self) -> list[str]:
        """Return the texts of the members of the list that is next."""
        self.peek()
        return [text for _, text in self.items()]

    def skip_list(self) -> bool:
        """Read the list that is next and forget it."""
        for _ in self.items():
            pass
        return True
