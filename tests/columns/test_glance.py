"""A quick look: what is counted of cells, against a slow loop over them."""

from __future__ import annotations

import math
from collections import Counter

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.columns.glance import glance
from milepost.columns.schema import CLEAR, TRIM, VAGUE
from milepost.columns.words import FIGURE, strays_among

CELLS = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(
            ["", " ", "?", "unknown", "na", "abc", "ABC ", "007", " 12 ", "1.5", "-3", "1e3", "x" * 60, "1,5"]
        ),
        st.integers(-99999, 99999).map(str),
        st.floats(allow_nan=False, width=32).map(str),
    ),
    min_size=1,
    max_size=40,
)


def plain(cell: str | None) -> float | None:
    """A number as a machine writes it, by Python."""
    try:
        value = float((cell or "").strip(TRIM))
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in (cell or "") else None


@settings(max_examples=60, deadline=None)
@given(CELLS)
def test_what_is_counted(cells: list[str | None]) -> None:
    found = glance(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}))
    numbers = [n for c in cells if (n := plain(c)) is not None]
    tally = {k: v[0] for k, v in found.tally.items()}
    assert tally["said"] == sum(c is not None for c in cells) and tally["plain"] == len(numbers)
    assert tally["fraction"] == sum(n != math.floor(n) for n in numbers)
    assert (tally["low"], tally["high"]) == (min(numbers, default=math.inf), max(numbers, default=-math.inf))
    words = [c.strip(TRIM) for c in cells if c is not None and plain(c) is None]
    if words:
        seen = found.words[0]
        short = Counter(w for w in words if len(w) <= 48)
        assert dict(zip(seen.words.to_list(), seen.counts.tolist(), strict=True)) == short
        assert seen.long == len(words) - short.total()
        assert seen.silent == Counter(w.lower() for w in words if w.lower() in (*CLEAR, *VAGUE))
        odd = ("abc", "x" * 60, "inf", "-inf")
        stray = [i for i, c in enumerate(cells) if c is not None and c.strip(TRIM).lower() in odd]
        assert list(seen.rows) == stray[:5]


def test_codes_and_points() -> None:
    table = pl.DataFrame({"code": ["007", "12", "1"], "broken": ["1.234", "2.500", "7"], "sure": ["1.5", "2.500", "7"]})
    tally = glance(table).tally
    assert tally["padded"].tolist() == [1, 0, 0] and tally["pointed"].tolist() == [0, 0, 1]


def test_long_digits_are_words() -> None:
    found = glance(pl.DataFrame({"x": ["12345678901234567", "12345678901234568", "5"]}))
    assert found.tally["plain"][0] == 1 and found.words[0].kinds["digits"] == 2 and len(found.words[0].words) == 2
    native = glance(pl.DataFrame({"x": [12345678901234567, 12345678901234568, 5]}))
    assert native.words[0].kinds == found.words[0].kinds


def test_native_types() -> None:
    table = pl.DataFrame(
        {"n": [1.5, None, float("nan")], "d": pl.Series([0, 1, None]).cast(pl.Date), "b": [True, None, False]}
    )
    found = glance(table)
    assert found.tally["native"].tolist() == [1, 0, 0] and found.tally["moments"].tolist() == [0, 2, 0]
    assert sorted(found.words[2].words.to_list()) == ["false", "true"]
    assert found.gaps == {0: [1], 1: [2], 2: [1]} or found.gaps[0][0] == 1


def test_what_a_number_or_a_date_is_made_of() -> None:
    some = pl.Series(
        ["1,5 €", "Sept. 5, 2024 3:04 pm GMT", "Friday 1 March 2024", "2024年3月1日", "5 Main Street", "B17"]
    )
    assert some.str.contains(FIGURE).to_list() == [True, True, True, True, False, False]


def test_strays() -> None:
    assert strays_among(["abc", "1,5", "2024-03-01", "?", "unknown", "12 apples"]) == ["abc", "12 apples"]
