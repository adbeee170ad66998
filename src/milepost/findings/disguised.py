"""Values that stand for missing cells: 0 far from all others, -999, 1900-01-01, "?" and their like."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.findings.base import Joined, Look, joined
from milepost.types import Array, Finding

FEW = 5  # rows that are named
REPEATED = 2  # rows from which a value is more than a slip of the pen; a single one is an outlier
ENOUGH, DIFFERENT = 30, 10  # cells, and different values among them, that tell what is usual
TAIL = 0.05  # share of the cells that lie nearest to the value and say how far the rest would reach
APART, STEPS = 2.0, 3.0  # a gap: so many times the mean excess of that tail, and the usual step between its values
PERHAPS_APART = 0.5  # of a 0 that is judged by the company it keeps
NARROW, WIDE = 0.45, 0.75  # spread of logarithms: up to the first, amounts do not come near 0; from the second, they do
CROWD = 5.0  # times as many cells as nearly any other number has
TOGETHER = 0.8  # share of rows with one surely disguised 0 that have the other 0 too
CODES = frozenset(s * float(d * n) for s in (-1, 1) for d in "789" for n in range(1, 8)) | {-1.0}
LARGE = frozenset({32767.0, 65535.0, 2147483647.0, 4294967295.0, 1e6 - 1, 1e9 - 1, 1e10, 1e20, 1e30})
FIRST_AND_LAST = (
    "0001-01-01 1000-01-01 1111-11-11 1753-01-01 1800-01-01 1899-12-30 1899-12-31 1900-01-01 1900-01-02 1901-01-01 "
    "1904-01-01 1970-01-01 1970-01-02 1980-01-01 2099-12-31 2100-01-01 2999-12-31 9999-01-01 9999-09-09 9999-12-30 "
    "9999-12-31"
)
DAYS = [(dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days for day in FIRST_AND_LAST.split()]
SURE = (
    "? ?? ??? - -- --- . .. * # n/a #n/a na nan null nil <na> (null) unknown unk missing undefined unspecified "
    "not_available not_known not_specified not_stated not_provided no_data no_answer not_recorded tbd xxx xx "
    "未知 不详 缺失 未填 未填写 空 暂无 不明 未提供 没有数据 无数据"
)
PERHAPS = "none no_value test dummy foo asdf blank empty default void 无 没有 测试 其他未知"
SURE_WORDS = frozenset(SURE.split())
WORDS = SURE_WORDS | frozenset(PERHAPS.split())


class Edge(NamedTuple):
    """The lowest value of a column, looked at from the others."""

    value: float
    rows: int
    apart: float  # gap to the next value, in mean excesses of the tail that is nearest
    steps: float  # the same in usual steps between values there
    reach: float  # the same in distances from the next value to the middle
    crowd: float  # count beside the usual count of the values next to it
    spread: float  # standard deviation of the logarithms of the rest, if all are above 0


def notice_disguised(look: Look) -> list[Finding]:
    """Report values that stand for missing cells; nothing is changed."""
    every = joined(look)
    found = stand_ins(every.table)
    out = list[Finding]()
    for column in every.table:
        if found.get(column.name):
            out += [_finding(look, every, column.name, column == v, v, True) for v in found[column.name]]
        elif column.dtype == pl.String and look.types.get(column.name) in ("category", "ordinal", "text"):
            out += _words(look, every, column)
    return out


def stand_ins(table: pl.DataFrame) -> dict[str, list[float | dt.datetime]]:
    """Return, by column of numbers or dates, the values that stand for missing."""
    out, doubtful = dict[str, list[float | dt.datetime]](), list[str]()
    for name in table.columns:
        column = table[name]
        if column.dtype.is_numeric():
            values, zero_too = _of_numbers(column.drop_nulls().to_numpy().astype(np.float64))
            out[name] = list(values)
            doubtful += [name] * zero_too
        elif column.dtype.is_temporal():
            out[name] = list(_of_dates(column.drop_nulls()))
    sure = [_zeros(table[c]) for c, values in out.items() if 0.0 in values]
    for name in doubtful:  # 0 of insulin where the skin was not measured either
        zero_N = _zeros(table[name])
        if any((zero_N & s).sum() >= max(TOGETHER, (1 + zero_N.mean()) / 2) * s.sum() for s in sure):
            out[name].append(0.0)
    return out


def _zeros(column: pl.Series) -> Array:
    return (column == 0).fill_null(False).to_numpy()


def _of_numbers(cells: Array) -> tuple[list[float], bool]:
    """Return the values that stand for missing, and whether 0 might be one more."""
    values, counts = np.unique(cells[np.isfinite(cells)], return_counts=True)
    found, doubt = [*_of_few(values, counts), *_amidst(values, counts)], False
    left = ~np.isin(values, found)
    values, counts = values[left], counts[left]
    for _ in range(4):  # -1 for "refused" beside -9 for "not asked"
        edges = [e for sign in (1, -1) if (e := _edge(values, counts, sign))]
        new = next((e.value for e in edges if _stands_for_missing(e)), None)
        if new is None:
            doubt = any(
                e.value == 0 and e.apart >= PERHAPS_APART and e.steps >= STEPS and e.spread < WIDE for e in edges
            )
            break
        found.append(new)
        values, counts = values[values != new], counts[values != new]
    return found, doubt


def _of_few(values: Array, counts: Array) -> list[float]:
    """Return 77, 88, 99, -99, 999 ... beside answers such as 1 to 5."""
    code = np.isin(values, list(CODES)) & (np.abs(values) >= 77) & (counts >= REPEATED)
    rest = values[~code]
    if not 2 <= len(rest) <= DIFFERENT or counts.sum() < ENOUGH:
        return []
    return values[code & (np.abs(values) >= 5 * np.abs(rest).max())].tolist()


def _amidst(values: Array, counts: Array) -> list[float]:
    """Return -99, -999 ... that stand amidst other numbers, each of which is there far less often."""
    code = np.isin(values, list(CODES)) & (values <= -77)
    others = counts[~code & (values != 0)]
    if len(others) <= DIFFERENT:
        return []
    often = max(5.0, CROWD * float(np.quantile(others, 0.99)))
    return values[code & (values > values[0]) & (counts >= often)].tolist()


def _edge(values: Array, counts: Array, sign: int) -> Edge | None:
    """Look at the lowest value, or the highest (sign -1), from the others; None where too little is known."""
    if len(values) <= DIFFERENT or counts.sum() < ENOUGH:
        return None
    v, n = (values, counts) if sign == 1 else (-values[::-1], counts[::-1])
    rest, total = v[1:], int(n[1:].sum())
    if n[0] < REPEATED or total < ENOUGH:
        return None
    last = int(np.searchsorted(n[1:].cumsum(), max(10, TAIL * total)))
    tail, weight = rest[: last + 1], n[1 : last + 2]
    excess = float(rest[min(last + 1, len(rest) - 1)] - np.average(tail, weights=weight))
    middle = float(rest[np.searchsorted(n[1:].cumsum(), total / 2)])
    gap, step = float(rest[0] - v[0]), float(np.median(np.diff(rest[:DIFFERENT])))
    crowd = float(n[0] / np.mean(n[1:4]))
    above = rest[0] > 0
    spread = float(np.sqrt(np.cov(np.log(rest), fweights=n[1:]))) if above else np.inf
    return Edge(
        sign * float(v[0]), int(n[0]), gap / excess, gap / step, gap / max(middle - float(rest[0]), step), crowd, spread
    )


def _stands_for_missing(edge: Edge) -> bool:
    far = edge.apart >= APART and edge.steps >= STEPS
    if edge.value == 0:
        return far and edge.spread <= NARROW
    crowded = edge.rows >= 3 or edge.crowd >= 2
    if edge.value in CODES or edge.value in LARGE:
        alone = edge.value == -1 and edge.spread < np.inf  # the others are above 0
        return crowded and (far or (alone and edge.crowd >= 3))
    return far and edge.rows >= 5 and edge.crowd >= 5 and edge.reach >= 5


def _of_dates(cells: pl.Series) -> list[dt.datetime]:
    """Return the first and last days of calendars that lie far from other days, or come up far more often."""
    days, counts = np.unique(cells.cast(pl.Date).to_physical().to_numpy(), return_counts=True)
    known = np.isin(days, DAYS) & (counts >= REPEATED)
    rest = days[~known]
    if not known.any() or counts[~known].sum() < ENOUGH:
        return []
    away = np.maximum(rest.min() - days, days - rest.max())
    far = away > max(np.ptp(rest) / 2, 365)
    often = counts >= max(5, 20 * float(np.median(counts[~known])))
    midnight = dt.datetime(1970, 1, 1)
    return [midnight + dt.timedelta(int(d)) for d in days[known & (far | often)]]


def _words(look: Look, every: Joined, column: pl.Series) -> list[Finding]:
    """Report words that say nothing: surely, or perhaps where they are rare; a text may well be `test`."""
    name, plain = (
        column.name,
        column.alias("word").str.strip_chars().str.to_lowercase().str.replace_all(" ", "_", literal=True),
    )
    words = plain.value_counts().drop_nulls()
    out, few = list[Finding](), TAIL * len(column) if look.types[name] != "text" else 0.0
    for word, count in sorted(words.filter(pl.col("word").is_in(list(WORDS))).rows()):
        if word in SURE_WORDS or (count <= few and words.height > 2):
            sure = word in SURE_WORDS and name not in look.targets
            spelt = str(column.filter(plain == word)[0]).strip()
            out.append(_finding(look, every, name, plain == word, spelt, sure))
    return out


def _finding(
    look: Look, every: Joined, name: str, stands: pl.Series, value: float | dt.datetime | str, sure: bool
) -> Finding:
    index = np.flatnonzero(stands.fill_null(False).to_numpy())
    n, rows, kind = len(index), len(stands), look.types.get(name, "category")
    spelt = f"{value:.15g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
    if isinstance(value, str):
        what = f"`{spelt}` stands in {n:,} of {rows:,} rows; does it mean missing?"
    else:
        what = f"{spelt} stands in {n:,} of {rows:,} rows, far from what is usual; does it mean missing?"
    if name in look.personal:
        what, spelt = f"a value stands in {n:,} of {rows:,} rows, far from what is usual; does it mean missing?", "..."
    fix = f'`columns: {{{name}: {{type: {kind}, missing: ["{spelt}"]}}}}` if it does'
    severity = "warning" if sure else "info"
    return Finding("disguised_missing", f"column {name}", what, fix, severity, n, every.first(index, FEW))  # type: ignore[arg-type]
