"""Excel and OpenDocument sheets: rows as they are counted there, columns with the type that all their cells have."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from milepost.errors import MilepostError, did_you_mean
from milepost.sources.base import Block, Piece
from milepost.sources.columnar import unpacked, unreadable
from milepost.sources.packed import FREE, INSTALL, RATIO, Stream, bomb
from milepost.types import Finding

CELLS = 200_000  # of a block
LOOK = 20  # rows in which the header is looked for
Row = Sequence[Any]
TYPES: dict[frozenset[str], pl.DataType | type[pl.DataType]] = {
    frozenset({"whole"}): pl.Int64,
    frozenset({"fraction"}): pl.Float64,
    frozenset({"whole", "fraction"}): pl.Float64,
    frozenset({"bool"}): pl.Boolean,
    frozenset({"date"}): pl.Date,
    frozenset({"datetime"}): pl.Datetime("us"),
    frozenset({"date", "datetime"}): pl.Datetime("us"),
}


class Excel:
    """One sheet of a workbook as a Part: the one named, the only one with rows, or the first such, which is said."""

    def __init__(self, stream: Stream, sheet: str | None = None) -> None:
        try:
            import python_calamine
        except ImportError as error:
            raise MilepostError("spreadsheets need another package", stream.name, INSTALL) from error
        self.size = stream.size
        try:
            _refuse_bomb(stream)
            source = stream.path or io.BytesIO(unpacked(stream))
            book = python_calamine.CalamineWorkbook.from_object(source)
            name, said = _chosen(book, sheet, stream.name)
            self._sheet = book.get_sheet_by_name(name)
        except MilepostError:
            raise
        except python_calamine.PasswordError as error:
            raise MilepostError("the file has a password", stream.name, "save it without one") from error
        except (Exception, pl.exceptions.PanicException) as error:
            raise unreadable(error, stream.name) from error
        self.name = f"{stream.name}/{name}"
        self._first = (self._sheet.start or (0, 0))[0] + 1  # the row in which the sheet begins, from 1
        self._left = (self._sheet.start or (0, 0))[1]
        self._opening = said
        self.findings: list[Finding] = list(said)

    def blocks(self) -> Iterator[Block]:
        """Find the header and the types, then cut the sheet into blocks of rows."""
        self.findings = list(self._opening)
        names, skipped, types = self._look
        if skipped:
            what = f"{skipped:,} rows above the header are not read; the header is row {self._first + skipped}"
            above = tuple(range(self._first, self._first + skipped))[:5]
            self.findings.append(Finding("title_rows", self.name, what, severity="warning", count=skipped, rows=above))
        step = max(1, CELLS // max(1, len(names)))
        rows, numbers, done = list[Row](), list[int](), 0
        total = max(1, self._sheet.height)
        for number, row in enumerate(self._rows(), self._first):
            if number > self._first + skipped and any(_kind(c) for c in row):
                rows.append(row)
                numbers.append(number)
            done += 1
            if len(rows) == step:
                yield Block(self.size * done // total, partial(_parse, rows, numbers, names, types))
                rows, numbers, done = [], [], 0
        yield Block(self.size * done // total, partial(_parse, rows, numbers, names, types))

    def _rows(self) -> Iterator[Row]:
        """Yield the rows from the first that has cells."""
        return islice(self._sheet.iter_rows(), self._first - 1, None)

    @property
    def columns(self) -> list[str]:
        """The names in the header."""
        return list(self._look[0].values())

    @cached_property
    def _look(self) -> tuple[dict[int, str], int, list[Any]]:
        """The names by place, the number of title rows above them, and the type of every column."""
        top = list(islice(self._rows(), LOOK))
        if not top:
            raise MilepostError("it is empty", self.name, "name another sheet, or add rows")
        filled = [sum(bool(_kind(c)) for c in row) for row in top]
        skipped = next(i for i, n in enumerate(filled) if n > 1 or max(filled) < 3)
        kinds: list[set[str]] = [set() for _ in top[0]]
        for number, row in enumerate(self._rows()):
            if number > skipped:
                for seen, cell in zip(kinds, row, strict=False):
                    seen.add(_kind(cell))
        for seen in kinds:
            seen.discard("")
        names = _names(top[skipped], kinds, self._left, f"{self.name}: row {self._first + skipped}")
        return names, skipped, [TYPES.get(frozenset(kinds[i]), pl.String) for i in names]


def _refuse_bomb(stream: Stream) -> None:
    if stream.path is None or not zipfile.is_zipfile(stream.path):
        return
    with zipfile.ZipFile(stream.path) as archive:
        size = sum(i.file_size for i in archive.infolist())
    if size > max(FREE, RATIO * stream.size):
        raise bomb(stream.name)


def _chosen(book: Any, sheet: str | None, where: str) -> tuple[str, list[Finding]]:
    """Return the sheet to read, and a finding if it was not the only choice."""
    if sheet is not None:
        if sheet not in book.sheet_names:
            raise MilepostError(f"there is no sheet `{sheet}`", where, did_you_mean(sheet, book.sheet_names))
        return sheet, []
    shown = [m.name for m in book.sheets_metadata if "Visible" in str(m.visible) and "WorkSheet" in str(m.typ)]
    full = [name for name in shown or book.sheet_names if book.get_sheet_by_name(name).height]
    if not full:
        raise MilepostError("it is empty: no sheet has rows", where, "name a file with a header and rows")
    if len(full) == 1:
        return full[0], []
    what = f"{len(full)} sheets have rows; `{full[0]}` is read"
    others = ", ".join(full[1:6])
    return full[0], [
        Finding("sheet_chosen", where, what, f"to read another, name it: data.sheet ({others})", "warning", len(full))
    ]


def _kind(cell: Any) -> str:
    """Name the kind of a cell; nothing for an empty one."""
    if isinstance(cell, str):
        return "text" if cell.strip() else ""
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, int | float):
        return "whole" if float(cell).is_integer() and abs(cell) < 2**53 else "fraction"
    if isinstance(cell, dt.datetime):
        return "datetime"
    if isinstance(cell, dt.date):
        return "date"
    return "" if cell is None else "other"


def _names(header: Row, kinds: list[set[str]], left: int, where: str) -> dict[int, str]:
    """Return the name of every column that has one or has cells; raise MilepostError for names absent or twice."""
    names = {i: _shown(cell).strip() for i, cell in enumerate(header) if _kind(cell) or kinds[i]}
    nameless = [i for i, name in names.items() if not name]
    if nameless and nameless != [0]:  # pandas gives the column of row numbers no name
        letters = ", ".join(_letters(i + left) for i in nameless[:5])
        raise MilepostError(
            f"columns without a name: {letters}", where, "name every column in one row, with no merged cells"
        )
    seen = set[str]()
    for name in names.values():
        if name in seen:
            raise MilepostError(f"two columns are named `{name}`", where, "give every column a name of its own")
        seen.add(name)
    return names


def _letters(index: int) -> str:
    """Return the letters of a column, from 0: A, B, ... Z, AA."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _shown(cell: Any) -> str:
    """Write a cell as the sheet shows it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)


def _parse(rows: list[Row], numbers: list[int], names: dict[int, str], types: list[Any]) -> Piece:
    columns = {}
    for (i, name), dtype in zip(names.items(), types, strict=True):
        cells = [row[i] if _kind(row[i]) else None for row in rows]
        columns[name] = pl.Series(name, [_cell(c, dtype) for c in cells], dtype=dtype)
    return Piece(pl.DataFrame(columns), np.array(numbers, np.int64))


def _cell(cell: Any, dtype: Any) -> Any:
    if cell is None:
        return None
    if dtype == pl.String:
        return cell if isinstance(cell, str) else _shown(cell)
    if dtype == pl.Int64:
        return int(cell)
    if dtype == pl.Datetime and not isinstance(cell, dt.datetime):
        return dt.datetime(cell.year, cell.month, cell.day)
    return cell
