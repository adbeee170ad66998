"""A product without a model, and a client without a library."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from milepost.errors import MilepostError, raise_all
from milepost.types import Answer, Field

FIELDS = (
    Field("age", "number", low=29, high=77, example=54),
    Field("pain", "category", choices=("none", "typical", "atypical"), example="typical"),
    Field("visit", "date", example="2026-03-01"),
)


class FakeProduct:
    """Answer with the age, after `seconds` a pass; age 666 breaks it."""

    name, need, kind, version = (
        "heart-check",
        "Tell a clinic <b>whom</b> to see first.",
        "tabular-classification",
        "1a2b3c",
    )
    fields = FIELDS

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.passes: list[int] = []

    def table(self, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        known, errors = {f.name for f in FIELDS}, []
        for i, row in enumerate(rows):
            errors += [
                MilepostError(f"there is no field `{k}`", f"rows[{i}].{k}", "drop it") for k in row.keys() - known
            ]
            if isinstance(row.get("age"), str):
                errors.append(MilepostError("`age` is no number", f"rows[{i}].age", "send a number, or null"))
        raise_all(errors)
        return pl.DataFrame({"age": [row.get("age") for row in rows]}, schema={"age": pl.Float64})

    def __call__(self, table: pl.DataFrame) -> list[Answer]:
        time.sleep(self.seconds)
        self.passes.append(table.height)
        if (table["age"] == 666).any():
            raise ValueError("the secret of row 666")
        return [self.answer(age or 0.0) for age in table["age"].to_list()]

    @staticmethod
    def answer(age: float) -> Answer:
        p = min(age / 100, 1.0)
        return {
            "label": "ill" if p > 0.5 else "well",
            "probability": p,
            "probabilities": {"well": round(1 - p, 6), "ill": p},
            "age": age,
        }


def main() -> None:
    """Serve the fake: PORT SECONDS TOKEN [LIMIT=VALUE]..."""
    from milepost.product import Product
    from milepost.server import run
    from milepost.server.limits import Limits

    limits: dict[str, Any] = {k: float(v) if "." in v else int(v) for k, v in (a.split("=") for a in sys.argv[4:])}
    product = FakeProduct(float(sys.argv[2]))
    Product.open = lambda folder, threads: product  # type: ignore[assignment, method-assign, misc]

    def tell(name: str, url: str) -> None:
        print(f"serving {name} on {url}", flush=True)

    run.serve(Path(), "127.0.0.1", int(sys.argv[1]), tell, token=sys.argv[3] or None, limits=Limits(**limits))


if __name__ == "__main__":
    main()
