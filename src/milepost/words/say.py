"""English messages -> another language, by a catalogue of pairs that is read only where it is asked for.

A message that is built where it arises, such as "`age` has 3 gaps", is found by its pattern "`{}` has {} gaps": what
its holes hold is kept, or put into the language itself where the catalogue has {~}. A message that is filled when it
is shown is a template, "{0}: {1} rows", found as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial, reduce
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

Say: TypeAlias = Callable[[str], str]

LANGUAGES = ("en", "zh")
HOLE = re.compile(r"\{[\d~]?\}")
TEMPLATE = re.compile(r"\{\d\}")
WIDE, NARROW = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z0-9`]")


class _Pair(NamedTuple):
    """A message with holes, and how the other language has it."""

    parts: Sequence[str]  # what stands before, between and after the holes
    spoken: Sequence[bool]  # of each hole: what it holds is words, not a name or a number
    quoted: Sequence[bool]  # of each hole: it stands in backticks
    other: str

    def held(self, text: str) -> list[str] | None:
        """Return what the holes hold, as little as can be from the left; None where the message is another."""
        first, *between, last = self.parts
        at, end, out = len(first), len(text) - len(last), list[str]()
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        for part in between:
            found = text.find(part, at, end)
            if found < 0:
                return None
            out.append(text[at:found])
            at = found + len(part)
        return [*out, text[at:end]]

    def is_sound(self, held: Sequence[str]) -> bool:
        """Tell whether what stands in backticks is one name; a few have backticks themselves."""
        return not any(quoted and "`" in name for quoted, name in zip(self.quoted, held, strict=True))


def say(lang: str) -> Say:
    """Return the function that puts a message into `lang`; what it does not know stays as it is."""
    return str if lang == "en" else partial(_said, lang)


def listed(say: Say, items: Iterable[str]) -> str:
    """Return items parted by the commas of a language."""
    return reduce(say("{0}, {1}").format, [*items] or [""])


def _said(lang: str, text: str) -> str:
    exact, pairs = catalogue(lang)
    if text in exact:
        return exact[text]
    matches = [(pair, held) for pair in pairs if (held := pair.held(text)) is not None]
    if not matches:
        return text
    return _filled(lang, *next((m for m in matches if m[0].is_sound(m[1])), matches[0]))


def _filled(lang: str, pair: _Pair, held: Sequence[str]) -> str:
    """Put what the holes held into the other language's message; words take its habit of blanks."""
    start, *parts = HOLE.split(pair.other)
    order = iter(range(len(held)))
    for hole, part in zip(HOLE.findall(pair.other), parts, strict=True):
        place = int(hole[1]) if hole[1].isdigit() else next(order)
        if pair.spoken[place]:
            start = _beside(_beside(start, _said(lang, held[place])), part)
        else:
            start += held[place] + part
    return start


def _beside(left: str, right: str) -> str:
    """Join two pieces: a blank parts Chinese from Latin letters, digits and code, not Chinese from Chinese."""
    a, b = left.rstrip(" ")[-1:], right.lstrip(" ")[:1]
    if WIDE.match(a) and WIDE.match(b):
        return left.rstrip(" ") + right.lstrip(" ")
    apart = (WIDE.match(a) and NARROW.match(b)) or (NARROW.match(a) and WIDE.match(b))
    return f"{left.rstrip(' ')} {right.lstrip(' ')}" if apart else left + right


@cache
def catalogue(lang: str) -> tuple[dict[str, str], list[_Pair]]:
    """Return the messages that are found as they are written, and those with holes: the most literal first.

    A message that begins with a hole comes after those that do not, for its first hole would hold their beginning.
    """
    exact, pairs = dict[str, str](), list[_Pair]()
    for english, other in entries(lang):
        holes = HOLE.findall(english)
        if not holes or TEMPLATE.search(english):
            exact[english] = other
        else:
            parts = HOLE.split(english)
            quoted = [a.endswith("`") and b.startswith("`") for a, b in pairwise(parts)]
            pairs.append(_Pair(parts, [hole == "{~}" for hole in holes], quoted, other))
    return exact, sorted(pairs, key=lambda p: (not p.parts[0], -sum(map(len, p.parts))))


def entries(lang: str) -> list[tuple[str, str]]:
    """Read the catalogue: pairs of lines, parted by blank lines; # and a blank begin a comment."""
    text = (Path(__file__).parent / f"{lang}.txt").read_text("utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("# ")]
    blocks = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    return [(english, other) for english, other in (block.split("\n") for block in blocks if block)]
