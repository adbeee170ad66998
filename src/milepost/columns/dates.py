"""Dates as people write them; which of 1/2/2024 is the day, the column's order says."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import polars as pl

from milepost.columns.figures import tidy

Order = Literal["day-month-year", "month-day-year", "year-month-day"]
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sept?", "oct", "nov", "dec")
ENDINGS = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "ember", "ober", "ember", "ember")
ZONE = r"(:\d{2}(?:\.\d+)?) ?(?:Z|UTC|GMT|([+-])(\d{2}):?(\d{2}))$"
YEAR_FIRST = (
    (r"^(\d{4})年(\d{1,2})月(?:(\d{1,2})[日号]?)?", "$1-$2-$3"),
    (r"^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})\b", "$1-$2-$3"),
    (r"^(\d{4})[-/](\d{1,2})-?$", "$1-$2-1"),
    (r"^(\d{4})-(\d{1,2})-$", "$1-$2-1"),
    (r"^(\d{4})-(\d{1,2})-(\d{1,2})T", "$1-$2-$3 "),
)
CLOCK = ((r"(\d)[时点](\d{1,2})分?$", "$1:$2"), (r"(\d)[时点](\d{1,2})分(\d{1,2})秒$", "$1:$2:$3"))
SHORT = {  # two digits of a year are marked, and get their century at the end
    "day-month-year": r"'$3-$2-$1",
    "month-day-year": r"'$3-$1-$2",
    "year-month-day": r"'$1-$2-$3",
}


def read(words: pl.Series, order: Order, compact: bool = False) -> pl.Series:
    """Read text as Datetime("us"), UTC where it names a zone; null where it is no date."""
    if len(words) <= 8 and (quick := _few(words)) is not None:
        return quick
    out = pl.select(pl.coalesce(words.str.to_datetime(f, strict=False, time_unit="us") for f in ISO)).to_series()
    odd = out.is_null() & words.is_not_null()
    if odd.any():
        rest = words.filter(odd)
        once = rest.unique()
        found = pl.DataFrame({"w": once, "d": _read_odd(once, order, compact)})
        values = rest.to_frame("w").join(found, on="w", how="left", maintain_order="left")["d"]
        out = out.scatter(odd.arg_true(), values)
    return out.alias(words.name)


def _few(words: pl.Series) -> pl.Series | None:
    """Read a handful of plain dates without the start-up of an expression, or give up."""
    out = list[datetime | None]()
    for word in words.to_list():
        if word is not None and not DAY.fullmatch(word):
            return None
        try:
            out.append(None if word is None else datetime.fromisoformat(word))
        except ValueError:
            out.append(None)
    return pl.Series(words.name, out, dtype=pl.Datetime("us"))


def _read_odd(words: pl.Series, order: Order, compact: bool) -> pl.Series:
    text = tidy(words)
    if compact:
        text = text.str.replace(COMPACT, "$1-$2-$3")
    text = _year_first(text)
    text = _named_month(text) if text.str.contains(r"(?i)[a-z]{3}").any() else text
    text = _triple(text, order)
    text = text.str.replace(r"^'(69|[7-9]\d)-", "19$1-").str.replace(r"^'([0-6]\d)-", "20$1-")  # as POSIX has it
    return _with_time(text)


def _year_first(text: pl.Series) -> pl.Series:
    if text.str.contains("[时点]").any():
        for pattern, to in CLOCK:
            text = text.str.replace(pattern, to)
    for pattern, to in YEAR_FIRST:
        text = text.str.replace(pattern, to)
    return text


def _named_month(text: pl.Series) -> pl.Series:
    """Bring `1 March 2024`, `Mar 1st, 2024` and `01-Mar-24` into the order of ISO."""
    text = text.str.replace(r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", "")
    for number, (short, ending) in enumerate(zip(MONTHS, ENDINGS, strict=True), 1):
        text = text.str.replace(rf"(?i)(^|[^a-z]){short}(?:{ending})?($|[^a-z])", f"${{1}}m{number}$2")
    text = text.str.replace(r"(?i)^(\d{1,2})(?:st|nd|rd|th)?[-., /]+m(\d{1,2})[-., /]+(\d{4})", "$3-$2-$1")
    text = text.str.replace(r"(?i)^m(\d{1,2})[-. /]+(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})", "$3-$1-$2")
    return text.str.replace(r"^(\d{1,2})[-/ ]m(\d{1,2})[-/ ](\d{2})\b", "'$3-$2-$1")


def _triple(text: pl.Series, order: Order) -> pl.Series:
    """Bring figures apart by `/`, `-` or `.` into the order of ISO."""
    long = "$3-$1-$2" if order == "month-day-year" else "$3-$2-$1"
    text = text.str.replace(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})\b", long)
    text = text.str.replace(r"^(\d{1,2})[-/](\d{1,2})[-/](\d{2})( |T|$)", SHORT[order] + "$4")
    return text.str.replace(r"^(\d{2})\.(\d{2})\.(\d{2})( |$)", SHORT[order] + "$4")


def _with_time(text: pl.Series) -> pl.Series:
    """Read what now begins like ISO 8601, with or without a time of the day and a zone."""
    if not text.str.contains(":", literal=True).any():
        return text.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
    text = text.str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})(?:T|,? +|,)(\d)", "$1 $2").str.replace(r"(:\d\d),(\d+)", "$1.$2")
    text = text.str.replace(r"^(\S+ \d{1,2}:\d{2})( ?[AaPpZ+-].*)?$", "$1:00$2")
    shift = text.str.extract_groups(ZONE).struct.unnest()
    text = text.str.replace(ZONE, "$1").str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})$", "$1 0:00:00")
    out = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    if text.str.contains(r"(?i)[ap]m$").any():
        half = text.str.replace(r"(?i) ?([ap]m)$", " $1")
        noon = half.str.to_datetime("%Y-%m-%d %I:%M:%S %p", strict=False, time_unit="us")
        out = pl.select(pl.coalesce(out, noon)).to_series()
    if shift["2"].null_count() == len(shift):
        return out
    minutes = shift["3"].cast(pl.Int64) * 60 + shift["4"].cast(pl.Int64)
    east = pl.select(pl.when(shift["2"] == "-").then(-minutes).otherwise(minutes).fill_null(0)).to_series()
    return out - (east * 60_000_000).cast(pl.Duration("us"))
