"""One JSON object -> its cells as text, to the letter: 1.0 stays 1.0, nested values keep the text of their JSON."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring

Record = dict[str, str | None]

_SPACE = re.compile(r"[ \t\n\r]*")
_OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t\n\r]+', re.DOTALL)
_WORDS = {True: "true", False: "false", None: None}
_VALUES = json.JSONDecoder(strict=False)


def _first(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Let the first of two equal keys win, as the fast parser does."""
    return dict(reversed(pairs))


_TEXT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_first, strict=False)


class NoObject(ValueError):
    """It is JSON, but no object."""


def record(text: str) -> Record:
    """Read one object; raise NoObject for other JSON, ValueError for what is none."""
    try:
        value = _TEXT.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(value, dict):
        raise NoObject
    if any(isinstance(v, dict | list) for v in value.values()):
        return _nested(text)
    out: Record = {k: v if isinstance(v, str) else _WORDS[v] for k, v in value.items()}
    _refuse_surrogates(out)
    return out


def _nested(text: str) -> Record:
    """Read an object that is known to be JSON, and cut nested values out of its text."""
    out: Record = {}
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, at = scanstring(text, at + 1, False)
        start = _skip(text, _skip(text, at) + 1)
        value, at = _VALUES.raw_decode(text, start)
        raw = text[start:at]
        cell = value if isinstance(value, str) else compact(raw) if isinstance(value, dict | list) else raw
        out.setdefault(key, None if value is None else cell)
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    _refuse_surrogates(out)
    return out


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def compact(raw: str) -> str:
    """Write JSON without its spaces and escapes; numbers stay as they were written."""
    return _OUTSIDE.sub(_letters, raw)


def _letters(found: re.Match[str]) -> str:
    token = found[0]
    if not token.startswith('"'):
        return ""
    return json.dumps(json.loads(token, strict=False), ensure_ascii=False) if "\\" in token else token


def _refuse_surrogates(cells: Record) -> None:
    """Raise UnicodeError for half a character, which no text file can hold."""
    for key, cell in cells.items():
        (key if cell is None else key + cell).encode()
