"""Encoded rows on disk are used only whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from milepost.data.columns_file import Writer, load, whole
from milepost.types import Ragged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two batches of numbers and of ragged ids."""
    ids = Ragged(np.arange(5, dtype=np.int32), np.array([0, 2, 5]))
    with Writer(tmp_path / "train") as writer:
        for _ in range(2):
            writer.append({"number": np.ones((2, 3), np.float32), "ids": ids}, 2)
    return tmp_path / "train"


def test_what_was_written_is_whole_and_comes_back(folder: Path) -> None:
    assert whole(folder)
    columns = load(folder)
    assert np.asarray(columns["number"]).shape == (4, 3)
    assert isinstance(columns["ids"], Ragged) and columns["ids"].lengths.tolist() == [2, 3, 2, 3]


@pytest.mark.parametrize("name", ["number.bin", "ids.bin", "ids.lengths.bin", "columns.json"])
def test_a_harmed_file_is_found(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for harmed in (data[:-1], data[:9] + bytes([data[9] ^ 16]) + data[10:], data + b"x"):
        (folder / name).write_bytes(harmed)
        assert not whole(folder)
    (folder / name).unlink()
    assert not whole(folder)


def test_a_writer_that_was_stopped_leaves_nothing_whole(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Writer(tmp_path / "train") as writer:
        writer.append({"number": np.ones((2, 3))}, 2)
        raise RuntimeError
    assert not whole(tmp_path / "train")
