"""Bytes -> lines of UTF-8. The encoding is decided at the first byte beyond ASCII, whatever the blocks it comes in.

The rule, line by line (a line: bytes up to a newline; no encoding read here hides a newline within a character):

1. The main encoding is judged from 1 MB after the first line beyond ASCII: UTF-8 where half of those lines are valid in
   it, else GB18030 where the pairs of high bytes are common Chinese characters, else Windows-1252.
2. A line that is valid in the main encoding is read in it, save where it is surely something else: UTF-8 of more than
   two bytes a character in GB18030, any UTF-8 or a run of common Chinese characters in Windows-1252.
3. Any other line is read in the first of UTF-8, GB18030, Windows-1252 in which it is valid and looks like a language;
   remains of cut UTF-8 look like none. If there is no such encoding, the line is broken, and is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

import numpy as np

from milepost.sources.text import plain_text, read_fully

LONG = 8 << 20  # bytes from which a line is left out
LOOK = 1 << 20  # bytes from which the main encoding is judged
RAW = 2_000  # characters of a row that cannot be read that are kept
CHINESE = 0.6  # share of common pairs from which a text is Chinese: rare characters stand outside group 1 of PAIRS
LF, CR = b"\n\r"
BROKEN = ""  # stands for an encoding where there is none

_HIGH = re.compile(rb"[\x80-\xff]")
_LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")
PAIRS = re.compile(rb"([\xa1-\xa9\xb0-\xd7][\xa1-\xfe])|[\x80-\xff]{1,2}")  # group 1: a common Chinese character
_CHARACTER = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_UTF8 = re.compile(_CHARACTER)
_WIDE = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_WIDE_LINE = re.compile(  # a line of UTF-8 that holds a character of three bytes or more
    rb"[\r\n](?:[\x00-\x09\x0b\x0c\x0e-\x7f]++|[\xc2-\xdf][\x80-\xbf])*+[\xe0-\xf4][\x80-\xbf]{2}"
    rb"(?:[\x00-\x09\x0b\x0c\x0e-\xbf]++|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xf4][\x80-\xbf]{2})*+(?=[\r\n]|\Z)"
)
_CHINESE_RUN = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]){2}")
_LETTER = rb"[\xc0-\xd6\xd8-\xf6\xf8-\xfe\x8a\x8c\x8e\x9a\x9c\x9e\x9f]"
_WESTERN = re.compile(  # where a high byte stands in a Western text: in a word, or as a sign that is not within one
    rb"(?<=[A-Za-z])"
    + _LETTER
    + rb"{1,2}(?![\x80-\xff])|(?<![\x80-\xff])"
    + _LETTER
    + rb"{1,2}(?=[A-Za-z])|(?<= )[\xe0\xc0](?= )|(?<=[A-Za-z])[\x92\xb7](?=[A-Za-z])"
    rb"|(?<![A-Za-z\x80-\xff])[\x80\x82-\x89\x8b\x91-\x99\x9b\xa1-\xbf\xd7\xf7](?=[ A-Za-z0-9])"
    rb"|(?<=[ A-Za-z0-9])[\x80\x82-\x89\x8b\x91-\x99\x9b\xa1-\xbf\xd7\xf7](?![A-Za-z\x80-\xff])"
    rb"|(?<=[0-9A-Za-z ])\xa0(?=[0-9A-Za-z ])"
)
_ODD_CASE = re.compile(rb"[a-z][\xc0-\xde]")
_CODECS = {"UTF-8": "utf-8", "GB18030": "gb18030", "Windows-1252": "cp1252"}


class Chunk(NamedTuple):
    """Whole lines of text."""

    text: bytes  # valid UTF-8
    line: int  # the number of its first line, counted from 1
    marks: Mapping[int, str]  # the encoding of every line that is not in the main one; BROKEN: of none
    last: bool = False
    long: str | None = None  # how a line begins that stands here and is too long to be read


class Text:
    """Lines of text from a stream of any encoding; `encoding` is known when the lines have been read."""

    def __init__(self, stream: BinaryIO, block: int) -> None:
        self._stream, self._block, self.encoding = stream, block, "UTF-8"
        self._buffer, self._decided, self._line, self._ended = b"", False, 1, False

    def chunks(self) -> Iterator[Chunk]:
        """Yield about a block of text at a time; the last chunk is marked, and may be empty."""
        self._open()
        last = False
        while not last:
            if not self._ended:
                self._read()
            if self._is_long():
                chunk = self._skip()
                last = chunk.last
                yield chunk
                continue
            end = len(self._buffer) if self._ended else _last_newline(self._buffer)
            if end or self._ended:
                piece = self._buffer[:end]
                if not self._decided and not piece.isascii():
                    self._decide()
                self._buffer, last = self._buffer[end:], self._ended
                yield self._chunk(piece)

    def _open(self) -> None:
        """Turn UTF-16 into UTF-8 before all else, and leave out the mark of an encoding."""
        self._stream, sure = plain_text(self._stream)
        self.encoding, self._decided = sure or "UTF-8", bool(sure)

    def _read(self) -> None:
        more = self._stream.read(self._block)
        self._buffer, self._ended = self._buffer + more, not more

    def _decide(self) -> None:
        """Judge the main encoding from the first line beyond ASCII and what follows it."""
        found = _HIGH.search(self._buffer)
        assert found
        start = max(self._buffer.rfind(b"\n", 0, found.start()), self._buffer.rfind(b"\r", 0, found.start())) + 1
        missing = start + LOOK - len(self._buffer)
        if missing > 0:
            self._buffer += read_fully(self._stream, missing)
        self.encoding, self._decided = main_encoding(self._buffer[start : start + LOOK]), True

    def _chunk(self, piece: bytes) -> Chunk:
        text, marks = to_utf8(piece, self.encoding, self._line)
        line, self._line = self._line, self._line + newlines(text)
        return Chunk(text, line, marks, self._ended)

    def _is_long(self) -> bool:
        """Tell whether the first line is too long; others cannot be, as they are of one reading."""
        if len(self._buffer) <= LONG:
            return False
        found = _NEWLINE.search(self._buffer)
        return not found or found.start() > LONG

    def _skip(self) -> Chunk:
        """Read to the end of a line that is too long, and keep how it begins."""
        raw = self._buffer[: 4 * RAW].decode(_CODECS.get(self.encoding, "utf-8"), "replace")[:RAW]
        while not (found := _NEWLINE.search(self._buffer)) or found.end() == len(self._buffer):
            if self._ended:
                break
            self._buffer = self._buffer[-1:] if found else b""
            self._read()
        self._buffer = self._buffer[found.end() :] if found else b""
        line, self._line = self._line, self._line + 1
        return Chunk(b"", line, {}, self._ended and not self._buffer, raw)


_NEWLINE = re.compile(rb"\r\n|\r|\n")


def newlines(text: bytes) -> int:
    """Count the ends of lines: LF, CR LF and CR."""
    if b"\r" not in text:
        return text.count(b"\n")
    byte = np.frombuffer(text, np.uint8)
    line_feed, alone = byte == LF, byte == CR
    alone[:-1] &= ~line_feed[1:]
    return int(np.count_nonzero(line_feed) + np.count_nonzero(alone))


def _last_newline(text: bytes) -> int:
    """Return where the last whole line ends; a CR at the very end may be half a newline."""
    return text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, max(0, len(text) - 1)) + 1


def main_encoding(raw: bytes) -> str:
    """Judge lines, the first of which is beyond ASCII: UTF-8, GB18030 or Windows-1252."""
    lines = [line for line in raw.splitlines() if not line.isascii()]
    if len(lines) > 1 and len(raw) == LOOK:
        lines.pop()  # it may be cut in a character
    other = [line for line in lines if not _valid(line, "utf-8")]
    if 2 * len(other) <= len(lines):
        return "UTF-8"
    return "GB18030" if _chinese_share(b"\n".join(other)) >= CHINESE else "Windows-1252"


def to_utf8(piece: bytes, main: str, line: int = 1) -> tuple[bytes, dict[int, str]]:
    """Return lines as UTF-8, and the encoding of each that is not in the main one; `line` numbers the first."""
    if piece.isascii():
        return piece, {}
    codec = _CODECS.get(main, "utf-8")
    try:
        text = piece.decode(codec)
        if not _other_within(piece, main):
            return piece if codec == "utf-8" else text.encode(), {}
    except UnicodeDecodeError:
        pass
    out, marks = list[bytes](), dict[int, str]()
    for number, raw in enumerate(_LINE.findall(piece), line):
        if not raw.isascii():
            encoding = encoding_of(raw, main)
            raw = raw.decode(_CODECS.get(encoding, "utf-8"), "replace").encode() if encoding != "UTF-8" else raw
            if encoding != main and not (encoding == "UTF-8" and main == "UTF-16"):
                marks[number] = encoding
        out.append(raw)
    return b"".join(out), marks


def _other_within(piece: bytes, main: str) -> bool:
    """Tell whether lines that are valid in the main encoding may be in another one."""
    if main == "GB18030":
        return bool(_WIDE_LINE.search(b"\n" + piece))
    return main == "Windows-1252" and _neighbours(piece) and bool(_UTF8.search(piece) or _CHINESE_RUN.search(piece))


def _neighbours(piece: bytes) -> bool:
    """Tell whether two bytes beyond ASCII stand together, as they must in other encodings."""
    high = np.frombuffer(piece, np.uint8) >= 0x80
    return bool((high[1:] & high[:-1]).any())


def encoding_of(line: bytes, main: str) -> str:
    """Return the encoding of a line beyond ASCII, or BROKEN; the rule is at the head of this file."""
    utf8 = _valid(line, "utf-8")
    if main in ("UTF-8", "UTF-16"):
        return "UTF-8" if utf8 else BROKEN if main == "UTF-16" else _foreign(line)
    if main == "GB18030":
        if _valid(line, "gb18030") and not (utf8 and _WIDE.search(line)):
            return "GB18030"
        return "UTF-8" if utf8 else "Windows-1252" if _western(line) else BROKEN
    if utf8:
        return "UTF-8"
    if _CHINESE_RUN.search(line) and _chinese(line):
        return "GB18030"
    return "Windows-1252" if _valid(line, "cp1252") else BROKEN


def _foreign(line: bytes) -> str:
    return "GB18030" if _chinese(line) else "Windows-1252" if _western(line) else BROKEN


def _valid(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _chinese_share(text: bytes) -> float:
    common = [bool(pair) for pair in PAIRS.findall(text)]
    return sum(common) / max(1, len(common))


def _chinese(line: bytes) -> bool:
    """Tell whether a line that is not UTF-8 is surely Chinese, not UTF-8 that lost a byte."""
    high, covered = len(_HIGH.findall(line)), sum(map(len, _UTF8.findall(line)))
    likely = 2 * covered < high and max(line) >= 0xC0 and _valid(line, "gb18030")
    return likely and _chinese_share(line) >= CHINESE


def _western(line: bytes) -> bool:
    """Tell whether every high byte stands where a Western language has one."""
    if _ODD_CASE.search(line) or not _valid(line, "cp1252"):
        return False
    return sum(map(len, _WESTERN.findall(line))) == len(_HIGH.findall(line))
