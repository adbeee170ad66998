"""Answers to every row of a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from milepost.columns.schema import unread
from milepost.errors import MilepostError, raise_all
from milepost.product import Product
from milepost.roadmap.progress import progress
from milepost.sources.read import read
from milepost.types import Answer
from milepost.words.say import Say

WRITERS = (".csv", ".jsonl", ".parquet")


def predict(
    folder: Path, source: Path, out: Path | None, as_json: bool, echo: Callable[[str], Any], say: Say = str
) -> None:
    """Answer the rows of `source` in order: to `out`, or printed as CSV or JSON lines."""
    if out is not None and out.suffix not in WRITERS:
        raise MilepostError(f"`{out.suffix}` cannot be written", "--out", f"use {', '.join(WRITERS)}")
    product, table = Product.open(folder), read(source)
    lacking = [f.name for f in product.fields if f.name not in table.columns]
    raise_all(
        [MilepostError(f"there is no column `{name}`", str(source), "add it; cells may be empty") for name in lacking]
    )
    for note in _unread(product, table):
        print(say("note: {0}").format(say(note)), file=sys.stderr)
    answers = list[Answer]()
    with progress() as show:
        for part in product.stream(table):
            answers += part
            show("predict", len(answers), table.height)
    if out is None:
        _print(answers, as_json, echo)
    else:
        _write(answers, table, out)
        echo(
            json.dumps({"rows": len(answers), "out": str(out)})
            if as_json
            else say("wrote {0} answers to {1}").format(f"{len(answers):,}", out)
        )


def _unread(product: Product, table: pl.DataFrame) -> list[str]:
    """Say which columns hold cells that cannot be read as what they should be: they count as missing."""
    out, typed = list[str](), product.task.typed(table)
    rules = {rule.name: rule for rule in product.task.columns}
    for field in product.task.fields:
        if field.type == "category":
            strange = int((~typed[field.name].is_in(field.choices)).sum() or 0)
            what = f"{strange:,} cells of `{field.name}` were never seen in training"
        else:
            strange = int(unread(rules[field.name], table[field.name]).sum()) if field.name in rules else 0
            what = f"{strange:,} cells of `{field.name}` are no {field.type}; they count as missing"
        out += [what] if strange else []
    return out


def _print(answers: Sequence[Answer], as_json: bool, echo: Callable[[str], Any]) -> None:
    if as_json:
        for answer in answers:
            echo(json.dumps(answer, ensure_ascii=False))
    else:
        echo(pl.DataFrame([_flat(a) for a in answers]).write_csv().rstrip())


def _write(answers: Sequence[Answer], table: pl.DataFrame, out: Path) -> None:
    """Write rows and answers side by side; the file appears whole or not at all."""
    found = pl.DataFrame([_flat(a) for a in answers])
    taken = {c: f"answer_{c}" for c in found.columns if c in table.columns}
    whole = pl.concat([table, found.rename(taken)], how="horizontal")
    part = out.with_name(f".{out.name}.part")
    if out.suffix == ".csv":
        whole.write_csv(part)
    elif out.suffix == ".jsonl":
        whole.write_ndjson(part)
    else:
        whole.write_parquet(part)
    part.replace(out)


def _flat(answer: Answer) -> dict[str, Any]:
    """Spread {"probabilities": {"a": .1}} into columns; what is nested deeper becomes JSON."""
    out = dict[str, Any]()
    for key, value in answer.items():
        if isinstance(value, dict):
            out |= {f"{key}.{k}": v for k, v in value.items()}
        else:
            out[key] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return out
