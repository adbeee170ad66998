"""Answer rows in a process of its own: python -m milepost.stages.prove PRODUCT ROWS TIMED.

Prints the answers, the milliseconds that single rows took, and which packages of training were imported: none may be.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from milepost.product import Product

TRAINING = {"torch", "sklearn", "lightgbm", "onnx"}


def main(folder: str, rows: str, timed: str) -> None:
    """Open a product, answer, and print what happened as JSON."""
    product, table, took = Product.open(Path(folder), threads=1), pl.read_ipc(rows), list[float]()
    answers = product(table)
    rows_sent = [sent(product, table.slice(i, 1)) for i in range(min(table.height, int(timed)))]
    for i in range(int(timed)):
        start = time.perf_counter()
        product(product.table(rows_sent[i % len(rows_sent)]))
        took.append(1000 * (time.perf_counter() - start))
    imported = sorted(TRAINING & set(sys.modules))
    print(json.dumps({"answers": answers, "took_ms": took, "imported": imported}))


def sent(product: Product, row: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a row as a customer sends it in JSON: numbers as numbers, whatever the file had."""
    values = {f.name: row[f.name] for f in product.fields if f.name in row.columns}
    numbers = {f.name for f in product.fields if f.type == "number"}
    typed = {k: v.cast(pl.Float64 if k in numbers else pl.String, strict=False) for k, v in values.items()}
    return [{k: None if v[0] != v[0] else v[0] for k, v in typed.items()}]


if __name__ == "__main__":
    main(*sys.argv[1:])
