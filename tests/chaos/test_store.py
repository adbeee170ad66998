"""A store is stopped, or its disk is full, at every single change that it makes to the disk."""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chaos.driver import CHANGES, kill_at
from milepost.roadmap.store import Store

ENDED = 77  # exit code of a process that came to its end


def road(root: Path) -> Path:
    """Two stages; the second reads what the first made, and notes in its work how often it began."""
    store = Store(root)

    def first(out: Path, work: Path) -> None:
        (out / "deep").mkdir()
        (out / "deep" / "rows").write_text("rows" * 100)

    def second(out: Path, work: Path) -> None:
        (out / "weights").write_text((made / "deep" / "rows").read_text().upper())
        store.log(event="test_look", rows=made.name, product="p")

    made = store.once("prepare", {"data": "d"}, first)
    return store.once("test", {"prepared": made.name, "product": "p"}, second)


def sound(root: Path) -> None:
    """What must hold of a store whenever nobody is writing to it."""
    store = Store(root)
    assert all(store.whole(entry) for entry in (root / "done").iterdir())
    assert store.audit() == []
    assert max([0, *Counter(e["key"] for e in store.events() if e["event"] == "done").values()]) <= 1


def finished(root: Path) -> None:
    """What must hold in the end."""
    assert (road(root) / "weights").read_text() == "ROWS" * 100
    sound(root)
    assert not list((root / "work").iterdir()) and not [p for p in root.rglob("*") if p.name.startswith(".")]
    assert not list((root / "aside").iterdir())


def forked(act: Callable[[], Any]) -> int:
    """Return how a process of its own that does something ended."""
    child = os.fork()
    if not child:
        act()
        os._exit(ENDED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_at_every_change_of_the_disk(tmp_path: Path) -> None:
    for number in range(1, 200):
        root = tmp_path / str(number)

        def killed(number: int = number, root: Path = root) -> None:
            kill_at(number)
            road(root)

        how = forked(killed)
        if root.is_dir():
            sound(root)
        finished(root)
        if how == ENDED:
            assert number > 30
            return
        assert how == -signal.SIGKILL
    pytest.fail("it never came to its end")


@contextmanager
def full_at(number: int) -> Iterator[list[str]]:
    """Let the disk be full from the Nth call on that takes space; give the calls that were refused."""
    calls, refused, real = Counter[str](), list[str](), {name: getattr(os, name) for name in CHANGES}

    def taking(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls["all"] += 1
            if calls["all"] >= number:
                refused.append(name)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real[name](*args, **kwargs)

        return call

    takes = ("fsync", "mkdir", "write", "symlink")
    try:
        for name in takes:
            setattr(os, name, taking(name))
        yield refused
    finally:
        for name in takes:
            setattr(os, name, real[name])


def test_full_at_every_write(tmp_path: Path) -> None:
    for number in range(1, 100):
        root = tmp_path / str(number)
        with full_at(number) as refused:
            try:
                road(root)
            except OSError as error:
                assert error.errno == errno.ENOSPC
        if root.is_dir():
            sound(root)
        finished(root)
        if not refused:
            assert number > 15
            return
    pytest.fail("it never came to its end")


def test_eight_processes_at_once_do_the_work_once(tmp_path: Path) -> None:
    children = list[int]()
    for _ in range(8):
        child = os.fork()
        if not child:
            road(tmp_path)
            os._exit(ENDED)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children] == [ENDED] * 8
    done = [e["stage"] for e in Store(tmp_path).events() if e["event"] == "done"]
    assert sorted(done) == ["prepare", "test"]
    finished(tmp_path)
