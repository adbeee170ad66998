"""Dates as people write them; which of 1/2/2024 is the day, the column's order says."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import polars as pl

from milepost.columns.figures import tidy

Order = Literal["day-month-year", "month-day-year", "year-month-day"]
ORDERS: tuple[Order, ...] = ("day-month-year", "month-day-year", "year-month-day")
FEW = 8  # rows up to which Python is faster than an expression
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
YEAR_100, YEAR_9999 = datetime(100, 1, 1), datetime(9999, 12, 31, 23, 59, 59)
YEAR = "^(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
N2, N4 = "([0-9]{1,2})", "([0-9]{4})"
PACKED = "([0-9]{4})([0-9]{2})([0-9]{2})"
COMPACT = ((rf"^{PACKED}$", "$1-$2-$3"), (rf"^{PACKED}([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})$", "$1-$2-$3 $4:$5:$6"))
MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
NUMBERS = {name[:3]: str(number) for number, name in enumerate(MONTHS, 1)}
WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
ZONE = r"(:[0-9]{2}(?:\.[0-9]+)?) ?(?:Z|(?:UTC|GMT)?([+-])([0-9]{2}):?([0-9]{2})|UTC|GMT)$"
CHINESE = (
    (rf"^{N4}年{N2}月(?:{N2}[日号])?", "$1-$2-$3 "),
    (rf"(?:上午|早上|凌晨) ?({CLOCK}|[0-9].*)", "$1 AM"),
    (rf"(?:下午|晚上|中午) ?({CLOCK}|[0-9].*)", "$1 PM"),
    (r"([0-9]{1,2})[时点]([0-9]{1,2})分([0-9]{1,2})秒", "$1:$2:$3"),
    (r"([0-9]{1,2})[时点]([0-9]{1,2})分?", "$1:$2"),
)
YEAR_FIRST = (
    (rf"^{PACKED}T([0-9]{{2}}):?([0-9]{{2}}):?([0-9]{{2}})", "$1-$2-$3 $4:$5:$6"),
    (rf"^{N4}[-/. ]{N2}[-/. ]{N2}\.?($|[ T,])", "$1-$2-$3$4"),
    (rf"^{N4}[-/]{N2}(?:- ?)?$", "$1-$2-1"),
    (rf"^{N2}/{N4}$", "$2-$1-1"),
)
NAMED = (  # m3 stands for March
    (rf"^{N2}(?:st|nd|rd|th)?[-., /]+m{N2}[-., /]+{N4}($|[ T,])", "$3-$2-$1$4"),
    (rf"^m{N2}[-. /]+{N2}(?:st|nd|rd|th)?,? +{N4}($|[ T,])", "$3-$1-$2$4"),
    (rf"^m{N2} +{N2} +({CLOCK}) +{N4}$", "$4-$1-$2 $3"),
    (rf"^{N4}[-., /]+m{N2}[-., /]+{N2}($|[ T,])", "$1-$2-$3$4"),
    (rf"^m{N2}[-., /]+{N4}$", "$2-$1-1"),
    (rf"^{N2}[-/ ]m{N2}[-/ ]([0-9]{{2}})($|[ T,])", "'$3-$2-$1$4"),
)
SHORT = {  # two digits of a year are marked, and get their century at the end
    "day-month-year": "'$3-$2-$1$4",
    "month-day-year": "'$3-$1-$2$4",
    "year-month-day": "'$1-$2-$3$4",
}
CENTURIES = (("^'(69|[7-9][0-9])-", "19$1-"), ("^'([0-6][0-9])-", "20$1-"))  # as POSIX has it


def read(words: pl.Series, order: Order, compact: bool = False) -> pl.Series:
    """Read text as Datetime("us"), UTC where it names a zone; null where it is no date."""
    if len(words) <= FEW and (quick := _few(words)) is not None:
        return quick
    out = _machine_made(words)
    far = ~out.is_between(YEAR_100, YEAR_9999)
    if far.any():  # 24-03-01 is not of the year 24
        out = out.set(far & ~words.str.contains(YEAR), None)
    odd = out.is_null() & words.is_not_null()
    if odd.any():
        rest = words.filter(odd)
        once = rest.unique()
        found = pl.DataFrame({"w": once, "d": _read_odd(once, order, compact)})
        values = rest.to_frame("w").join(found, on="w", how="left", maintain_order="left")["d"]
        out = out.scatter(odd.arg_true(), values)
    return out.alias(words.name)


def _machine_made(words: pl.Series) -> pl.Series:
    """Read what is written as the first words are, if that is ISO 8601."""
    first = words.drop_nulls().head(FEW)
    for form in ISO:
        if first.str.to_datetime(form, strict=False).null_count() < len(first):
            return words.str.to_datetime(form, strict=False, time_unit="us")
    return pl.repeat(None, len(words), dtype=pl.Datetime("us"), eager=True)


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
    if text.str.contains("[年时点午上]").any():
        text = _replaced(text, CHINESE).str.strip_chars()
    text = _replaced(text, (*COMPACT, *YEAR_FIRST) if compact else YEAR_FIRST)
    if text.str.contains("(?i)[a-z]{3}").any():
        text = _named_month(text)
    long = "$3-$1-$2$4" if order == "month-day-year" else "$3-$2-$1$4"
    triples = (
        (rf"^{N2}[-/. ]{N2}[-/. ]{N4}($|[ T,])", long),
        (rf"^{N2}[-/]{N2}[-/]([0-9]{{2}})($|[ T,])", SHORT[order]),
        (r"^([0-9]{2})\.([0-9]{2})\.([0-9]{2})($|[ T,])", SHORT[order]),
    )
    return _with_time(_replaced(text, (*triples, *CENTURIES)))


def _replaced(text: pl.Series, pairs: tuple[tuple[str, str], ...]) -> pl.Series:
    for pattern, to in pairs:
        text = text.str.replace(f"(?i){pattern}", re.sub(r"\$(\d)", r"${\1}", to))
    return text


def _named_month(text: pl.Series) -> pl.Series:
    """Bring `1 March 2024`, `Mar 1st, 2024` and `01-Mar-24` into the order of ISO."""
    text = _replaced(text, ((rf"^{WEEKDAY}\.?,? +", ""), (r" ?\([a-z]{3}[a-z ]*\)$", "")))
    part = text.str.extract_groups(rf"(?i)^(|.*[^a-z])({'|'.join(MONTHS)})($|[^a-z].*)$").struct.unnest()
    number = part["2"].str.head(3).str.to_lowercase().replace_strict(NUMBERS, default=None, return_dtype=pl.String)
    named = part["1"] + "m" + number + part["3"]
    return pl.select(pl.coalesce(_replaced(named, NAMED), text)).to_series()


def _with_time(text: pl.Series) -> pl.Series:
    """Read what now begins like ISO 8601, with or without a time of the day and a zone."""
    text = text.set(~text.str.contains(YEAR), None)
    if not text.str.contains(":", literal=True).any():
        return text.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
    text = text.str.replace(r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:T|,? +|,)([0-9])", "$1 $2")
    text = text.str.replace(r"(:[0-9]{2}),([0-9]+)", "$1.$2")
    text = text.str.replace(r"^(\S+ [0-9]{1,2}:[0-9]{1,2})( ?[AaPpZ+-].*| ?(?:UTC|GMT).*)?$", "$1:00$2")
    shift = text.str.extract_groups(ZONE).struct.unnest()
    text = text.str.replace(ZONE, "$1").str.replace(r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})$", "$1 0:00:00")
    out = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    if text.str.contains(r"(?i)[ap]\.?m\.?$").any():
        half = text.str.replace(r"(?i) ?([ap])\.?m\.?$", " ${1}m")
        noon = half.str.to_datetime("%Y-%m-%d %I:%M:%S %p", strict=False, time_unit="us")
        out = pl.select(pl.coalesce(out, noon)).to_series()
    if shift["2"].null_count() == len(shift):
        return out
    minutes = shift["3"].cast(pl.Int64) * 60 + shift["4"].cast(pl.Int64)
    east = pl.select(pl.when(shift["2"] == "-").then(-minutes).otherwise(minutes).fill_null(0)).to_series()
    return out - (east * 60_000_000).cast(pl.Duration("us"))
