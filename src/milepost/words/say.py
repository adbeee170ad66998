"""English messages -> another language, by a catalogue of pairs that is read only where it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

Say: TypeAlias = Callable[[str], str]

LANGUAGES = ("en", "zh")
HOLE = re.compile(r"\{\d?\}")  # {} in the order of the English; {0}, {1} ... where the other language has another


class _Pair(NamedTuple):
    """A message with holes, and how the other language has it."""

    pattern: re.Pattern[str]
    other: str
    literal: int  # letters that are not holes: the more, the surer the match
    quoted: tuple[bool, ...]  # holes between backticks hold somebody's own words, which stay


def say(lang: str) -> Say:
    """Return the function that puts a message of one or more lines into `lang`; English stays as it is."""
    return str if lang == "en" else partial(_said, lang)


def _said(lang: str, text: str) -> str:
    return "\n".join(_line(lang, line) for line in text.split("\n"))


def _line(lang: str, line: str) -> str:
    """Put one line into `lang`; what no pair knows, such as a name or a number, stays."""
    inner = line.strip()
    indent, rest = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    return indent + _part(lang, inner) + rest if inner else line


@cache
def _part(lang: str, text: str) -> str:
    exact, pairs = catalogue(lang)
    if text in exact:
        return exact[text]
    for pair in pairs:
        found = pair.pattern.fullmatch(text)
        if found:
            held = [v if own or not v else _part(lang, v) for v, own in zip(found.groups(), pair.quoted, strict=True)]
            return _filled(pair.other, held)
    return text


def _filled(other: str, held: list[str]) -> str:
    """Put what the holes held into the other language's message."""
    order = iter(range(len(held)))
    return HOLE.sub(lambda hole: held[int(hole[0][1:-1] or next(order))], other)


@cache
def catalogue(lang: str) -> tuple[dict[str, str], list[_Pair]]:
    """Return the messages without holes, and those with, the most literal first."""
    exact, pairs = dict[str, str](), list[_Pair]()
    for english, other in entries(lang):
        if HOLE.search(english):
            parts = HOLE.split(english)
            pattern = re.compile("(.*?)".join(map(re.escape, parts)))
            quoted = tuple(a.endswith("`") and b.startswith("`") for a, b in pairwise(parts))
            pairs.append(_Pair(pattern, other, sum(map(len, parts)), quoted))
        else:
            exact[english] = other
    return exact, sorted(pairs, key=lambda p: -p.literal)


def entries(lang: str) -> list[tuple[str, str]]:
    """Read the catalogue: pairs of lines, parted by blank lines; # begins a comment."""
    text = (Path(__file__).parent / f"{lang}.txt").read_text("utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    blocks = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    return [(english, other) for english, other in (block.split("\n") for block in blocks if block)]
