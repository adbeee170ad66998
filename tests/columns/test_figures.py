"""Numbers as people write them: every style of every country, against Python's decimal numbers."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.figures import read

AMOUNTS = st.tuples(st.integers(0, 10**11), st.integers(0, 4)).map(lambda p: Decimal(p[0]).scaleb(-p[1]))
SIGNED = {
    "{}": 1, "-{}": -1, "+{}": 1, "−{}": -1, "({})": -1, "{}-": -1, "${}": 1, "-${}": -1, "$-{}": -1, "(${})": -1,
    "€ {}": 1, "{} €": 1, "{} EUR": 1, "usd {}": 1, "￥{}": 1, "{}元": 1, "{} %": 1, "-{}%": -1, " {}\u00a0": 1,
}  # fmt: skip


def grouped(n: Decimal, group: str, point: str) -> str:
    """Write a number in groups of three."""
    return f"{n:,f}".replace(",", "\0").replace(".", point).replace("\0", group)


def indian(n: Decimal) -> str:
    """Write a number in lakhs and crores."""
    whole, _, rest = f"{n:f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail]) + (f".{rest}" if rest else "")


def one(text: str, decimal: str) -> float | None:
    return read(pl.Series([text]), decimal)[0]  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.sampled_from(list(SIGNED)), st.sampled_from([",", " ", "'", "’", "\u202f", "\u00a0", ""]))
def test_a_decimal_point(n: Decimal, form: str, group: str) -> None:
    assert one(form.format(grouped(n, group, ".")), ".") == pytest.approx(SIGNED[form] * float(n), rel=1e-15)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.sampled_from(list(SIGNED)), st.sampled_from([".", " ", "'", "\u2009", ""]))
def test_a_decimal_comma(n: Decimal, form: str, group: str) -> None:
    assert one(form.format(grouped(n, group, ",")), ",") == pytest.approx(SIGNED[form] * float(n), rel=1e-15)


@settings(max_examples=30, deadline=None)
@given(AMOUNTS)
def test_india_and_full_width(n: Decimal) -> None:
    assert one(indian(n), ".") == one("₹" + indian(n), ".") == float(n)
    wide = f"{n:,f}".translate({c: c + 0xFEE0 for c in b"0123456789.,"})
    assert one(wide, ".") == float(n)


@settings(max_examples=30, deadline=None)
@given(
    st.decimals(0, 9999, places=2),
    st.sampled_from(["万", "亿", "萬", "億"]),
    st.sampled_from(["{}{}", "{} {}元", "¥{}{}"]),
)
def test_chinese_amounts(n: Decimal, sign: str, form: str) -> None:
    times = 10**4 if sign in "万萬" else 10**8
    assert one(form.format(n, sign), ".") == pytest.approx(float(n * times), rel=1e-15)


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_machines_write(x: float) -> None:
    assert one(repr(x), ".") == x


@pytest.mark.parametrize("word", ["1,234.5", "1.234,5", "0,5", "0.5", "1,5", "12.50", "1.234.567", "1,234,567"])
def test_a_sign_that_is_plain_needs_no_rule(word: str) -> None:
    assert one(word, ".") == one(word, ",") is not None


def test_the_rule_decides_what_may_be_both() -> None:
    assert (one("1,234", "."), one("1,234", ",")) == (1234, 1.234)
    assert (one("1.234", "."), one("1.234", ",")) == (1.234, 1234)


@pytest.mark.parametrize(
    "word",
    ["", " ", "abc", "1,23,4", "12 34", "--5", "(5)-", "-(5)", "10²", "½", "①", "1e400", "nan", "inf", "0x10", "1_000",
     "1.2.3", "12:30", "$", "%", "5 apples", "5kg", "1,234,56", "٣", "1`234"],
)  # fmt: skip
def test_what_is_no_number(word: str) -> None:
    assert one(word, ".") is None and one(word, ",") is None


def test_company_changes_nothing() -> None:
    words = ["1`234", "1’234", "１２", "1.5", "x"]
    assert read(pl.Series(words), ".").to_list() == [one(word, ".") for word in words]


def test_null_stays_null() -> None:
    assert read(pl.Series("x", ["1", None, "x"]), ".").to_list() == [1, None, None]
    assert read(pl.Series("x", [], dtype=pl.String), ",").to_list() == []
