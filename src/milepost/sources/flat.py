"""JSON lines that are all alike -> a table, by leaving out all but their values and reading the rest as CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import polars as pl

from milepost.sources.spans import QUOTE, Spans, prints, spans
from milepost.types import Array

OPEN, CLOSE, COMMA, SPACE = b"{},\x20"
BARE = r"^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)$"


def flat(lines: bytes) -> pl.DataFrame | None:
    """Parse lines, each ended by a newline, that have the same keys in the same order and no nested value.

    Every cell is the text of its value. Returns None for what is not so, or may be no JSON: it must be read slowly.
    """
    found = spans(lines)
    if found is None or b"\0" in lines:
        return None
    key_open_RK, key_close_RK = _keys(found)
    if not key_open_RK.size:
        return None
    names = _names(found, key_open_RK[0], key_close_RK[0])
    start_RK, end_RK = _values(found, key_open_RK, key_close_RK)
    if names is None or not start_RK.size:
        return None
    string_RK = _strings(found, start_RK, end_RK)
    if string_RK is None:
        return None
    table = _read(_only_values(found, start_RK, end_RK), names)
    if table is None or table.height != len(start_RK):
        return None
    table = _cells(table, string_RK)
    return table if table is None or b"\\" not in found.text else _unescaped(table)


def _keys(found: Spans) -> tuple[Array, Array]:
    """Return where the keys open and close, int64 [R, K] each; nothing if lines differ in them."""
    open_M, close_M, lines = found.open_Q[found.key_Q], found.close_Q[found.key_Q], len(found.newline_R)
    none = np.empty((0, 0), np.int64)
    if not lines or not len(open_M) or len(open_M) % lines:
        return none, none
    open_RK, close_RK = open_M.reshape(lines, -1), close_M.reshape(lines, -1)
    start_R = np.concatenate([[0], found.newline_R[:-1] + 1])
    first_R = open_RK[:, 0] == start_R + 1
    same_RK = prints(found).reshape(lines, -1)
    if not (first_R.all() and (found.byte_N[start_R] == OPEN).all() and (same_RK == same_RK[0]).all()):
        return none, none
    return (open_RK, close_RK) if (close_RK[:, -1] < found.newline_R).all() else (none, none)


def _names(found: Spans, open_K: Array, close_K: Array) -> list[str] | None:
    try:
        names = [json.loads(found.text[o : c + 1], strict=False) for o, c in zip(open_K, close_K, strict=True)]
        "".join(names).encode()
    except ValueError:
        return None
    return names if len(set(names)) == len(names) else None


def _values(found: Spans, key_open_RK: Array, key_close_RK: Array) -> tuple[Array, Array]:
    """Return where values start and end, int64 [R, K] each; nothing where commas and braces are not around them."""
    byte_N = found.byte_N
    start_RK = key_close_RK + 2
    start_RK = start_RK + (byte_N[start_RK] == SPACE)
    end_RK = np.concatenate([key_open_RK[:, 1:] - 1, found.newline_R[:, None] - 1], axis=1)
    end_RK = end_RK - (byte_N[end_RK] == SPACE)
    closed = (byte_N[end_RK[:, :-1]] == COMMA).all() and (byte_N[end_RK[:, -1]] == CLOSE).all()
    none = np.empty((0, 0), np.int64)
    return (start_RK, end_RK) if closed and (start_RK < end_RK).all() else (none, none)


def _strings(found: Spans, start_RK: Array, end_RK: Array) -> Array | None:
    """Return which values are strings, bool [R, K]; None where quotes are elsewhere than around one."""
    string_RK = found.byte_N[start_RK] == QUOTE
    open_S, close_S = found.open_Q[~found.key_Q], found.close_Q[~found.key_Q]
    around = len(open_S) == string_RK.sum() and (open_S == start_RK[string_RK]).all()
    return string_RK if around and (close_S + 1 == end_RK[string_RK]).all() else None


def _only_values(found: Spans, start_RK: Array, end_RK: Array) -> bytes:
    """Return the values, each followed by its comma or newline."""
    edge_RK = np.stack([start_RK, end_RK + 1], 2).reshape(len(start_RK), -1)
    edge_RK[:, -1] = end_RK[:, -1]  # the brace after the last value is left out
    edge_RE = np.column_stack([edge_RK, found.newline_R, found.newline_R + 1])
    length = np.diff(edge_RE.ravel(), prepend=0)
    return found.byte_N[np.repeat(np.tile([False, True], len(length) // 2), length)].tobytes()


def _read(values: bytes, names: Sequence[str]) -> pl.DataFrame | None:
    full = b'""' + b"," * (len(names) - 1) + b"\n"
    try:
        return pl.read_csv(full + values, schema=dict.fromkeys(names, pl.String), has_header=False)[1:]
    except pl.exceptions.PolarsError:
        return None


def _cells(table: pl.DataFrame, string_RK: Array) -> pl.DataFrame | None:
    """Turn null into nothing; None where a value that is no string is no number or word of JSON."""
    mixed = [pl.Series(name, s) for name, s in zip(table.columns, string_RK.T, strict=True) if not s.all()]
    if not mixed:
        return table
    strings = pl.DataFrame(mixed).select(pl.all().name.suffix("?"))
    sound = [(pl.col(s.name).str.contains(BARE) | pl.col(s.name + "?")).all() for s in mixed]
    words = [pl.when((pl.col(s.name) != "null") | pl.col(s.name + "?")).then(pl.col(s.name)) for s in mixed]
    both = pl.concat([table, strings], how="horizontal")
    return both.with_columns(words).select(table.columns) if all(both.select(sound).row(0)) else None


def _unescaped(table: pl.DataFrame) -> pl.DataFrame | None:
    """Turn the escapes of JSON into what they say; None where one is none."""
    try:
        return table.with_columns([_said(c) for c in table if c.str.contains("\\", literal=True).any()])
    except (ValueError, pl.exceptions.PolarsError):
        return None


def _said(column: pl.Series) -> pl.Series:
    """Read the cells that hold escapes as strings of JSON; raise ValueError where one is none."""
    escaped_N = column.str.contains("\\", literal=True).fill_null(False).to_numpy()
    text = '["' + '","'.join(column.filter(pl.Series(escaped_N))) + '"]'
    cells = pl.Series(json.loads(text, strict=False), dtype=pl.String)
    return column.scatter(np.flatnonzero(escaped_N), cells)
