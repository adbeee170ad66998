"""No cell of a column that holds personal data stands in a report or in an error, wherever it is planted."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import milepost
from milepost.columns.schema import ColumnRule
from milepost.data.table import ColumnFacts, TableFacts
from milepost.errors import MilepostError
from milepost.tasks.tabular_classification import Facts, TabularClassification

ROWS = 240
TASK = {"kind": "tabular-classification", "target": "y"}
MAILS = [f"{n}.planted@example.org" for n in ("ann", "bob", "cid", "dan", "eve", "fay")]
PHONES = ["+49 171 5550101", "(212) 555-0102", "+33 1 23 45 01 03", "0571-88001234", "212-555-0105", "+44 20 7946 0106"]
MOBILES = ["13800138001", "15912345672", "18612345673", "17712345674", "13912345675", "15512345676"]
RESIDENTS = ["11010519491231002X", "440524188001010014", "11010519491231002x", *["110105491231002"] * 3]
CARDS = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4012888888881881",
    "30569309025904",
]
IBANS = [
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "NL91ABNA0417164300",
    "BE68 5390 0754 7034",
    "NO9386011117947",
    "CH9300762011623852957",
]
COMPUTERS = [
    "192.168.10.101",
    "10.0.0.202",
    "172.16.254.103",
    "203.0.113.204",
    "198.51.100.105",
    "fe80::1ff:fe23:4567:890a",
]
KINDS = {
    "mail": MAILS,
    "phone": PHONES,
    "mobile": MOBILES,
    "resident": RESIDENTS,
    "card": CARDS,
    "iban": IBANS,
    "ip": COMPUTERS,
}


def _table(**columns: list[Any]) -> pl.DataFrame:
    rng = random.Random(0)
    plain = {"x": [f"{rng.gauss(0, 1):.3f}" for _ in range(ROWS)], "y": [rng.choice("ab") for _ in range(ROWS)]}
    return pl.DataFrame({**plain, **columns}, strict=False)


def _strays(cells: list[str]) -> pl.DataFrame:
    """A column of numbers with a few cells that are none."""
    return _table(age=[cells[i // 40] if i % 40 == 7 else str(20 + i % 60) for i in range(ROWS)])


def _dates(cells: list[str]) -> pl.DataFrame:
    return _table(
        day=[cells[i // 40] if i % 40 == 7 else f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(ROWS)]
    )


def _categories(cells: list[str]) -> pl.DataFrame:
    return _table(kind=[cells[i % 6] if i % 3 else cells[i % 6].upper() + " " for i in range(ROWS)])


def _one_for_all(cells: list[str]) -> pl.DataFrame:
    """Two values that stand in nearly every row, and give the answer away."""
    table = _table()
    return table.with_columns(pl.Series("kind", [cells[0] if y == "a" else cells[1] for y in table["y"]]))


def _texts(cells: list[str]) -> pl.DataFrame:
    words = [
        f"order {i} of the day goes to the door behind the house, ask for {cells[i % 6]} there" for i in range(ROWS)
    ]
    return _table(note=[w.replace("door", "gate") if i % 2 else words[i - i % 5] for i, w in enumerate(words)])


def _classes(cells: list[str]) -> pl.DataFrame:
    """Classes of which two are rare and one is seen once."""
    common = [cells[i % 3] for i in range(ROWS - 6)]
    return _table().with_columns(pl.Series("y", [*common, *[cells[3]] * 3, *[cells[4]] * 2, cells[5]]))


def _two_classes(cells: list[str]) -> pl.DataFrame:
    return _table().with_columns(pl.Series("y", [cells[0] if i % 3 else cells[1] for i in range(ROWS)]))


def _one_class(cells: list[str]) -> pl.DataFrame:
    return (
        _table()
        .with_columns(pl.Series("y", [cells[0]] * (ROWS - 20) + [cells[1]] * 20))
        .filter(pl.col("y") == cells[0])
    )


def _lone(cells: list[str]) -> pl.DataFrame:
    """Typed numbers, as a database gives them."""
    numbers = [int(c) if c.isdigit() else None for c in cells]
    return _table(code=[numbers[i % 6] for i in range(ROWS)])


PLANTED: list[Callable[[list[str]], pl.DataFrame]] = [
    *(_strays, _dates, _categories, _one_for_all, _texts, _classes, _two_classes, _one_class, _lone)
]


def _said(table: pl.DataFrame, folder: Path, **changes: Any) -> str:
    """Return everything that prepare says of a table."""
    table.write_csv(folder / "d.csv")
    report, said = folder / "out" / "data_report.json", ""
    try:
        milepost.prepare(folder / "d.csv", TASK | changes, folder=folder / "out")
    except MilepostError as error:
        said = str(error)
    return said + (report.read_text("utf-8") if report.exists() else "")


@pytest.mark.parametrize("kind", KINDS)
def test_no_planted_value_is_said(kind: str, tmp_path: Path) -> None:
    for plant in PLANTED:
        if plant is _one_class and kind in ("mobile", "card"):
            continue  # one number alone, often repeated, is more likely a code
        folder = tmp_path / plant.__name__
        folder.mkdir()
        said = _said(plant(KINDS[kind]), folder).lower()
        found = [c for c in KINDS[kind] if c.lower() in said]
        assert not found, f"{plant.__name__} says {len(found)} of them"
        assert "personal" in said or plant in (_lone, _one_class), plant.__name__


def test_the_check_bites(tmp_path: Path) -> None:
    """What is no personal data is said: the words that are no numbers, the classes."""
    said = _said(_strays(["red", "green", "blue", "red", "red", "red"]), tmp_path)
    assert "green" in said and '"b"' in said


def test_a_class_is_not_said_by_errors(tmp_path: Path) -> None:
    said = _said(_two_classes(MAILS), tmp_path, positive="nobody")
    assert "no class `nobody`" in said and not [m for m in MAILS if m in said]


def test_a_table_without_a_header(tmp_path: Path) -> None:
    rows = pl.DataFrame({MAILS[0]: MAILS, "+49 171 5550101": PHONES, "red": ["red", "blue"] * 3})
    said = _said(rows, tmp_path)
    assert "names of columns hold personal data" in said
    assert not [v for v in (*MAILS, *PHONES) if v in said]


def test_a_frame_that_cannot_be_read() -> None:
    with pytest.raises(MilepostError) as caught:
        milepost.prepare(pd.DataFrame({"m": [1, MAILS[0], 2], "y": [1, 0, 1]}), TASK)
    assert MAILS[0] not in str(caught.value)


def test_fields_are_shown_without_values() -> None:
    columns = [ColumnFacts(name=n, type="category", categories=[*MAILS], example=MAILS[0]) for n in ("mail", "kind")]
    facts = Facts(classes=["a", "b"], counts=[1, 1], positive="a", table=TableFacts(columns=columns), findings=[])
    rules = (ColumnRule(name="mail", type="category", personal=True), ColumnRule(name="kind", type="category"))
    task = TabularClassification(target="y", columns=rules, learned=facts)
    mail, kind = task.shown
    assert mail.choices == () and mail.example is None and kind.choices == tuple(MAILS)
