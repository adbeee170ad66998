"""One JSON object -> its cells as text, to the letter: 1.0 stays 1.0, nested values keep the text of their JSON."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

Record = dict[str, str | None]

_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t\n\r]+', re.DOTALL)
_WORDS = {True: "true", False: "false", None: None}
_VALUES = json.JSONDecoder(strict=False)


def _first(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Let the first of two equal keys win."""
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    out.clear()
    for key, value in pairs:
        out.setdefault(key, value)
    return out


_TEXT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_first, strict=False)


class NoObject(ValueError):
    """It is JSON, but no object."""


class Nul(ValueError):
    """It holds NUL bytes, which no text has."""


def record(text: str) -> Record:
    """Read one object; raise NoObject for other JSON, UnicodeError for half a character, ValueError for no JSON."""
    if "\0" in text:
        raise Nul
    try:
        value = _TEXT.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(value, dict):
        raise NoObject
    if any(isinstance(v, dict | list) for v in value.values()):
        out = _nested(text)
    else:
        out = {k: v if isinstance(v, str) else _WORDS[v] for k, v in value.items()}
    if "\\u" in text:
        _refuse_halves(out)
    return out


def reason(error: ValueError) -> str:
    """Return the code of what is wrong with a record."""
    if isinstance(error, UnicodeError):
        return "broken_text"
    if isinstance(error, Nul):
        return "nul_bytes"
    return "not_an_object" if isinstance(error, NoObject) else "not_json"


def _nested(text: str) -> Record:
    """Read an object that is known to be JSON, and cut nested values out of its text."""
    out: Record = {}
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, at = scanstring(text, at + 1, False)
        start = _skip(text, _skip(text, at) + 1)
        value, at = _VALUES.raw_decode(text, start)
        written = text[start:at]
        cell = value if isinstance(value, str) else compact(written) if isinstance(value, dict | list) else written
        out.setdefault(key, None if value is None else cell)
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    return out


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def compact(written: str) -> str:
    """Write JSON without its spaces and escapes, save those it must have; numbers stay as they were written."""
    return _TOKEN.sub(_letters, written)


def _letters(found: re.Match[str]) -> str:
    token = found[0]
    if not token.startswith('"'):
        return ""
    plain = "\\" not in token and token.isprintable()
    return token if plain else json.dumps(json.loads(token, strict=False), ensure_ascii=False)


def _refuse_halves(cells: Record) -> None:
    """Raise UnicodeError for half a character, which no text file can hold."""
    for key, cell in cells.items():
        (key if cell is None else key + cell).encode()
