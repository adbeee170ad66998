"""What every column is, how its cells are written, and its cells read by that rule: in training and in the product."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import polars as pl
from pydantic import BaseModel, field_validator

from milepost.columns import dates, figures
from milepost.columns.dates import Order
from milepost.columns.figures import Decimal

Type = Literal["number", "date", "boolean", "ordinal", "category", "id", "text", "constant", "empty"]
Wished = Literal["number", "date", "boolean", "category", "ordinal", "id", "text"]
CLEAR = (
    "?", "n/a", "n.a.", "#n/a", "#na", "nan", "null", "(null)", "<na>", "#div/0!", "#value!", "#ref!", "#null!",
    "#num!", "#name?", "缺失", "不适用",
)  # fmt: skip
VAGUE = (
    "-",
    "--",
    "–",
    "—",
    ".",
    "na",
    "none",
    "nil",
    "missing",
    "unknown",
    "无",
    "未知",
    "不详",
    "不明",
)  # or a value
BLANK = ("", *CLEAR, *VAGUE)  # where a number or a date belongs
TRIM = " \t\n\r\v\f\u00a0\u202f\u2009\u3000\ufeff"
FEW, MANY = 8, 100  # rows up to which Python is faster than an expression: for numbers, and for words


class ColumnWish(BaseModel, frozen=True, extra="forbid"):
    """What the owner says of a column in product.yaml."""

    type: Wished | None = None  # None = as it is found
    missing: tuple[str, ...] = ()  # words that say nothing here
    format: Order | None = None  # of a date
    decimal: Decimal | None = None  # of a number
    order: tuple[str, ...] = ()  # of an ordinal: levels, the lowest first

    @field_validator("missing", "order", mode="before")
    @classmethod
    def _as_words(cls, value: object) -> object:
        """Take YAML's -999 and null for the words that stand in the file."""
        if isinstance(value, str | int | float):
            value = [value]
        return tuple(plain_word(v) for v in value) if isinstance(value, list | tuple) else value


class ColumnRule(BaseModel, frozen=True):
    """What a column is and how its cells are read."""

    name: str
    type: Type
    missing: tuple[str, ...] = ()  # lower-case words that say nothing here, beside those that never do
    decimal: Decimal = "."
    format: Order = "day-month-year"  # of 1/2/2024; other spellings tell it themselves
    compact: bool = False  # 20240301 is a date here
    order: tuple[str, ...] = ()  # of an ordinal: levels, the lowest first
    true: tuple[str, ...] = ()  # of a boolean: its words, in lower case
    false: tuple[str, ...] = ()
    personal: bool = False  # no cell of it is printed


