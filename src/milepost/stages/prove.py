"""Answer rows in a process of its own: python -m milepost.stages.prove PRODUCT ROWS TIMED.

Prints the answers, the milliseconds that single rows took, and which packages of training were imported: none may be.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl

from milepost.product import Product

TRAINING = {"torch", "sklearn", "lightgbm", "onnx"}


def main(folder: str, rows: str, timed: str) -> None:
    """Open a product, answer, and print what happened as JSON."""
    product, table, took = Product.open(Path(folder), threads=1), pl.read_ipc(rows), list[float]()
    answers = product(table)
    for i in range(int(timed)):
        row = table.slice(i % table.height, 1)
        start = time.perf_counter()
        product(row)
        took.append(1000 * (time.perf_counter() - start))
    imported = sorted(TRAINING & set(sys.modules))
    print(json.dumps({"answers": answers, "took_ms": took, "imported": imported}))


if __name__ == "__main__":
    main(*sys.argv[1:])
