"""lock.json and the looks: what does not fit is put aside and said, and no look is forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from milepost.files import sealed, unsealed
from milepost.roadmap.lock import choices
from milepost.roadmap.looks import looks
from milepost.roadmap.store import Store

ROWS = "prepare-0123456789abcdef"


class Project:
    """A store, a run folder, and product.yaml as far as a lock reads it."""

    def __init__(self, root: Path) -> None:
        self.store, self.run, self.notes = Store(root / ".milepost"), root / "runs" / "0001-abc", list[str]()
        self.run.mkdir(parents=True)
        self.lock = self.run / "lock.json"
        self.epochs = 3

    def choose(self, steps: int) -> int:
        """Choose a number of steps, or return the one in the lock."""
        spec = SimpleNamespace(model_dump=lambda mode: {"epochs": self.epochs})
        opened: Any = SimpleNamespace(data_hashes={"all": ["d"]}, spec=spec)
        self.notes.clear()
        chosen = choices(self.run, opened, ROWS, self.store, self.notes)
        return int(chosen.once("net", lambda: {"steps": steps})["steps"])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_lock_holds_and_says_what_it_was_made_from(project: Project) -> None:
    assert project.choose(10) == 10 == project.choose(20) and project.notes == []
    lock = unsealed(project.lock.read_bytes())
    assert lock["chosen"] == {"net": {"steps": 10}} and lock["data"] == {"all": ["d"]}
    assert {"spec", "code", "rows", "versions"} <= lock.keys()
    assert {"Python", "numpy", "polars", "torch"} <= lock["versions"].keys()


@pytest.mark.parametrize("harm", [lambda t: t.replace("10", "99"), lambda t: t[:50], lambda t: "", lambda t: "[]"])
def test_a_lock_that_was_damaged_or_edited_is_put_aside(project: Project, harm: Any) -> None:
    project.choose(10)
    project.lock.write_text(harm(project.lock.read_text()))
    assert project.choose(20) == 20
    assert "lock.json was damaged or edited" in project.notes[0]
    assert (project.store.root / "aside" / "lock.json.1").is_file()


def test_a_lock_of_another_product_or_another_milepost_is_put_aside(project: Project) -> None:
    project.choose(10)
    project.epochs = 4
    assert project.choose(20) == 20 and "another product.yaml" in project.notes[0]
    project.lock.write_bytes(sealed(unsealed(project.lock.read_bytes()) | {"code": "older"}))
    assert project.choose(30) == 30 and project.notes == []
    project.lock.write_text(json.dumps({"net": {"steps": 1}}))  # as version 0.2.0 wrote it
    assert project.choose(40) == 40 and project.notes == []


def test_a_lock_from_another_machine_holds_and_says_so(project: Project) -> None:
    project.choose(10)
    lock = unsealed(project.lock.read_bytes())
    lock["versions"] |= {"numpy": "1.0", "system": "Darwin arm64"}
    project.lock.write_bytes(sealed(lock))
    assert project.choose(20) == 10
    assert len(project.notes) == 2 and project.notes[0].startswith("numpy was 1.0 for lock.json and is ")


def look_at(store: Store, product: str, slices: list[str], rows: str = "same") -> str:
    """Look at test rows once, as the road does; return the name of what prepare made."""
    prepared = store.once("prepare", {"data": rows}, lambda out, work: _rows(out, rows))
    inputs = {"prepared": prepared.name, "product": product, "slices": slices}

    def make(out: Path, work: Path) -> None:
        store.log(event="test_look", rows=prepared.name, product=product)

    store.once("test", inputs, make)
    return prepared.name


def _rows(out: Path, rows: str) -> None:
    (out / "test").mkdir()
    (out / "test" / "0.arrow").write_text(rows[:4])


def test_a_look_counts_once_for_what_was_looked_at(project: Project) -> None:
    store, runs = project.store, project.run.parent
    rows = look_at(store, "p", [])
    assert look_at(store, "p", []) == rows and looks(store, rows, runs) == 1
    look_at(store, "p", ["sex"])
    look_at(store, "q", [])
    assert looks(store, rows, runs) == 3
    assert looks(store, look_at(store, "r", [], rows="others"), runs) == 1
    assert looks(store, look_at(store, "s", [], rows="same, told otherwise"), runs) == 4, "the same test rows"


def test_no_look_is_forgotten_with_the_ledger_or_the_store(project: Project) -> None:
    store, runs = project.store, project.run.parent
    rows = look_at(store, "p", [])
    look_at(store, "q", [])
    ledger = store.ledger.path.read_bytes()
    store.ledger.path.unlink()
    assert looks(store, rows, runs) == 2 and store.audit()
    store.ledger.path.write_bytes(ledger)
    for entry in (store.root / "done").glob("test-*"):
        store.put_aside(entry)
    assert looks(store, rows, runs) == 2
    (project.run / "gates.json").write_bytes(sealed({"test_looks": 7}))
    project.lock.write_bytes(sealed({"rows": rows}))
    assert looks(store, rows, runs) == 7


def test_looks_from_before_they_were_named_count(project: Project) -> None:
    for product in ("p", "p", "q"):
        project.store.ledger.append({"event": "test_look", "rows": ROWS, "product": product})
    assert looks(project.store, ROWS, project.run.parent) == 3
