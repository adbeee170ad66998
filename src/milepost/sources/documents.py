"""Many small files as one table: a text or an e-mail is a row, and the name of its folder is its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import BLOCK, Bad, Block, Piece
from milepost.sources.encoding import RAW
from milepost.sources.mail import FIELDS, Mail, mail
from milepost.sources.whole import LARGEST, decoded
from milepost.types import Finding

FILES = 512  # of a block
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # folders of texts that nobody has judged
TEXT = ("text",)
FEW = 5  # rows that are named


class Document(NamedTuple):
    """A file that is a row."""

    path: Path
    name: str  # as the column `file` has it: pos/0_9.txt
    label: str | None
    size: int  # bytes


class Noted(NamedTuple):
    """What was noticed in one block."""

    encodings: Counter[str]
    rows: list[int]  # the first that are in another encoding than UTF-8
    attachments: int
    broken: list[int]  # e-mails that are not written as they should be


class Documents:
    """Texts or e-mails, in order of name, as a Part; its lines are the places of the files, from 1."""

    def __init__(self, name: str, files: Sequence[Path], root: Path, mails: bool) -> None:
        self.name, self._mails, self._of = name, mails, dict[int, Noted]()
        self._files = [_document(f, root) for f in files]
        self.size = sum(d.size for d in self._files)
        self._labelled = any(d.label is not None for d in self._files)

    @property
    def columns(self) -> list[str]:
        """What is read of a file, its label where folders give one, and its name."""
        return [*(FIELDS if self._mails else TEXT), *(["label"] if self._labelled else []), "file"]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in the blocks that have been parsed."""
        return [f for f in said(self.name, [self._of[at] for at in sorted(self._of)]) if f.count]

    def blocks(self) -> Iterator[Block]:
        """Cut the files into blocks, in order."""
        self._of.clear()
        start, size = 0, 0
        for at, document in enumerate(self._files):
            if at > start and (size + document.size > BLOCK or at - start == FILES):
                yield Block(size, partial(self._parse, start, at))
                start, size = at, 0
            size += document.size
        yield Block(size, partial(self._parse, start, len(self._files)))

    def _parse(self, start: int, stop: int) -> Piece:
        rows, lines, bad = list[tuple[str | None, ...]](), list[int](), list[Bad]()
        noted = Noted(Counter(), [], 0, [])
        for number, document in enumerate(self._files[start:stop], start + 1):
            raw = _bytes_of(document)
            reason = _reason(raw, document.size)
            cells = None if reason else self._cells(raw)
            if cells is None:
                bad.append(Bad(number, reason or "broken_text", f"{document.name}: {_begins(raw)}"))
                continue
            row, noted = cells[0], _add(noted, number, *cells[1:])
            rows.append((*row, *([document.label] if self._labelled else []), document.name))
            lines.append(number)
        if any(noted):
            self._of[start] = noted
        table = pl.DataFrame(rows, dict.fromkeys(self.columns, pl.String), orient="row")
        return Piece(table, np.array(lines, np.int64), tuple(bad))

    def _cells(self, raw: bytes) -> tuple[tuple[str | None, ...], str, Mail | None] | None:
        """Read a file: its cells, its encoding, the mail that it is; None for bytes that are no text."""
        if self._mails:
            found = mail(raw)
            return found.cells, "UTF-8", found
        text, encoding = decoded(raw)
        return None if text is None else ((text,), encoding, None)


def _document(path: Path, root: Path) -> Document:
    name = path.relative_to(root)
    label = name.parts[0] if len(name.parts) > 1 else None
    label = None if label is not None and label.lower() in UNLABELLED else label
    try:
        return Document(path, name.as_posix(), label, path.stat().st_size)
    except OSError as error:
        raise _refused(error, name.as_posix()) from error


def _bytes_of(document: Document) -> bytes:
    try:
        with document.path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise _refused(error, document.name) from error


def _refused(error: OSError, name: str) -> MilepostError:
    if isinstance(error, PermissionError):
        return MilepostError("the file may not be read", name, f"chmod +r {name}")
    return MilepostError(f"the system refused: {error.strerror or error}", name, "is the disk well?")


def _reason(raw: bytes, size: int) -> str:
    """Return why a file is no row."""
    if max(len(raw), size) > LARGEST:
        return "long_text"
    return "nul_bytes" if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ""


def _begins(raw: bytes) -> str:
    return raw[: 4 * RAW].decode(errors="replace")[:RAW]


def _add(noted: Noted, number: int, encoding: str, found: Mail | None) -> Noted:
    if encoding != "UTF-8":
        noted.encodings[encoding] += 1
        noted.rows.append(number)
    if found is not None and found.broken:
        noted.broken.append(number)
    return noted._replace(attachments=noted.attachments + (found.attachments if found else 0))


def said(name: str, noted: Sequence[Noted]) -> list[Finding]:
    """Say what was noticed in texts or e-mails; a count of 0 is nothing."""
    others = sum((n.encodings for n in noted), Counter[str]())
    rows, broken = [r for n in noted for r in n.rows], [r for n in noted for r in n.broken]
    listed, attachments = ", ".join(sorted(others)), sum(n.attachments for n in noted)
    return [
        Finding(
            "encoding",
            name,
            f"{len(rows):,} texts of `{name}` are not UTF-8; they are read as {listed}",
            "if letters look wrong, save them as UTF-8",
            count=len(rows),
            rows=tuple(rows[:FEW]),
        ),
        Finding(
            "attachments",
            name,
            f"{attachments:,} attachments and pictures of the e-mails are not read",
            count=attachments,
        ),
        Finding(
            "broken_mail",
            name,
            f"{len(broken):,} e-mails are not written as e-mails should be; what could be read of them is kept",
            "look at the text of the rows that are listed",
            "warning",
            len(broken),
            tuple(broken[:FEW]),
        ),
    ]
