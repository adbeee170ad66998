"""One JSON object -> its cells as text, to the letter: 1.0 stays 1.0, nested values become the text of their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from json.encoder import encode_basestring as quoted
from typing import Any

Record = dict[str, str | None]

_WORDS = {True: "true", False: "false", None: "null"}


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _first(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Let the first of two equal keys win."""
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    out.clear()
    for key, value in pairs:
        out.setdefault(key, value)
    return out


def _decoder(number: type[str]) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_float=number, parse_int=number, parse_constant=number, object_pairs_hook=_first, strict=False
    )


_FLAT, _DEEP = _decoder(str), _decoder(_Number)


class NoObject(ValueError):
    """It is JSON, but no object."""


class Nul(ValueError):
    """It holds NUL bytes, which no text has."""


def record(text: str) -> Record:
    """Read one object; raise ValueError, of which `reason` says more, for anything else."""
    if "\0" in text:
        raise Nul
    value = decoded(text)
    if not isinstance(value, dict):
        raise NoObject
    out: Record = {k: v if isinstance(v, str) else None if v is None else written(v) for k, v in value.items()}
    if "\\u" in text:
        _refuse_halves(out.items())
    return out


def decoded(text: str) -> Any:
    """Read JSON, of which numbers stay as they are written; raise ValueError for what is none."""
    deep = "[" in text or text.count("{") > 1  # only there numbers must be told from strings
    try:
        return (_DEEP if deep else _FLAT).decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def written(value: Any) -> str:
    """Write what was decoded as JSON without spaces, of which only those characters are escaped that must be."""
    if isinstance(value, str):
        return value if isinstance(value, _Number) else quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(k)}:{written(v)}" for k, v in value.items()) + "}"
    return _WORDS[value]


def reason(error: ValueError) -> str:
    """Return the code of what is wrong with a record."""
    if isinstance(error, UnicodeError):
        return "broken_text"
    if isinstance(error, Nul):
        return "nul_bytes"
    return "not_an_object" if isinstance(error, NoObject) else "not_json"


def _refuse_halves(cells: Iterable[tuple[str, str | None]]) -> None:
    """Raise UnicodeError for half a character, which no text file can hold."""
    for key, cell in cells:
        (key if cell is None else key + cell).encode()
