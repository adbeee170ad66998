"""The short form of bench/chaos.py: each kind of fault once, on a project of one linear model."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.driver import PROVEN
from chaos.edits import EDITS, edited
from chaos.harm import HARMS, harmed, targets
from chaos.victim import broken, finish, fresh, left, milepost, project, start
from milepost.roadmap.run import run
from milepost.stages import deploy

UNPROVEN = {"CHAOS_UNPROVEN": "1"}


@pytest.fixture(scope="module")
def unproven() -> Iterator[None]:
    """Spare the process in which a product is proven: it costs a second, and the store nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deploy, "_prove", lambda *_: PROVEN)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, unproven: None) -> Path:
    """A finished project."""
    folder = tmp_path_factory.mktemp("chaos") / "whole"
    run(project(folder, rows=250))
    return folder


def test_a_second_run_changes_no_byte(whole: Path) -> None:
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in whole.rglob("*") if p.is_file()}
    run(whole / "product.yaml")
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in whole.rglob("*") if p.is_file()} == before


def test_every_file_is_harmed_in_turn(whole: Path, tmp_path: Path) -> None:
    rng, lost = random.Random(0), list[str]()
    for i, path in enumerate(targets(whole)):
        lost += harmed(whole, tmp_path / "copy", path, HARMS[i % len(HARMS)], rng)
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.__name__)
def test_a_ledger_edited_by_hand_is_found_out(whole: Path, tmp_path: Path, edit) -> None:
    lines = (whole / ".milepost" / "ledger.jsonl").read_bytes().splitlines()
    look = next(i for i, line in enumerate(lines) if b"test_look" in line)
    for at in (1, look):
        assert edited(whole, tmp_path / "copy", edit, at) == []


def same(folder: Path, whole: Path) -> None:
    """Assert that a project came to the same end as another."""
    mine, theirs = left(folder), left(whole)
    assert [k for k in sorted({*mine, *theirs}) if mine.get(k) != theirs.get(k)] == []
    assert broken(folder) == []


def test_killed_and_stopped_and_started_twice_it_comes_to_the_same_end(whole: Path, tmp_path: Path) -> None:
    folder = fresh(tmp_path / "victim", whole, next(whole.glob("runs/0*/lock.json")))
    assert milepost(folder, CHAOS_KILL="20", CHAOS_CLOCK="1", **UNPROVEN)[0] == -signal.SIGKILL
    assert broken(folder) == []
    stopped = start(folder, **UNPROVEN)
    while stopped.poll() is None and not list(folder.glob(".milepost/work/train-*.out")):
        time.sleep(0.005)
    stopped.send_signal(signal.SIGTERM)
    code, said = finish(stopped)
    assert code == 130 and "the same command goes on from here" in said
    assert broken(folder) == []
    both = [finish(p) for p in [start(folder, **UNPROVEN), start(folder, **UNPROVEN)]]
    assert [code for code, _ in both] == [0, 0], both
    same(folder, whole)
