"""SQLite is asked, never written; cells keep their types."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .reading import look, refusal


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as base, base:
        base.execute("CREATE TABLE orders (id INTEGER, price REAL, who TEXT, mixed)")
        rows = [(1, 2.5, "ann", 1), (2, 3, None, "x"), (3, None, "é", 2.5)]
        base.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    return tmp_path


def test_the_only_table_by_file_or_address(shop: Path) -> None:
    for source in ("shop.db", "sqlite:///shop.db", f"sqlite:///{shop / 'shop.db'}"):
        got = look(source, shop)
        assert got.rows == [(1, 2.5, "ann", "1"), (2, 3.0, None, "x"), (3, None, "é", "2.5")]
        assert got.columns == ["id", "price", "who", "mixed"] and got.lines == [1, 2, 3]


def test_a_query_or_a_table(shop: Path) -> None:
    assert look("shop.db", shop, query="SELECT who FROM orders WHERE id = 1;").rows == [("ann",)]
    assert len(look("shop.db", shop, query="orders").rows) == 3
    assert look("shop.db", shop, query="SELECT id FROM orders WHERE id > 9").columns == ["id"]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("DELETE FROM orders", "the query may only read"),
        ("SELECT 1; DROP TABLE orders", "SELECT"),
        ("ATTACH 'other.db' AS other", "the query may only read"),
        ("PRAGMA journal_mode = DELETE", "the query may only read"),
        ("SELECT id, price AS id FROM orders", "two columns are named `id`"),
        ("SELECT oops FROM orders", "SQLite refuses: no such column: oops"),
        ("order", "there is no table `order`"),
    ],
)
def test_what_is_refused(shop: Path, query: str, what: str) -> None:
    before = (shop / "shop.db").read_bytes()
    error = refusal("shop.db", shop, query=query)
    assert what in error.what + error.fix
    assert (shop / "shop.db").read_bytes() == before and [p.name for p in shop.iterdir()] == ["shop.db"]


def test_several_tables_are_named(shop: Path) -> None:
    with closing(sqlite3.connect(shop / "shop.db")) as base, base:
        base.execute("CREATE TABLE other (a)")
    assert "the database has 2 tables: orders, other" in refusal("shop.db", shop).what


def test_broken_text_and_bytes(shop: Path) -> None:
    with closing(sqlite3.connect(shop / "shop.db")) as base, base:
        base.execute("UPDATE orders SET who = CAST(x'ff41' AS TEXT) WHERE id = 2")
        base.execute("UPDATE orders SET mixed = x'00ff' WHERE id = 3")
    got = look("shop.db", shop)
    assert got.reasons == [(2, "broken_text")] and got.lines == [1, 3] and got.rows[1][3] == "00ff"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "d.db").write_bytes(b"SQLite format 3\0" + bytes(200))
    assert "SQLite refuses" in refusal("d.db", tmp_path).what
    (tmp_path / "d.db").write_bytes(b"a,b\n1,2\n")
    assert "it is named `.db` but holds text" in refusal("d.db", tmp_path).what
    assert "is no address" in refusal("postgres://x/y", tmp_path).what
    assert "there is no file" in refusal("sqlite:///gone.db", tmp_path).what
