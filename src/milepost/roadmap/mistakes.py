"""The test rows that are most surely wrong, as anybody may see them: no cell that holds personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from milepost.columns.schema import plain_word
from milepost.personal.data import Personal, glance
from milepost.tasks.base import Task
from milepost.types import Columns

LETTERS = 200  # of a row that are quoted
WORD = 40  # of a cell that is no text


def mistakes(task: Task[Any], stats: Columns, rows: pl.DataFrame, weighty: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the mistakes of the kind with what stands in their rows, counted from 1; the texts first, then the
    `weighty` columns.

    Truth and answer are left out where they are personal data.
    """
    hidden = not task.personal.isdisjoint(task.targets)
    out = list[dict[str, Any]]()
    for found in task.mistakes(stats):
        row = rows.row(found["row"], named=True)
        told = {key: value for key, value in found.items() if not (hidden and key in ("truth", "answer", "label"))}
        if not hidden and found["truth"] is None:  # of a class that training never saw
            told["truth"] = " · ".join(str(row[c])[:WORD] for c in task.targets)
        out.append(told | {"row": found["row"] + 1, "cells": excerpt(task, row, weighty)})
    return out


def excerpt(task: Task[Any], row: Mapping[str, Any], weighty: Sequence[str] = ()) -> dict[str, str]:
    """Quote the cells of a row that a customer sends, as many as there is room for, without personal data."""
    known = {f.name: f.type for f in task.fields if f.name in row and f.name not in task.personal}
    texts = [name for name, kind in known.items() if kind == "text"]
    order = dict.fromkeys([*texts, *(c for c in weighty if c in known), *known])
    words = {name: " ".join(_word(row[name]).split()) for name in order if row[name] is not None}
    traces, out, room = _traces(words), dict[str, str](), LETTERS
    for name, word in words.items():
        most = LETTERS // len(texts) if name in texts else WORD
        cut = word if len(word) <= most else word[: most - 1] + "…"
        if name not in traces and room - len(cut) >= 0:
            out[name] = cut
            room -= len(cut)
    return out


def _traces(words: Mapping[str, str]) -> frozenset[str]:
    """Return the cells in which personal data are found although their columns are not known for them."""
    owner = Personal()
    owner.add(glance(pl.DataFrame({name: [word] for name, word in words.items()})))
    return owner.columns()


def _word(cell: Any) -> str:
    if isinstance(cell, float) and not cell.is_integer():
        return f"{cell:.6g}"
    return plain_word(cell).removesuffix(" 00:00:00")  # of a date
