"""The store: work is done once, what is visible is whole, and a crash loses nothing finished."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milepost.roadmap.store import Store


def test_work_is_done_once_and_by_content(tmp_path: Path) -> None:
    calls = []

    def make(out: Path, work: Path) -> None:
        calls.append(1)
        (out / "a").write_text("x")

    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: Store(tmp_path).once("stage", {"k": 1}, make), range(8)))
    assert len(folders) == 1 and len(calls) == 1
    Store(tmp_path).once("stage", {"k": 2}, make)
    assert len(calls) == 2


def test_a_failed_stage_leaves_nothing_visible_and_keeps_its_work(tmp_path: Path) -> None:
    def fail(out: Path, work: Path) -> None:
        (out / "half").write_text("x")
        (work / "checkpoint").write_text("y")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Store(tmp_path).once("stage", {}, fail)
    assert not list((tmp_path / "done").iterdir())

    def go_on(out: Path, work: Path) -> None:
        assert (work / "checkpoint").read_text() == "y"
        assert not list(out.iterdir())

    Store(tmp_path).once("stage", {}, go_on)


@pytest.mark.parametrize("harm", [lambda p: p.write_text("z"), lambda p: p.unlink()])
def test_changed_bytes_are_made_again(tmp_path: Path, harm) -> None:
    def make(out: Path, work: Path) -> None:
        (out / "a").write_text("x")

    harm(Store(tmp_path).once("stage", {}, make) / "a")
    assert (Store(tmp_path).once("stage", {}, make) / "a").read_text() == "x"


def test_what_is_damaged_is_kept_aside_and_said(tmp_path: Path) -> None:
    def make(out: Path, work: Path) -> None:
        (out / "a").write_text("x")

    store, said = Store(tmp_path), list[str]()
    (store.once("stage", {}, make, "train linear", said.append) / "a").write_text("z")
    done = store.once("stage", {}, make, "train linear", said.append)
    assert said == ["train linear again: the stored bytes were damaged"]
    assert (tmp_path / "aside" / f"{done.name}.1" / "a").read_text() == "z"
    (done / "b").write_text("nobody's")
    assert not (store.once("stage", {}, make) / "b").exists()
    shutil.rmtree(done)
    store.once("stage", {}, make, "train linear", said.append)
    assert said[1:] == ["train linear again: the stored bytes were deleted"]


def test_the_name_of_an_entry_stands_for_its_bytes(tmp_path: Path) -> None:
    """Made anew with other bytes, it makes those that read it anew; a time alone does not."""
    store, made = Store(tmp_path), list[str]()

    def first(text: str, seconds: float) -> Path:
        def make(out: Path, work: Path) -> None:
            (out / "a").write_text(text)
            (out / "training.json").write_text(str(seconds))

        return store.once("first", {}, make)

    def second(name: str) -> None:
        def make(out: Path, work: Path) -> None:
            made.append(name)

        store.once("second", {"of": [["x", name]]}, make)

    for text, seconds, times in (("x", 1.0, 1), ("x", 2.0, 1), ("y", 2.0, 2), ("x", 3.0, 2)):
        done = first(text, seconds)
        second(done.name)
        assert len(made) == times
        shutil.rmtree(done)


def test_a_key_that_changed_is_named(tmp_path: Path) -> None:
    store, said = Store(tmp_path), list[str]()
    for epochs in (3, 4, 3):
        store.once("train", {"train": {"epochs": epochs}}, lambda out, work: None, "train linear", said.append)
    assert said == ["train linear again: train.epochs changed"]


def test_the_ledger_outlives_a_torn_line(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.log(event="one")
    with (tmp_path / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"event": "to')
    store.log(event="two")
    assert [e["event"] for e in store.events()] == ["one", "two"]
