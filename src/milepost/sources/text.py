"""A stream in UTF-16 or with a byte order mark -> plain UTF-8, as it is read."""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO, cast

LOOK = 1 << 16  # bytes from which UTF-16 is told


def plain_text(stream: BinaryIO) -> tuple[BinaryIO, str]:
    """Return a stream without its mark, in UTF-8 if it was UTF-16, and the encoding if that is sure from the start."""
    head = read_fully(stream, LOOK)
    if codec := _utf_16(head):
        return cast(BinaryIO, _Utf16(stream, codec, head)), "UTF-16"
    sure = "UTF-8" if head.startswith(codecs.BOM_UTF8) else ""
    return cast(BinaryIO, _Joined(head.removeprefix(codecs.BOM_UTF8), stream)), sure


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end: archives hand on what they have."""
    parts, missing = list[bytes](), size
    while missing > 0 and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _utf_16(head: bytes) -> str:
    """Return the codec where a text is UTF-16: by its mark, or by the NUL beside every ASCII character."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if 50 * (even + odd) < len(head) or (4 * (even + odd) < len(head) and _is_utf_8(head.replace(b"\0", b""))):
        return ""
    if odd >= 10 * even and _ends_lines(head, b"\n\0", b"\r\0", b"{\0", b"[\0"):
        return "utf-16-le"
    if even >= 10 * odd and _ends_lines(head, b"\0\n", b"\0\r", b"\0{", b"\0["):
        return "utf-16-be"
    return ""


def _ends_lines(head: bytes, line_feed: bytes, carriage_return: bytes, *opening: bytes) -> bool:
    """Tell whether most newlines are those of UTF-16, or the text begins as JSON does."""
    for unit in (line_feed, carriage_return):
        if newlines := head.count(unit.strip(b"\0")):
            return 2 * sum(m.start() % 2 == 0 for m in re.finditer(re.escape(unit), head)) > newlines
    return head.startswith(opening)


def _is_utf_8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its last character may be cut
    except UnicodeDecodeError:
        return False
    return True


class _Joined(io.RawIOBase):
    """What was read already, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._rest.read(size)
        out = self._head if size < 0 else self._head[:size]
        self._head = self._head[len(out) :]
        return out


class _Utf16(io.RawIOBase):
    """A stream of UTF-16 read as UTF-8; what is no character becomes bytes that are no UTF-8."""

    def __init__(self, stream: BinaryIO, codec: str, head: bytes) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)("surrogatepass")
        self._waiting, self._odd = head.removeprefix("\ufeff".encode(codec)), b""

    def read(self, size: int = -1) -> bytes:
        while True:
            raw = self._odd + (self._waiting or self._stream.read(size))
            self._waiting, ended = b"", len(raw) == len(self._odd)
            whole = len(raw) // 2 * 2
            self._odd = raw[whole:] if not ended else b""
            text = self._decoder.decode(raw[:whole], ended)
            if text or ended:
                return text.encode("utf-8", "surrogatepass") + (b"\xff" if ended and raw else b"")
