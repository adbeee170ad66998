"""Numbers as people write them: 1,234.5 or 1.234,5 or 1 234,5 or 1'234, with a sign, a currency, a percent sign, 万."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

Decimal = Literal[".", ","]
LONGEST = 48  # bytes after which nothing is a number or a date
CURRENCY = (
    r"(?:(?:US|HK|NT|AU|[ACRS])?\$|[€£¥₹₽₩₺₫₴₪]|USD|EUR|GBP|CNY|RMB|JPY|CHF|AUD|CAD|NZD|HKD|TWD|SGD|INR|KRW|SEK|NOK|DKK"
    r"|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|TRY|Rs\.?|kr|zł|Kč|[元块圆])"
)
MYRIADS = {"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
MYRIAD = f"[{''.join(MYRIADS)}]"
SIGNS = rf"(?i)%|{CURRENCY}|{MYRIAD}"
HALF = {chr(c + 0xFEE0): chr(c) for c in b"0123456789+-.,%()/:'$"}  # what full-width keyboards write
BLANKS = dict.fromkeys("\u00a0\u202f\u2009\u3000", " ")
ALIKE = HALF | BLANKS | {"−": "-", "–": "-", "’": "'", "´": "'", "￥": "¥", "\u200e": ""}


def _core(group: str, point: str) -> str:
    """Return the pattern of digits in groups of three (two in India), or in none, with a fraction."""
    apart = "|".join(rf"[1-9][0-9]{{0,2}}(?:{g}[0-9]{{3}})+" for g in (group, " ", "'"))
    indian = rf"[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
    return rf"(?:(?:{apart}|{indian}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)"


CORES = {".": _core(",", r"\."), ",": _core(r"\.", ",")}
PLAIN = {d: rf"^[-+]?{c}(?:[eE][-+]?[0-9]+)?$" for d, c in CORES.items()}
BEFORE = rf"(?:[-+] ?{CURRENCY}? ?|{CURRENCY}? ?[-+]?)"
AFTER = rf"(?: ?{MYRIAD})? ?%? ?{CURRENCY}?"
DRESSED = {
    d: rf"(?i)^(?:{BEFORE}{c}{AFTER}|{CURRENCY}? ?{c}{AFTER} ?-|\( ?{CURRENCY}? ?{c}{AFTER} ?\))$"
    for d, c in CORES.items()
}


def tidy(words: pl.Series) -> pl.Series:
    """Return text trimmed, with half-width digits and signs, one kind of blank, minus and apostrophe."""
    if (words.str.len_bytes() != words.str.len_chars()).any():
        words = words.str.replace_many(ALIKE)
    return words.str.strip_chars()


def read(words: pl.Series, decimal: Decimal) -> pl.Series:
    """Read text as float64, null where it is no number: 7 % is 7, (3) is -3, 1.5万 is 15000.

    The decimal sign decides what 1,234 is; 1,5 and 1.234,5 say by themselves what they are.
    """
    tidied = tidy(words)
    out = strictly(tidied, decimal)
    if out.null_count() > tidied.null_count():
        out = out.fill_null(strictly(tidied, "," if decimal == "." else "."))
    return out.alias(words.name)


def strictly(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    """Read tidied text as float64, null where it is no number with that decimal sign."""
    plain = tidied.str.contains(PLAIN[decimal])
    dressed = ~plain & tidied.str.contains(DRESSED[decimal])
    out = _bare(tidied, decimal).set(~plain, None)
    if dressed.any():
        out = pl.select(pl.when(dressed).then(_undressed(tidied, decimal)).otherwise(out)).to_series()
    return finite(out)


def _bare(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    """Take the marks between the groups away."""
    bare = tidied.str.replace_all(r"[,' ]" if decimal == "." else r"[.' ]", "")
    return (bare if decimal == "." else bare.str.replace(",", ".", literal=True)).cast(pl.Float64, strict=False)


def _undressed(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    """Take the signs off."""
    size = _bare(tidied.str.replace_all(r"[^0-9.,]", ""), decimal)
    for sign, times in MYRIADS.items():
        size = size * (1 + (times - 1) * tidied.str.contains(sign, literal=True).cast(pl.Float64))
    negative = tidied.str.starts_with("(") | tidied.str.contains("-", literal=True)
    return pl.select(pl.when(negative).then(-size).otherwise(size)).to_series()


def finite(numbers: pl.Series) -> pl.Series:
    """Return numbers with null for nan and infinity."""
    if np.isfinite(float(numbers.sum())):  # which it is not where any of them is not
        return numbers
    return numbers.set(~numbers.is_finite(), None)
