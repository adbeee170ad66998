"""The check digits of cards, accounts and resident ids: what chance rarely passes."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from milepost.types import Array

DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)  # the sum of the digits of twice a digit
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CONTROL = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])  # 10 is written X
X = 10
REGIONS = np.zeros(100, bool)  # provinces, by the first two digits of a resident id
REGIONS[[*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)]] = True
REGIONS[[71, 81, 82, 83]] = True
DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
LENGTHS = {  # of an IBAN, by country
    15: "NO", 16: "BE", 18: "DK FK FO FI GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK ST TN VG",
    25: "LY PT", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
LENGTH_OF = {country.encode(): length for length, every in LENGTHS.items() for country in every.split()}
EIGHT = re.compile(rb"\d{8}")


def luhn(digit_NK: Array) -> Array:
    """Tell which numbers, uint8 [N, K], pass Luhn's check (ISO/IEC 7812-1 annex B), bool [N]."""
    total_N = digit_NK[:, ::-2].sum(1, dtype=np.int64) + DOUBLED[digit_NK[:, -2::-2]].sum(1, dtype=np.int64)
    return np.asarray(total_N % 10 == 0)


def issued(digit_NK: Array) -> Array:
    """Tell which numbers, uint8 [N, K], begin as cards of that length do, bool [N]."""
    length = digit_NK.shape[1]
    four = digit_NK[:, :4] @ np.array([1000, 100, 10, 1])
    two = four // 100
    visa = (four // 1000 == 4) & (length in (13, 16, 19))
    master = (((two >= 51) & (two <= 55)) | ((four >= 2221) & (four <= 2720))) & (length == 16)
    amex = ((two == 34) | (two == 37)) & (length == 15)
    diners = ((two == 36) | (two == 38) | ((four >= 3000) & (four <= 3059))) & (length == 14)
    discover = ((four == 6011) | (two == 65) | ((four >= 6440) & (four <= 6499))) & (length in (16, 19))
    jcb = (four >= 3528) & (four <= 3589) & (length in (16, 19))
    union = (two == 62) & (length >= 16)
    mir = (four >= 2200) & (four <= 2204) & (length in (16, 19))
    return np.asarray(visa | master | amex | diners | discover | jcb | union | mir)


def resident(digit_NK: Array) -> Array:
    """Tell which numbers, uint8 [N, 18] (X is 10) or [N, 15], are Chinese resident ids (GB 11643), bool [N]."""
    place = REGIONS[np.minimum(digit_NK[:, 0] * 10 + digit_NK[:, 1], 99)]
    if digit_NK.shape[1] == 15:
        return np.asarray(place & _day(1900 + _number(digit_NK[:, 6:8]), digit_NK[:, 8:12]))
    right = CONTROL[(digit_NK[:, :17].astype(np.int64) @ WEIGHTS) % 11] == digit_NK[:, 17]
    year = _number(digit_NK[:, 6:10])
    return np.asarray(place & right & (year >= 1850) & (year < 2100) & _day(year, digit_NK[:, 10:14]))


def _number(digit_NK: Array) -> Array:
    return digit_NK.astype(np.int64) @ (10 ** np.arange(digit_NK.shape[1])[::-1])


def _day(year_N: Array, digit_N4: Array) -> Array:
    month, day = _number(digit_N4[:, :2]), _number(digit_N4[:, 2:])
    leap = (year_N % 4 == 0) & ((year_N % 100 != 0) | (year_N % 400 == 0))
    last = DAYS[np.where(month <= 12, month, 0)] - ((month == 2) & ~leap)
    return (day >= 1) & (day <= last)


@cache
def _account(length: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:[A-Z0-9] ?){%d}[A-Z0-9](?![A-Za-z0-9])" % (length - 1))


def iban(text: bytes, start: int) -> bool | None:
    """Tell whether the IBAN (ISO 13616) that seems to start there passes modulo 97; None where none seems to."""
    length = LENGTH_OF.get(text[start : start + 2])
    found = _account(length).match(text, start) if length else None
    account = found[0].replace(b" ", b"") if found else b""
    if not EIGHT.search(account):
        return None
    return int("".join(str(int(chr(c), 36)) for c in account[4:] + account[:4])) % 97 == 1
