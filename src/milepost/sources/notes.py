"""What is noticed in the blocks of a text, added up in their order, whatever the order in which they are parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from milepost.sources.encoding import BROKEN
from milepost.types import Finding

FEW = 5  # lines that are named


class _Few(NamedTuple):
    """How many lines, and the first of them."""

    total: int
    lines: list[int]


class _Note(NamedTuple):
    """What was noticed in one block."""

    mixed: _Few
    encodings: frozenset[str]
    short: _Few


class Notes:
    """Notes on the blocks of one text, and the findings they come to."""

    def __init__(self, name: str) -> None:
        self.encoding = "UTF-8"
        self._name, self._of = name, dict[int, _Note]()

    def clear(self) -> None:
        """Forget everything, as the text is read from its start."""
        self._of.clear()

    def add(self, line: int, marks: Mapping[int, str], short: Iterable[int] = ()) -> None:
        """Note which lines of the block that starts at `line` are in another encoding, and which have too few cells."""
        mixed = sorted(n for n, encoding in marks.items() if encoding != BROKEN)
        few = [int(n) for n in short]
        if mixed or few:
            self._of[line] = _Note(_few(mixed), frozenset(marks.values()) - {BROKEN}, _few(few))

    def findings(self) -> list[Finding]:
        """Say what was noticed so far."""
        notes = [self._of[line] for line in sorted(self._of)]
        others = sorted(frozenset[str]().union(*(n.encodings for n in notes)))
        mixed, short = _sum(n.mixed for n in notes), _sum(n.short for n in notes)
        return [
            *_encoding(self.encoding, self._name),
            *_mixed(mixed, self.encoding, others, self._name),
            *_short(short, self._name),
        ]


def _few(lines: list[int]) -> _Few:
    return _Few(len(lines), lines[:FEW])


def _sum(noted: Iterable[_Few]) -> _Few:
    all_ = list(noted)
    return _Few(sum(n.total for n in all_), [line for n in all_ for line in n.lines][:FEW])


def _encoding(encoding: str, name: str) -> list[Finding]:
    if encoding == "UTF-8":
        return []
    what, fix = f"`{name}` is not UTF-8; it is read as {encoding}", "if letters look wrong, save it as UTF-8"
    return [Finding("encoding", name, what, fix)]


def _mixed(mixed: _Few, main: str, others: Sequence[str], name: str) -> list[Finding]:
    if not mixed.total:
        return []
    what = f"`{name}` mixes encodings: {mixed.total:,} lines are not {main}; they are read as {', '.join(others)}"
    fix = "look at those lines; save the file in one encoding"
    return [Finding("mixed_encoding", name, what, fix, "warning", mixed.total, tuple(mixed.lines))]


def _short(short: _Few, name: str) -> list[Finding]:
    if not short.total:
        return []
    where = ", ".join(map(str, short.lines)) + (" ..." if short.total > len(short.lines) else "")
    what = f"rows of `{name}` have fewer cells than the header; the rest count as missing (lines {where})"
    return [Finding("short_rows", name, what, "look at those lines", "warning", short.total, tuple(short.lines))]
