"""Text in UTF-16 or with a byte order mark -> plain UTF-8, as it is read."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, cast

from milepost.errors import MilepostError

MARKS = ((codecs.BOM_UTF8, ""), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def utf8(file: BinaryIO, name: str) -> io.BufferedIOBase:
    """Return the stream as UTF-8 without its mark."""
    head = file.read(4)
    mark, codec = next(((m, c) for m, c in MARKS if head.startswith(m)), (b"", ""))
    if not mark and len(head) == 4 and head[0] < 128 and head[1::2] == b"\0\0":
        codec = "utf-16-le"
    if not mark and len(head) == 4 and head[1] < 128 and head[::2] == b"\0\0":
        codec = "utf-16-be"
    return cast(io.BufferedIOBase, _Joined(head[len(mark) :], file, codec, name))


class _Joined:
    """What was read already, then the rest; decoded where it is not UTF-8."""

    def __init__(self, head: bytes, file: BinaryIO, codec: str, name: str) -> None:
        self._head, self._file, self._name = head, file, name
        self._decoder = codecs.getincrementaldecoder(codec)() if codec else None

    def read(self, size: int) -> bytes:
        """Read about `size` bytes; none are left when there are none."""
        head, self._head = self._head, b""
        data = head + self._file.read(size - len(head))
        if self._decoder is None:
            return data
        try:
            text = self._decoder.decode(data, final=not data)
            while data and not text:
                data = self._file.read(size)
                text = self._decoder.decode(data, final=not data)
            return text.encode()
        except UnicodeError as error:
            raise MilepostError("the text is broken: it begins as UTF-16", self._name, "save it as UTF-8") from error
