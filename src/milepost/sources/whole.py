"""The bytes of one whole text -> the text; its encoding is found as that of a table's lines is."""

from __future__ import annotations

import io
from typing import NamedTuple

from milepost.sources.encoding import BROKEN, LOOK, main_encoding, to_utf8
from milepost.sources.text import plain_text, read_fully

LARGEST = 32 << 20  # bytes of a text or an e-mail


class Decoded(NamedTuple):
    """A text and the encoding that it was in."""

    text: str | None  # None: its bytes are text in no encoding
    encoding: str


def decoded(raw: bytes) -> Decoded:
    """Read a text; newlines become LF, and the last of them go."""
    stream, sure = plain_text(io.BytesIO(raw))
    plain = read_fully(stream, 2 * len(raw) + 1)
    main = sure or _main(plain)
    text, marks = to_utf8(plain, main)
    if BROKEN in marks.values():
        return Decoded(None, BROKEN)
    lines = text.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(lines.rstrip("\n"), next(iter(marks.values()), main))


def _main(raw: bytes) -> str:
    """Judge by the first line beyond ASCII and what follows it."""
    if raw.isascii():
        return "UTF-8"
    high = next(i for i in range(0, len(raw), 4096) if not raw[i : i + 4096].isascii())
    start = max(raw.rfind(b"\n", 0, high), raw.rfind(b"\r", 0, high)) + 1
    return main_encoding(raw[start : start + LOOK])
