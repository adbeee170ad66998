"""Reading and dealing out say how far they are, up to the end."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import milepost


def test_prepare_tells_how_far_it_is_up_to_the_end(tmp_path: Path) -> None:
    rows = pl.DataFrame({"x": range(500), "z": [1.5, 2.5] * 250, "y": ["a", "b", "b", "a"] * 125})
    rows.write_csv(tmp_path / "d.csv")
    told = list[tuple[str, float, float, str]]()

    def progress(what: str, done: float, total: float, note: str = "") -> None:
        told.append((what, done, total, note))

    task = {"kind": "tabular-classification", "target": "y"}
    milepost.prepare(tmp_path / "d.csv", task, progress=progress)
    last = {what: (done, total) for what, done, total, _ in told}
    assert last["split"] == (500, 500) and last["prepare"][0] >= 0.9 * last["prepare"][1]
    assert all(note.endswith(" rows/s") for *_, note in told)
