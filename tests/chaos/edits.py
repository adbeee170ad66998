"""A ledger edited by hand: it is found out, and no look at the test rows is forgotten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from milepost.roadmap.run import run
from milepost.roadmap.status import status
from milepost.roadmap.store import audit

Edit = Callable[[list[bytes], int], list[bytes]]


def change(lines: list[bytes], at: int) -> list[bytes]:
    """Let a line say something else."""
    event = json.loads(lines[at]) | {"event": "nothing"}
    return [*lines[:at], json.dumps(event).encode(), *lines[at + 1 :]]


def remove(lines: list[bytes], at: int) -> list[bytes]:
    """Take a line out."""
    return [*lines[:at], *lines[at + 1 :]]


def insert(lines: list[bytes], at: int) -> list[bytes]:
    """Put a line in."""
    return [*lines[:at], b'{"event": "nothing"}', *lines[at:]]


def cut(lines: list[bytes], at: int) -> list[bytes]:
    """End the ledger at a line."""
    return lines[:at]


EDITS: tuple[Edit, ...] = (change, remove, insert, cut)


def edited(pristine: Path, copy: Path, edit: Edit, at: int) -> list[str]:
    """Edit line `at`, from 0, of a copy's ledger and run again; return what went wrong.

    The last lines, written after the last entry was whole, may go unnoticed: they hold no look.
    """
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(pristine, copy, symlinks=True)
    ledger = copy / ".milepost" / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines()
    ledger.write_bytes(b"".join(line + b"\n" for line in edit(lines, at)))
    before, out, late = status(pristine)["test_looks"], list[str](), at >= _last_look(lines)
    noticed = bool(audit(copy / ".milepost"))
    after = run(copy / "product.yaml")
    out += ["not noticed"] * (not late and not (noticed and any("ledger" in n for n in after["notes"])))
    out += [f"{after['test_looks']} looks of {before}"] * (after["test_looks"] < before)
    return [f"{edit.__name__} line {at + 1}: {what}" for what in out]


def _last_look(lines: list[bytes]) -> int:
    """Return the number of lines up to the last look."""
    return 1 + max(i for i, line in enumerate(lines) if json.loads(line)["event"] == "test_look")
