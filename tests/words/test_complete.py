"""Every message of the source has its Chinese, and every entry of the catalogue is somebody's message."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from messages import SRC, Messages, messages

from milepost.page.glance import SEVERITIES, SIDES, TYPES
from milepost.roadmap.gates import WORST
from milepost.words.say import HOLE, TEMPLATE, entries

PAIRS = entries("zh")
KNOWN = dict(PAIRS)
WIDE = "\u3400-\u9fff"
COMMAND = re.compile(r"(milepost|pip|chmod)( [\w\[\]'+{}.-]+)+")  # what is typed is the same in every language
SHOWN = {*SEVERITIES, *SIDES, *TYPES, *(v.replace("_", " ") for v in WORST), "naive", "baseline"}  # JSON holds them
LATER = {  # words that only a run can tell: of another error, of the system, of the evidence
    "the system refused: {~}",
}


@cache
def found() -> Messages:
    return messages()


def bare(english: str) -> str:
    return english.replace("{~}", "{}")


def wanted() -> dict[str, str]:
    """Messages and the words in their holes, and where they are said."""
    out = {text: place for text, place in found().places.items() if not COMMAND.fullmatch(text)}
    for text, holes in found().found.items():
        for word in {w for hole in holes for w in hole.words}:
            out.setdefault(word, found().places[text])
    return out


def shown() -> set[str]:
    """What the page and the commands say as it is written, and names of the JSON that they put into words."""
    out = {*SHOWN, *reasons()}
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("voice", "say")
            if called and isinstance(node, ast.Call):
                out |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    return out


def reasons() -> set[str]:
    """The reasons for which rows are set aside, in words."""
    return set()
