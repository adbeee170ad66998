"""The store: work is done once, what is visible is whole, and a crash loses nothing finished."""

from __future__ import annotations

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


def test_the_ledger_outlives_a_torn_line(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.log(event="one")
    with (tmp_path / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"event": "to')
    store.log(event="two")
    assert [e["event"] for e in store.events()] == ["one", "two"]
