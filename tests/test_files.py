"""Files that are whole, and JSON that tells whether it was changed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.files import atomic, copy, sealed, unsealed, write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text().filter(lambda k: k != "seal"), JSON, max_size=4), st.sampled_from([None, 1]))
def test_what_is_sealed_comes_back(content: dict, indent: int | None) -> None:
    assert unsealed(sealed(content, indent)) == content


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_changes_what_is_read_unseen(at: int, bit: int) -> None:
    content = {"verdict": "passed", "value": 0.875, "rows": [1, 2, 3]}
    data = bytearray(sealed(content))
    data[at % len(data)] ^= 1 << bit
    try:
        found = unsealed(bytes(data))
    except ValueError:
        return
    assert {k: found.get(k) for k in content} == content  # the name of the seal itself was hit


def test_json_from_before_seals_is_read_and_what_is_no_object_is_not() -> None:
    assert unsealed(json.dumps({"a": 1}).encode()) == {"a": 1}
    for data in (b"", b"[1]", b"{", b"\xff"):
        with pytest.raises(ValueError, match=r".+"):
            unsealed(data)


def test_writers_at_once_leave_one_whole_file_and_nothing_else(tmp_path: Path) -> None:
    texts = [str(i) * 100_000 for i in range(8)]

    def put(text: str) -> None:
        with atomic(tmp_path / "file") as file:
            file.write(text.encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, texts))
    assert (tmp_path / "file").read_text() in texts
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(RuntimeError), atomic(tmp_path / "file") as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "file").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_the_same_bytes_are_left_alone(tmp_path: Path) -> None:
    for put in (lambda: write(tmp_path / "a", b"x"), lambda: copy(tmp_path / "a", tmp_path / "b")):
        put()
        before = [(p.stat().st_ino, p.stat().st_mtime_ns) for p in sorted(tmp_path.iterdir())]
        put()
        assert [(p.stat().st_ino, p.stat().st_mtime_ns) for p in sorted(tmp_path.iterdir())] == before
