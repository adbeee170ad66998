"""Data that cannot be taken in: no rows, too many that cannot be read, columns that are not there."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.errors import MilepostError
from milepost.intake.gather import Side
from milepost.intake.quarantine import Aside, Quarantine
from milepost.personal.data import in_names


def cells_for_names(given: Mapping[str, Side]) -> list[MilepostError]:
    """List sides whose columns are named by personal data: their first row stands where the names should."""
    what = "the names of columns hold personal data: the first line is a row, or should not be read"
    fix = "add a line above it with the name of every column, or rename them; no cell is printed"
    return [MilepostError(what, str(side.parts[0]["name"]), fix) for side in given.values() if in_names(side.columns)]


def refusals(given: Mapping[str, Side], aside: Quarantine, bad_rows: float) -> list[MilepostError]:
    """List what is wrong with the rows as a whole; more than the share `bad_rows` of unreadable ones is too many."""
    out = list[MilepostError]()
    rows, bad = sum(s.rows for s in given.values()), sum(s.bad for s in given.values())
    if bad > bad_rows * (rows + bad):
        out += [_too_many(reason, n, rows + bad, bad_rows, aside.first[reason]) for reason, n in aside.counts.items()]
    for side in given.values():
        if not side.rows and not side.bad:
            where = str(side.parts[0]["name"]) if side.parts else "data"
            out.append(
                MilepostError("it has a header but no rows" if side.columns else "it is empty", where, "add rows")
            )
    return out


def _too_many(reason: str, count: int, rows: int, bad_rows: float, first: list[Aside]) -> MilepostError:
    lines = ", ".join(str(a.line) for a in first) + (" ..." if count > len(first) else "")
    what = (
        f"{count:,} of {rows:,} rows cannot be read ({reason.replace('_', ' ')}, lines {lines}): "
        f"with the others they are more than data.bad_rows = {bad_rows:.3g} allows"
    )
    return MilepostError(what, f"{first[0].file}:{first[0].line}", "mend those lines, or raise data.bad_rows")


def nothing_usable(side: str, given: bool, aside: Quarantine) -> MilepostError:
    """Say that no row is left for a side of the split."""
    what, most = f"no rows are left for {side}", aside.counts.most_common(1)
    if most:
        n, reason = aside.counts.total(), most[0][0].replace("_", " ")
        what = f"no rows are left for {side}: {n:,} were set aside, most for: {reason}"
    return MilepostError(what, f"data.{side}" if given else "data", "add labelled rows")
