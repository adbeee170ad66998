"""Read what a source holds, block by block, and look at all of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from milepost.errors import MilepostError
from milepost.sources import arrays, delimited, lines
from milepost.sources.base import Bad, Part
from milepost.sources.read import opened
from milepost.types import Finding

CUTTERS = (delimited, lines, arrays)


class Seen(NamedTuple):
    """Everything a part hands on."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    lines: list[int]
    bad: list[Bad]
    findings: list[Finding]

    @property
    def codes(self) -> list[str]:
        return [f.code for f in self.findings]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(b.line, b.reason) for b in self.bad]


def seen(part: Part) -> Seen:
    """Read a part; rows are told apart as often as they are counted."""
    columns, rows, numbers, bad = list[str](), list[tuple[Any, ...]](), list[int](), list[Bad]()
    for block in part.blocks():
        piece = block.parse()
        assert len(piece.lines) == piece.table.height
        assert not columns or columns == piece.table.columns
        columns, rows = piece.table.columns, rows + piece.table.rows()
        numbers += piece.lines.tolist()
        bad += piece.bad
    assert len({*numbers, *(b.line for b in bad)}) == len(numbers) + len(bad), "a place is counted twice"
    return Seen(columns, rows, numbers, bad, part.findings)


def look(source: str | Path, folder: Path = Path(), **chosen: str) -> Seen:
    """Read a source of one part."""
    (part,) = opened(source, folder, **chosen).parts
    return seen(part)


def refusal(source: str | Path, folder: Path = Path(), **chosen: str) -> MilepostError:
    """Return the one error that a source is refused with."""
    with pytest.raises(MilepostError) as caught:
        for part in opened(source, folder, **chosen).parts:
            seen(part)
    return caught.value


@contextmanager
def cut_into(size: int) -> Iterator[None]:
    """Let blocks have `size` bytes."""
    with pytest.MonkeyPatch.context() as patch:
        for module in CUTTERS:
            patch.setattr(module, "BLOCK", size)
        yield


def csv_of(raw: bytes) -> delimited.Delimited:
    """Return delimited text as a part."""
    return delimited.Delimited("x.csv", len(raw), lambda: io.BytesIO(raw))


def outcome(part: Part, size: int) -> Seen | str:
    """Return what comes out of blocks of `size` bytes, an error as its text."""
    with cut_into(size):
        try:
            out = seen(part)
        except MilepostError as error:
            return str(error)
        return out._replace(bad=sorted(out.bad))
