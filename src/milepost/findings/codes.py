"""What every code of a finding means: the sections of codes.md, which is a page of the documents too."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from milepost.errors import MilepostError, did_you_mean

HEADING = re.compile(r"^(?:# .*\n+)?## `(\w+)`$", re.MULTILINE)  # a theme's own heading belongs to no code


def explain(code: str, lang: str = "en") -> str:
    """Return what a code means, why it matters and what to do; raise MilepostError for one that is not known."""
    known = sections(lang)
    if code not in known:
        raise MilepostError(f"there is no code `{code}`", "CODE", did_you_mean(code, known))
    return known[code]


def meaning(code: str, lang: str = "en") -> str:
    """Return what a code says and what follows from it, in a sentence or two; nothing for one that is not known."""
    return sections(lang).get(code, "").partition("\n\n")[0]


@cache
def sections(lang: str = "en") -> dict[str, str]:
    """Return the text of every code."""
    file = "codes.md" if lang == "en" else f"codes.{lang}.md"
    _, *parts = HEADING.split((Path(__file__).parent / file).read_text("utf-8"))
    return {code: text.strip() for code, text in zip(parts[::2], parts[1::2], strict=True)}
