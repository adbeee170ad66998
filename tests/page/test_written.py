from __future__ import annotations

import pytest

from milepost.page.voice import Voice
from milepost.page.written import common, score_text, written


def score(value: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("found", "value", "between"),
    [
        (score(0.815, 0.785, 0.845), "0.815", "[0.785, 0.845]"),
        (score(0.9, 0.7, 0.95), "0.900", "[0.700, 0.950]"),
        (score(0.98123, 0.97949, 0.98251), "0.9812", "[0.9795, 0.9825]"),
        (score(1.9, 1.87, 1.93), "1.90", "[1.87, 1.93]"),
        (score(60.72, 50.9, 75.96), "60.7", "[50.9, 76.0]"),
        (score(0.008, -0.0004, 0.016), "0.008", "[0.000, 0.016]"),
        (score(1520.4, 1110, 1930), "1520", "[1110, 1930]"),
        (score(-52345.6, -60000, -40000), "−52,346", "[−60,000, −40,000]"),
        (score(0.41, 0.41, 0.41), "0.41", ""),
        (score(3.0, None, None), "3", ""),
        (score(None, None, None), "–", ""),
        (score(float("nan"), 0, 1), "–", ""),
    ],
)
def test_a_score_has_the_decimals_that_its_interval_is_worth(found, value: str, between: str) -> None:  # type: ignore[no-untyped-def]
    assert written(found) == (value, between)


def test_an_end_beside_a_bound_does_not_look_like_it() -> None:
    assert written(score(0.83, 0.79996, 0.86), 0.8).between == "[0.79996, 0.86000]"
    assert written(score(0.83, 0.8, 0.86), 0.8).between == "[0.800, 0.860]"


def test_a_table_has_one_number_of_decimals() -> None:
    found = [score(12.7, 5.8, 19.2), score(0.041, -0.373, 0.515), score(3, 3, 3), score(None, None, None)]
    digits = common(found)
    assert digits == 1 and written(found[1], digits=digits) == ("0.0", "[−0.4, 0.5]")
    assert common([score(1e9, 0, 2e9)]) is None is common([])


def test_differences_have_their_sign() -> None:
    assert written(score(0.02, -0.01, 0.05), sign=True) == ("+0.020", "[−0.010, +0.050]")


def test_rows_are_told_where_there_is_an_interval() -> None:
    assert "200 rows" in score_text(score(0.8, 0.7, 0.9) | {"n": 200}, Voice())
    assert "rows" not in score_text(score(0.8, 0.8, 0.8) | {"n": 1}, Voice())
