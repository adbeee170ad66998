"""SQLite by URL or file: the rows of one table or one query, in the order in which they come."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl

from milepost.errors import MilepostError, did_you_mean
from milepost.sources.base import Bad, Block, Piece
from milepost.types import Finding

CELLS = 200_000  # of a block
URL = "sqlite:///"
ALLOWED = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)
TYPES = {
    frozenset({"integer"}): pl.Int64,
    frozenset({"real"}): pl.Float64,
    frozenset({"integer", "real"}): pl.Float64,
}


class Database:
    """One query of an SQLite file as a Part; nothing is ever written. Raises MilepostError for what is no query."""

    def __init__(self, path: Path, name: str, query: str | None = None) -> None:
        self._path, self.size, self._file = path, path.stat().st_size, name
        self.findings: list[Finding] = []
        with closing(self._connected()) as base:
            self._query = self._chosen(base, query)
            self.name = name if query is None else f"{name}/{_short(query)}"
            self.columns = self._asked(base)

    def _connected(self) -> sqlite3.Connection:
        try:
            uri = f"file:{quote(str(self._path.absolute()))}?mode=ro"
            base = sqlite3.connect(uri, uri=True, check_same_thread=False)
            base.text_factory = _text
            base.set_authorizer(_allow)
            base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise self._wrong(error) from error
        return base

    def _wrong(self, error: BaseException) -> MilepostError:
        if "not authorized" in str(error) or "readonly" in str(error):
            return MilepostError("the query may only read", self._file, "write one SELECT")
        if "one statement" in str(error):
            return MilepostError("there is more than one statement in the query", self._file, "write one SELECT")
        detail = (str(error).splitlines() or [type(error).__name__])[0][:200]
        return MilepostError(f"SQLite refuses: {detail}", self._file, "check the file and data.query")

    def _chosen(self, base: sqlite3.Connection, query: str | None) -> str:
        """Return the query: as given, of the table named, or of the only table."""
        kinds = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        tables = [str(row[0]) for row in base.execute(kinds)]
        if query is not None and " " in query.strip() and query.strip() not in tables:
            return query.strip().rstrip("; \n\t")
        if query is None and len(tables) != 1:
            raise MilepostError(
                f"the database has {len(tables):,} tables: {', '.join(tables[:10])}" if tables else "it has no table",
                self._file,
                "name one, or write a SELECT, in data.query",
            )
        table = tables[0] if query is None else query.strip()
        if table not in tables:
            raise MilepostError(f"there is no table `{table}`", self._file, did_you_mean(table, tables))
        return f"SELECT * FROM {_quoted(table)}"

    def _asked(self, base: sqlite3.Connection) -> list[str]:
        try:
            described = base.execute(self._query).description
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._wrong(error) from error
        names = [str(d[0]) for d in described or ()]
        twice = [n for i, n in enumerate(names) if n in names[:i]]
        if twice:
            raise MilepostError(f"two columns are named `{twice[0]}`", self.name, "rename one with AS in the query")
        if not names:
            raise MilepostError("the query gives no columns", self.name, "write one SELECT")
        return names

    def blocks(self) -> Iterator[Block]:
        """Ask for the types of the cells, then for the rows, some at a time."""
        step = max(1, CELLS // len(self.columns))
        try:
            with closing(self._connected()) as base:
                types, total = self._types(base)
                start, cursor = 1, base.execute(self._query)
                while rows := cursor.fetchmany(step):
                    size = self.size * len(rows) // max(1, total)
                    yield Block(size, partial(_parse, rows, start, self.columns, types))
                    start += len(rows)
                if start == 1:
                    yield Block(0, partial(_parse, [], 1, self.columns, types))
        except sqlite3.Error as error:
            raise self._wrong(error) from error

    def _types(self, base: sqlite3.Connection) -> tuple[list[Any], int]:
        """Return the type that all cells of each column have, and the number of rows."""
        places = [f"c{i}" for i in range(len(self.columns))]
        asked = ", ".join(f"group_concat(DISTINCT typeof({p}))" for p in places)
        query = f"WITH q({', '.join(places)}) AS ({self._query}) SELECT count(*), {asked} FROM q"
        total, *kinds = base.execute(query).fetchone()
        return [TYPES.get(frozenset((k or "").split(",")) - {"null", ""}, pl.String) for k in kinds], int(total)


def _allow(action: int, *_: Any) -> int:
    return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY


def _text(raw: bytes) -> str | bytearray:
    """Decode a cell; one that is no UTF-8 is told by its type."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return bytearray(raw)


def _short(query: str) -> str:
    return re.sub(r"\s+", " ", query.strip())[:60]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parse(rows: list[tuple[Any, ...]], start: int, names: list[str], types: list[Any]) -> Piece:
    broken = [i for i, row in enumerate(rows) if any(isinstance(c, bytearray) for c in row)]
    bad = tuple(Bad(start + i, "broken_text", "") for i in broken)
    number_N = np.setdiff1d(np.arange(start, start + len(rows)), np.array(broken, np.int64) + start)
    rows = [rows[n - start] for n in number_N]
    columns = {
        name: pl.Series(name, [_cell(row[i], dtype) for row in rows], dtype=dtype)
        for i, (name, dtype) in enumerate(zip(names, types, strict=True))
    }
    return Piece(pl.DataFrame(columns), number_N, bad)


def _cell(cell: Any, dtype: Any) -> Any:
    if cell is None:
        return None
    if dtype == pl.String:
        return cell.hex() if isinstance(cell, bytes) else str(cell)
    return float(cell) if dtype == pl.Float64 else cell
