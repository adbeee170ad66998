"""The names of columns: every one has its own, and none is a cell of a table that has no header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from milepost.errors import MilepostError
from milepost.types import Finding

_VALUE = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?\s*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?")
MANY = 4  # names that are numbers in order are years or places, not cells, if there are so many
YEARS = range(1500, 2101)
TWICE = 2  # rows that begin a column as its name does
NO_ROW = "the first line looks like a row, not like names of columns"
ADD = "add a line above it with the name of every column"


def refuse_names(names: Sequence[str], where: str, rows: Sequence[Sequence[str]] = ()) -> None:
    """Raise MilepostError for names that are absent or appear twice; `rows` are some of those below."""
    nameless = [str(i) for i, n in enumerate(names, 1) if not n]
    twice = [n for n, times in Counter(names).items() if times > 1]
    if (len(nameless) > 1 or twice) and looks_like_row(names, rows):
        raise MilepostError(NO_ROW, where, ADD)
    if len(nameless) > 1:  # a single one is the row number that pandas writes
        which = ", ".join(nameless[:10]) + (" ..." if len(nameless) > 10 else "")
        raise MilepostError(f"columns {which} have no name", where, "name them, or delete them")
    if twice:
        raise MilepostError(f"two columns are named `{twice[0]}`", where, "give every column a name of its own")


def doubtful(names: Sequence[str], rows: Sequence[Sequence[str]], where: str) -> list[Finding]:
    """Say so if names look like the cells below them."""
    what = f"the first line of `{where}` looks like a row, not like names of columns; it is read as names"
    found = [
        Finding(
            "no_header", where, what, "if it is a row, add a line above it with the name of every column", "warning", 1
        )
    ]
    return found if looks_like_row(names, rows) else []


def looks_like_row(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the names above columns of numbers and dates are such too, or a name comes again and again below."""
    rows = [r for r in rows if list(r) != list(names)]
    columns = [[r[i].strip() for r in rows if i < len(r) and r[i].strip()] for i in range(len(names))]
    if any(name and cells.count(name) >= TWICE for name, cells in zip(names, columns, strict=True)):
        return True
    above = [n for n, cells in zip(names, columns, strict=True) if cells and all(map(_VALUE.fullmatch, cells))]
    return bool(above) and all(map(_VALUE.fullmatch, above)) and not _in_order(above)


def _in_order(names: Sequence[str]) -> bool:
    """Tell whether names are years, or many numbers that rise, as of wavelengths."""
    try:
        numbers = [float(n) for n in names]
    except ValueError:
        return False
    rising = all(a < b for a, b in pairwise(numbers))
    return all(n in YEARS for n in numbers) or (rising and (len(numbers) >= MANY or numbers[0] in (0, 1)))
