"""What happened, line by line: each line holds the hash of the one before, so that a changed ledger is found out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from milepost.files import locked, sealed, unsealed

AFTER = "after"  # key of a line: the hash of the line before


class Head(NamedTuple):
    """How long a ledger is and the hash of its last line; what is made writes it down."""

    line: int
    hash: str


class Ledger:
    """Append events to a file that is never written otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, event: Mapping[str, Any]) -> None:
        """Write one event on the disk, whole or not at all; what a crash has torn is cut off first."""
        with locked(self.path, create=True) as handle:
            whole = self._whole()
            end = b"" if not whole or whole.endswith(b"\n") else b"\n"  # an editor took it away
            after = _hash(_lines(whole)[-1]) if whole else ""
            os.truncate(handle, len(whole))
            os.lseek(handle, 0, os.SEEK_END)
            try:
                _write_all(handle, end + sealed({**event, AFTER: after}) + b"\n")
                os.fsync(handle)
            except OSError:
                os.truncate(handle, len(whole))
                raise

    def events(self) -> list[dict[str, Any]]:
        """Read what happened, oldest first; a torn line says nothing."""
        found = [_read(line) for line in _lines(self._whole())]
        return [{k: v for k, v in event.items() if k != AFTER} for event in found if event]

    def head(self) -> Head:
        """Return where the ledger ends."""
        lines = _lines(self._whole())
        return Head(len(lines), _hash(lines[-1]) if lines else "")

    def audit(self, heads: Iterable[Head] = ()) -> list[str]:
        """Say where others have written in the ledger; `heads` are ends that it once had."""
        lines, known = _lines(self._whole()), set(heads)
        bad = _changed(lines)
        bad += [h.line for h in known if 0 < h.line <= len(lines) and _hash(lines[h.line - 1]) != h.hash]
        notes = list[str]()
        if bad:
            line = min(bad)
            notes.append(
                f"the ledger was changed by hand or damaged at line {line}: looks at the test rows may be missing"
            )
        elif any(h.line > len(lines) for h in known):
            notes.append("the last lines of the ledger are gone: looks at the test rows may be missing")
        return notes

    def _whole(self) -> bytes:
        """Read all but a torn last line, which was never an event."""
        data = self.path.read_bytes() if self.path.is_file() else b""
        return data if _read(data.split(b"\n")[-1]) else data[: data.rfind(b"\n") + 1]


def _changed(lines: Sequence[bytes]) -> list[int]:
    """Number the lines, from 1, that do not follow the one before; those older than the chain come first."""
    bad, chained, before = list[int](), False, ""
    for number, line in enumerate(lines, 1):
        event = _read(line) or {}
        chained = chained or AFTER in event
        if chained and event.get(AFTER) != before:
            bad.append(number)
        before = _hash(line)
    return bad


def _lines(data: bytes) -> list[bytes]:
    return data.removesuffix(b"\n").split(b"\n") if data else []


def _read(line: bytes) -> dict[str, Any] | None:
    """Return an event; None for what is none, or was changed."""
    try:
        return unsealed(line)
    except ValueError:
        return None


def _hash(line: bytes) -> str:
    return sha256(line).hexdigest()[:16]


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
