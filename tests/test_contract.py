"""Every file in tasks/ keeps every promise. A new kind is held to them by existing."""

from __future__ import annotations

import polars as pl
import pytest

from milepost.contract import PROMISES, Case
from milepost.tasks import kinds
from milepost.tasks.base import Task

ROWS = 240
_CASES: dict[str, Case] = {}


@pytest.mark.parametrize("promise", PROMISES, ids=lambda p: p.__name__)
@pytest.mark.parametrize("kind", kinds())
def test_contract(kind: str, promise, examples: dict[str, tuple[Task, pl.DataFrame]]) -> None:
    task, table = examples[kind]
    case = _CASES.setdefault(kind, Case(task, table.head(ROWS)))
    promise(case)
