"""Numbers as people write them: 1,234.5 or 1.234,5 or 1 234,5 or 1'234, with a sign, a currency or a percent sign."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

Decimal = Literal[".", ","]
LONGEST = 48  # bytes after which nothing is a number or a date
CURRENCY = (
    r"(?:(?:US|HK|NT|AU|[ACRS])?\$|[€£¥₹₽₩₺₫₴₪]|USD|EUR|GBP|CNY|RMB|JPY|CHF|AUD|CAD|NZD|HKD|TWD|SGD|INR|KRW|SEK|NOK|DKK"
    r"|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|TRY|[元块圆])"
)


def _core(group: str, point: str) -> str:
    """Return the pattern of digits in groups of three (two in India), or in none, with a fraction."""
    apart = "|".join(rf"[1-9]\d{{0,2}}(?:{g}\d{{3}})+" for g in (group, " ", "'"))
    return rf"(?:(?:{apart}|[1-9]\d?(?:{group}\d{{2}})+{group}\d{{3}}|\d+)(?:{point}\d*)?|{point}\d+)"


CORES = {".": _core(",", r"\."), ",": _core(r"\.", ",")}
PLAIN = {d: rf"^[-+]?{c}(?:[eE][-+]?\d+)?$" for d, c in CORES.items()}
DRESSED = {
    d: rf"(?i)^(?:[-+]? ?{CURRENCY}? ?[-+]?{c} ?%? ?{CURRENCY}? ?-?|\( ?{CURRENCY}? ?{c} ?%? ?{CURRENCY}? ?\))$"
    for d, c in CORES.items()
}
SIGNS = rf"(?i)%|{CURRENCY}"


def tidy(words: pl.Series) -> pl.Series:
    """Return text trimmed, with half-width digits and signs, one kind of blank, minus and apostrophe."""
    if not (words.str.len_bytes() != words.str.len_chars()).any():
        return words.str.strip_chars()
    plain = words.str.normalize("NFKC").str.strip_chars()
    return plain.str.replace_all("[−–]", "-").str.replace_all("[’`´]", "'")


def readable(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    """Tell which tidied texts are numbers with that decimal sign; null where there is none."""
    return tidied.str.contains(DRESSED[decimal]) | tidied.str.contains(PLAIN[decimal])


def read(words: pl.Series, decimal: Decimal) -> pl.Series:
    """Read text as float64; null where it is no number. 7 % is 7, (3) is -3."""
    tidied = tidy(words)
    plain = tidied.str.contains(PLAIN[decimal])
    dressed = ~plain & tidied.str.contains(DRESSED[decimal])
    out = _bare(tidied, decimal).set(~plain, None)
    if dressed.any():
        out = pl.select(pl.when(dressed).then(_undressed(tidied, decimal)).otherwise(out)).to_series()
    return finite(out).alias(words.name)


def _bare(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    """Take the marks between the groups away."""
    bare = tidied.str.replace_all(r"[,' ]" if decimal == "." else r"[.' ]", "")
    return (bare if decimal == "." else bare.str.replace(",", ".", literal=True)).cast(pl.Float64, strict=False)


def _undressed(tidied: pl.Series, decimal: Decimal) -> pl.Series:
    digits = _bare(tidied.str.replace_all(r"[^\d.,]", ""), decimal)
    negative = tidied.str.starts_with("(") | tidied.str.contains("-", literal=True)
    return pl.select(pl.when(negative).then(-digits).otherwise(digits)).to_series()


def finite(numbers: pl.Series) -> pl.Series:
    """Return numbers with null for nan and infinity."""
    if np.isfinite(float(numbers.sum())):  # which it is not where any of them is not
        return numbers
    return numbers.set(~numbers.is_finite(), None)
