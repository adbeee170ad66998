"""What few test rows can prove, beside the interval of scipy."""

from __future__ import annotations

import pytest
from scipy import stats

from milepost.findings.proof import notice_proof


def test_few_rows_have_wilsons_width() -> None:
    (found,) = notice_proof(60, {})
    interval = stats.binomtest(48, 60).proportion_ci(method="wilson")
    assert f"± {(interval.high - interval.low) / 2:.2f}" in found.what
    assert (found.code, found.where, found.severity, found.count) == ("too_few_rows", "test", "warning", 60)


def test_the_rows_that_are_wanted_are_enough() -> None:
    wanted = int(notice_proof(60, {})[0].fix.split(":")[1].split()[0])
    interval = stats.binomtest(round(0.8 * wanted), wanted).proportion_ci(method="wilson")
    assert (interval.high - interval.low) / 2 == pytest.approx(0.05, abs=0.001)


def test_enough_rows_say_nothing() -> None:
    assert notice_proof(100, {"a": 50, "b": 50}) == []
    assert notice_proof(0, {}) == []


def test_few_rows_of_a_class() -> None:
    (found,) = notice_proof(500, {"a": 480, "b": 20})
    assert (found.code, found.severity, found.count) == ("too_few_rows", "info", 1) and "the rarest 20" in found.what