def plain_word(value: object) -> str:
    """Write a value of YAML or JSON as a file would: 7 for 7.0, true for True."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def typed(rules: Iterable[ColumnRule], table: pl.DataFrame) -> pl.DataFrame:
    """Read every cell by the rule of its column: Float64, Datetime("us") or trimmed text; null = missing.

    Columns without a rule become text; rules without a column are skipped. What is typed already stays as it is.
    """
    known = {rule.name: rule for rule in rules}
    return pl.DataFrame([_cells(known.get(c.name), c) for c in table.iter_columns()])


def unread(rule: ColumnRule, raw: pl.Series) -> pl.Series:
    """Tell which cells say something that cannot be read as the type of the column, bool [N]."""
    if rule.type not in ("number", "date"):
        return pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True).alias(raw.name)
    lost = _cells(rule, raw).is_null() & raw.is_not_null()
    if lost.any() and raw.dtype == pl.String:
        words = raw.str.strip_chars(TRIM).str.to_lowercase()
        lost = lost & ~words.is_in([*BLANK, *rule.missing])
    elif lost.any() and raw.dtype.is_numeric():
        lost = lost & raw.cast(pl.Float64).is_finite() & ~raw.cast(pl.Float64).is_in(_holes(rule.missing, rule.decimal))
    return lost.alias(raw.name)


def _cells(rule: ColumnRule | None, column: pl.Series) -> pl.Series:
    if rule is not None and rule.type == "number":
        return _numbers(rule, column)
    if rule is not None and rule.type == "date":
        return _dates(rule, column)
    return _words(rule, column)


def _numbers(rule: ColumnRule, column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        out = _read_numbers(column, rule.decimal)
    elif column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null):
        out = figures.finite(column.cast(pl.Float64, strict=False))
    else:
        return pl.repeat(None, len(column), dtype=pl.Float64, eager=True).alias(column.name)
    holes = _holes(rule.missing, rule.decimal)
    if not holes:
        return out
    if len(out) <= FEW:
        return pl.Series(out.name, [None if v in holes else v for v in out.to_list()], dtype=pl.Float64)
    return out.set(out.is_in(holes), None)


def _read_numbers(column: pl.Series, decimal: Decimal) -> pl.Series:
    """Cast what a machine wrote; look closer only at the cells that this leaves out."""
    out = figures.finite(column.cast(pl.Float64, strict=False))
    odd = out.is_null()
    if decimal == ",":
        odd |= column.str.contains(".", literal=True)
    elif out.null_count() == column.null_count():
        return out
    odd = (odd & column.is_not_null()).arg_true()
    return out.scatter(odd, figures.read(column.gather(odd), decimal))


@lru_cache(4096)
def _holes(missing: tuple[str, ...], decimal: Decimal) -> list[float]:
    """Return the numbers that mean missing."""
    words = figures.read(pl.Series(missing, dtype=pl.String), decimal)
    return [number for number in words.to_list() if number is not None]


def _dates(rule: ColumnRule, column: pl.Series) -> pl.Series:
    if column.dtype.is_temporal() and column.dtype not in (pl.Time, pl.Duration):
        if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.cast(pl.Datetime("us"), strict=False)
    if column.dtype.is_numeric() and rule.compact:
        column = column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype != pl.String:
        return pl.repeat(None, len(column), dtype=pl.Datetime("us"), eager=True).alias(column.name)
    out = dates.read(column, rule.format, rule.compact)
    if rule.missing and any(figure.isdigit() for word in rule.missing for figure in word):  # 9999-12-31, 1900-01-01
        out = out.set(column.str.strip_chars(TRIM).is_in(rule.missing).fill_null(False), None)
    return out


def _words(rule: ColumnRule | None, column: pl.Series) -> pl.Series:
    """Return a column as trimmed text, without the words that say nothing."""
    if column.dtype.is_float():
        column = _whole(column)
    text = column if column.dtype == pl.String else column.cast(pl.String, strict=False)
    silent, longest = _silent(rule.missing) if rule else (frozenset({""}), 0)
    if len(text) > MANY:
        return _many_words(text.str.strip_chars(TRIM), silent, longest)
    cells = [None if cell is None else cell.strip(TRIM) for cell in text.to_list()]
    said = [None if cell is None or cell.lower() in silent else cell for cell in cells]
    return pl.Series(text.name, said, dtype=pl.String)


def _many_words(text: pl.Series, silent: frozenset[str], longest: int) -> pl.Series:
    """Take the words that say nothing away; only cells short enough are looked at."""
    short = text.filter(text.str.len_bytes() <= longest)
    gone = [w for w in short.unique().to_list() if w is not None and w.lower() in silent]
    return text.set(text.is_in(gone), None) if gone else text


@lru_cache(4096)
def _silent(missing: tuple[str, ...]) -> tuple[frozenset[str], int]:
    """Return the lower-case words that say nothing, and the bytes of the longest however it is written."""
    words = frozenset({"", *CLEAR, *(word.lower() for word in missing)})
    return words, 4 * max(map(len, words))


def _whole(column: pl.Series) -> pl.Series:
    """Write whole numbers without a point: a file says 1 where JSON and frames with gaps say 1.0."""
    values = column.cast(pl.Float64)
    integers = values.filter(values.is_not_null() & values.is_finite())
    if (integers == integers.floor()).all() and not (integers.abs() >= 2.0**53).any():
        return values.set(~values.is_finite(), None).cast(pl.Int64)
    return pl.Series(column.name, [None if v is None else plain_word(v) for v in values.to_list()], dtype=pl.String)
