"""The ledger: appended to, mended where a crash tore it, and not to be edited unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.files import SEAL, key_of
from milepost.roadmap.ledger import AFTER, Head, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Five lines."""
    out = Ledger(tmp_path / "ledger.jsonl")
    for n in range(5):
        out.append({"event": "test_look", "n": n})
    return out


def lines_of(ledger: Ledger) -> list[bytes]:
    return ledger.path.read_bytes().splitlines()


def put(ledger: Ledger, lines: list[bytes]) -> None:
    ledger.path.write_bytes(b"".join(line + b"\n" for line in lines))


def test_events_come_back_in_order_and_nothing_is_wrong(ledger: Ledger) -> None:
    assert ledger.events() == [{"event": "test_look", "n": n} for n in range(5)]
    assert ledger.audit([ledger.head()]) == [] and ledger.head().line == 5


@given(cut=st.integers(0, 10_000))
def test_a_line_torn_anywhere_is_cut_off_by_the_next(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("torn") / "ledger.jsonl")
    ledger.append({"event": "one"})
    head = ledger.head()
    whole = ledger.path.read_bytes()
    ledger.append({"event": "two"})
    both = ledger.path.read_bytes()
    kept = len(whole) + cut % (len(both) - len(whole))
    ledger.path.write_bytes(both[:kept])
    torn = kept < len(both) - 1  # else only the end of the line is gone
    assert [e["event"] for e in ledger.events()] == ["one"] + ["two"] * (not torn)
    assert ledger.audit([head]) == []
    ledger.append({"event": "three"})
    assert [e["event"] for e in ledger.events()] == ["one"] + ["two"] * (not torn) + ["three"]
    assert ledger.audit([head]) == []


def resealed(line: bytes, **changes: object) -> bytes:
    """What somebody writes who has read the source."""
    event = {k: v for k, v in json.loads(line).items() if k != SEAL} | changes
    return json.dumps(event | {SEAL: key_of(event)}).encode()


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("more", [False, True], ids=["at once", "after more lines"])
def test_a_changed_line_is_found(ledger: Ledger, at: int, more: bool) -> None:
    lines = lines_of(ledger)
    put(ledger, [*lines[:at], lines[at].replace(b"test_look", b"done"), *lines[at + 1 :]])
    if more:
        ledger.append({"event": "done"})
    assert f"at line {max(at + 1, 2)}:" in ledger.audit()[0]  # the first is found by the second


@pytest.mark.parametrize("at", range(4))
def test_a_removed_added_or_resealed_line_is_found(ledger: Ledger, at: int) -> None:
    lines = lines_of(ledger)
    put(ledger, lines[:at] + lines[at + 1 :])
    assert ledger.audit()
    put(ledger, [*lines[: at + 1], b'{"event": "done"}', *lines[at + 1 :]])
    assert ledger.audit()
    put(ledger, [*lines[:at], resealed(lines[at], event="done"), *lines[at + 1 :]])
    assert ledger.audit()


def test_a_ledger_written_anew_or_cut_is_found_by_an_end_that_it_had(ledger: Ledger) -> None:
    head, lines = ledger.head(), lines_of(ledger)
    put(ledger, lines[:3])
    assert ledger.audit() == [] and "the last lines of the ledger are gone" in ledger.audit([head])[0]
    ledger.path.unlink()
    for n in range(6):
        ledger.append({"event": "done", "n": n})
    assert ledger.audit() == [] and "at line 5" in ledger.audit([head])[0]
    assert ledger.audit([Head(0, "")]) == []


def test_a_ledger_from_before_the_chain_is_read_and_goes_on(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(b'{"event": "done", "stage": "prepare"}\n{"event": "to\n{"event": "test_look"}\n')
    assert [e["event"] for e in ledger.events()] == ["done", "test_look"] and ledger.audit() == []
    ledger.append({"event": "new"})
    ledger.append({"event": "newer"})
    assert [e["event"] for e in ledger.events()] == ["done", "test_look", "new", "newer"] and ledger.audit() == []
    lines = lines_of(ledger)
    put(ledger, [*lines, b'{"event": "done"}'])
    assert "at line 6" in ledger.audit()[0]
    put(ledger, [lines[0], lines[1], b'{"event": "done"}', *lines[3:]])
    assert ledger.audit()
    assert AFTER not in ledger.events()[-1]
