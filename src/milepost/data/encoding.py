"""Bytes -> text: UTF-8, UTF-16, GB18030 or Windows-1252, told apart by how the bytes stand."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from milepost.errors import MilepostError

PAIRS = re.compile(rb"([\xa1-\xa9\xb0-\xd7][\xa1-\xfe])|[\x80-\xff]{1,2}")  # group 1: a common Chinese character
CHINESE = 0.6  # share of such pairs from which a text is Chinese: rare characters stand outside group 1


def decode(raw: bytes, path: Path) -> tuple[str, str]:
    """Return the text and the encoding found; raise MilepostError for what is no text."""
    text, encoding = _decoded(raw)
    if "\n" not in text:
        text = text.replace("\r", "\n")  # lines as old spreadsheets end them
    if "\0" in text:
        raise MilepostError(
            "the file is not text: it holds NUL bytes",
            f"{path}:{text[: text.index(chr(0))].count(chr(10)) + 1}",
            "export it as CSV",
        )
    return text, encoding


def _decoded(raw: bytes) -> tuple[str, str]:
    for codec, name in _candidates(raw):
        try:
            return raw.decode(codec), name
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace"), "Windows-1252"


def _candidates(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield codecs that may fit, the surest first."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16", "UTF-16"
    if 10 * raw.count(0) > len(raw):  # UTF-16 without its mark: every ASCII character has a NUL on one side
        yield ("utf-16-le", "UTF-16") if b"\n\0" in raw and 0 not in raw[::2] else ("utf-16-be", "UTF-16")
    yield "utf-8-sig", "UTF-8"
    common = [bool(pair) for pair in PAIRS.findall(raw)]
    if sum(common) >= CHINESE * len(common):  # a Western letter is one high byte amid ASCII, or a pair rare in Chinese
        yield "gb18030", "GB18030"
