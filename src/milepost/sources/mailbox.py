"""A mailbox (mbox) or one e-mail in a stream: a message is a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Bad, Block, Piece
from milepost.sources.documents import Noted, said
from milepost.sources.encoding import RAW
from milepost.sources.mail import FIELDS, mail
from milepost.sources.packed import Stream
from milepost.sources.text import read_fully
from milepost.sources.whole import LARGEST
from milepost.types import Finding

# a day and a time are in it: a paragraph may well begin with "From here on"
PARTING = re.compile(rb"From [^\r\n]*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\r\n]*\d\d:\d\d")
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
LINE = 1 << 20  # bytes that are read at once of a line without end


class Mailbox:
    """Messages of a stream as a Part, numbered from 1; `label` says what all of them are."""

    def __init__(self, stream: Stream, label: str | None = None) -> None:
        self.name, self.size, self._stream, self._label = stream.name, stream.size, stream, label
        self._single = stream.ending == ".eml"
        self._of = dict[int, Noted]()

    @property
    def columns(self) -> list[str]:
        """What is read of a message, its label where there is one, and the name of the mailbox."""
        return [*FIELDS, *(["label"] if self._label is not None else []), "file"]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in the blocks that have been parsed."""
        return [f for f in said(self.name, [self._of[at] for at in sorted(self._of)]) if f.count]

    def blocks(self) -> Iterator[Block]:
        """Cut the mailbox between messages; raise MilepostError for what is none."""
        self._of.clear()
        with self._stream.open() as file:
            if self._single:
                raw = read_fully(file, LARGEST + 1)
                yield Block(len(raw), partial(self._parse, [raw], 1))
                return
            number, held, size = 1, list[bytes](), 0
            for raw in _messages(file, self.name):
                held.append(raw)
                size += len(raw)
                if size >= BLOCK:
                    yield Block(size, partial(self._parse, held, number))
                    number, held, size = number + len(held), [], 0
            yield Block(size, partial(self._parse, held, number))

    def _parse(self, messages: list[bytes], first: int) -> Piece:
        rows, lines, bad = list[tuple[str | None, ...]](), list[int](), list[Bad]()
        broken, attachments = list[int](), 0
        beside = [*([] if self._label is None else [self._label]), self.name]
        for number, raw in enumerate(messages, first):
            if len(raw) > LARGEST:
                bad.append(Bad(number, "long_text", raw[:RAW].decode(errors="replace")))
                continue
            found = mail(raw)
            rows.append((*found.cells, *beside))
            lines.append(number)
            broken += [number] * found.broken
            attachments += found.attachments
        if attachments or broken:
            self._of[first] = Noted(Counter(), [], attachments, broken)
        table = pl.DataFrame(rows, dict.fromkeys(self.columns, pl.String), orient="row")
        return Piece(table, np.array(lines, np.int64), tuple(bad))


def _messages(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield messages without the line that parts them; of one that is too large, as much as tells so."""
    held, size, opened, blank = list[bytes](), 0, False, True
    while line := file.readline(LINE):
        if blank and PARTING.match(line):
            if opened:
                yield _unquoted(held)
            held, size, opened = [], 0, True
        elif opened and size <= LARGEST:
            held.append(line)
            size += len(line)
        elif not opened and not line.isspace():
            raise MilepostError("it does not begin as a mailbox does, with a line `From `", name, "export it as mbox")
        blank = line.isspace()
    if opened:
        yield _unquoted(held)


def _unquoted(lines: list[bytes]) -> bytes:
    raw = b"".join(lines)
    return QUOTED.sub(rb"\1", raw) if b">From " in raw else raw
