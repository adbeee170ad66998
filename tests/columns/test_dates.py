"""Dates as people write them, against the dates they were written from."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.dates import ORDERS, Order, read

DAYS = st.dates(date(1970, 1, 1), date(2068, 12, 31))  # what two digits of a year can say
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0))
ANY_ORDER = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y年%m月%d日", "%Y年%m月%d号", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y",
    "%b %d %Y", "%d-%b-%y", "%A, %B %d, %Y", "%a, %d %b %Y", "%Y-%b-%d", "%d.%b.%Y", "%d. %B %Y",
)  # fmt: skip
BY_ORDER: dict[Order, tuple[str, ...]] = {
    "day-month-year": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y"),
    "month-day-year": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y"),
    "year-month-day": ("%y-%m-%d", "%y/%m/%d", "%y.%m.%d", "%Y-%m-%d"),
}
CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")


def one(text: str, order: Order = "day-month-year", compact: bool = False) -> datetime | None:
    return read(pl.Series([text]), order, compact)[0]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


@settings(max_examples=40, deadline=None)
@given(DAYS, st.sampled_from(ANY_ORDER), st.sampled_from(ORDERS))
def test_dates_that_say_their_order(day: date, form: str, order: Order) -> None:
    assert one(day.strftime(form), order) == midnight(day)


@settings(max_examples=40, deadline=None)
@given(DAYS, st.sampled_from([(o, f) for o, forms in BY_ORDER.items() for f in forms]))
def test_dates_in_the_order_of_the_column(day: date, written: tuple[Order, str]) -> None:
    assert one(day.strftime(written[1]), written[0]) == midnight(day)


@settings(max_examples=40, deadline=None)
@given(TIMES, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%b-%Y", "%B %d, %Y"]), st.sampled_from(CLOCKS))
def test_times_of_the_day(when: datetime, form: str, clock: str) -> None:
    wanted = when if "%S" in clock else when.replace(second=0)
    assert one(when.strftime(f"{form} {clock}")) == wanted


@settings(max_examples=40, deadline=None)
@given(TIMES, st.integers(-14 * 60, 14 * 60), st.sampled_from(["T", " "]))
def test_zones_become_utc(when: datetime, minutes: int, apart: str) -> None:
    local = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert one(local.isoformat(apart)) == local.astimezone(timezone.utc).replace(tzinfo=None)  # noqa: UP017


@pytest.mark.parametrize(
    "text",
    ["2024-03-01T12:30:15Z", "2024-03-01 12:30:15 UTC", "Fri, 01 Mar 2024 12:30:15 GMT", "20240301T123015",
     "Fri Mar  1 12:30:15 2024", "2024年3月1日 12时30分15秒", "2024年3月1日 下午12:30:15",
     "２０２４-０３-０１ １２:３０:１５",
     "Fri Mar 01 2024 13:30:15 GMT+0100 (CET)", "2024-03-01T20:30:15+0800", "1st March 2024 12:30:15 p.m."],
)  # fmt: skip
def test_spellings_of_one_moment(text: str) -> None:
    assert one(text) == datetime(2024, 3, 1, 12, 30, 15)


@pytest.mark.parametrize("text", ["2024-03", "2024年3月", "Mar 2024", "March-2024", "3/2024", "2024/3"])
def test_a_month_is_its_first_day(text: str) -> None:
    assert one(text) == datetime(2024, 3, 1)


def test_eight_digits_are_a_date_where_the_column_says_so() -> None:
    assert one("20240301") is None and one("20240301", compact=True) == datetime(2024, 3, 1)
    assert one("20240301123000", compact=True) == datetime(2024, 3, 1, 12, 30)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "12:30", "2024-13-01", "2024-02-30", "31/02/2024", "1.2.3", "2024-03-01 25:00", "0000-01-01",
     "12024-03-01", "+12024-03-01", "May", "May 5 2024 or later", "2024", "192.168.1.1", "1/2", "100-200-300",
     "Mar 1, 20240", "m3 1 2024"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    for order in ORDERS:
        assert one(text, order) is None


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(DAYS, st.sampled_from([*ANY_ORDER, *sum(BY_ORDER.values(), ())])).map(
                lambda p: p[0].strftime(p[1])
            ),
            st.text("0123456789-/. :TZ", max_size=12),
            st.sampled_from(["m3 1 2024", "2024-03-01 (ab)", "24-3-1", "Mar 1, 20240", "2024-03-01 7", "May"]),
        ),
        min_size=9,
        max_size=24,
    ),
    st.sampled_from(ORDERS),
    st.booleans(),
)
def test_a_date_alone_is_read_as_among_many(words: list[str | None], order: Order, compact: bool) -> None:
    cells = pl.Series("x", words, dtype=pl.String)
    many = read(cells, order, compact).to_list()
    assert [read(cells.slice(i, 1), order, compact)[0] for i in range(len(words))] == many
