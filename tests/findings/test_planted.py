"""Faults planted in clean tables are found through the front door, and nothing is found where nothing is wrong."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FAULTS: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "bench" / "faults.py"), run_name="faults")
ROWS = 700  # at most


def found(case: Any) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        return FAULTS["findings"](case, Path(folder))


@given(st.integers(0, 10**6))
@settings(max_examples=10, derandomize=True, deadline=None)
def test_a_clean_table_is_called_clean(seed: int) -> None:
    assert FAULTS["alarms"](found(FAULTS["planted"](seed, None, ROWS))) == []


@pytest.mark.parametrize("fault", FAULTS["FAULTS"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=2, derandomize=True, deadline=None)
def test_a_planted_fault_is_found(fault: str, seed: int) -> None:
    case = FAULTS["planted"](seed, fault, ROWS)
    said = found(case)
    assert case.found(said), (case.codes, case.column, said)
