"""Requests a second of `milepost serve` beside the same product behind FastAPI and uvicorn, asked by 32 clients.

    python bench/serve.py [PRODUCT]     PRODUCT: a deployed folder of one-row answers; default: the example's

Three rivals, if fastapi and uvicorn can be imported: the product called row by row in the event loop (what a first
draft does), the product called in FastAPI's thread pool, and a hand-written route of numpy and ONNX Runtime alone, for
products whose columns are all numbers.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from milepost.product import Product

CLIENTS, SECONDS = 32, 4.0
RIVAL = """
import sys, time
from pathlib import Path
from typing import Any, Optional
import numpy as np, uvicorn
from fastapi import FastAPI
from pydantic import create_model
from milepost.product import Product
mode, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
product, app = Product.open(folder, threads=1), FastAPI()
types = {"number": float, "category": str, "date": str}
names = {f"f{i}": f for i, f in enumerate(product.fields)}
config = {"alias_generator": lambda key: names[key].name}
Row = create_model("Row", __config__=config, **{k: (Optional[types[f.type]], None) for k, f in names.items()})
if mode == "loop":
    @app.post("/predict")
    async def predict(row: Row) -> dict[str, Any]:
        return product(product.table([row.model_dump(by_alias=True)]))[0]
elif mode == "pool":
    @app.post("/predict")
    def predict(row: Row) -> dict[str, Any]:
        return product(product.table([row.model_dump(by_alias=True)]))[0]
else:
    run, table = product.run, None
    @app.post("/predict")
    async def predict(row: Row) -> dict[str, Any]:
        number = np.array([[getattr(row, k) for k in names]], np.float32)
        return product.task.answer(run, {"number": number, "category": np.empty((1, 0), np.int32)}, table)[0]
@app.get("/health")
def health(): return {}
uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
"""


async def client(port: int, request: bytes, until: float, took: list[float]) -> None:
    """Ask one question after the other over one line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
        took.append(time.perf_counter() - start)
    writer.close()


async def load(port: int, row: dict[str, Any], seconds: float, clients: int) -> list[float]:
    """Return the seconds that each answer took."""
    body, took = json.dumps(row).encode(), list[float]()
    head = f"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, head.encode() + body, until, took) for _ in range(clients)))
    return took


def measured(name: str, command: list[str], port: int, row: dict[str, Any], seconds: float) -> float:
    """Start a server, wait for it, load it, print and return its requests a second."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/health").read()
                break
            except OSError:
                assert process.poll() is None, f"{name} does not start"
                time.sleep(0.01)
        up = time.perf_counter() - start
        alone = sorted(asyncio.run(load(port, row, 1, 1)))
        took = sorted(asyncio.run(load(port, row, seconds, CLIENTS)))
    finally:
        process.terminate()
        process.wait()
    rate = len(took) / seconds
    print(
        f"{name:24} up {up:4.2f} s   alone p50 {1000 * alone[len(alone) // 2]:6.2f} ms   {CLIENTS} clients "
        f"{rate:6.0f}/s   p50 {1000 * took[len(took) // 2]:6.1f} ms   p95 {1000 * took[int(0.95 * len(took))]:6.1f} ms"
    )
    return rate


def example(folder: Path) -> Path:
    """Make the product of the example of tables."""
    for words in (["new", "tabular-classification", "--folder", "."], ["run", "model=linear"]):
        subprocess.run([sys.executable, "-m", "milepost.cli", *words], cwd=folder, check=True, capture_output=True)
    return folder / "runs" / "latest" / "product"


def main() -> None:
    """Measure all, print ratios."""
    with tempfile.TemporaryDirectory() as made:
        compare(Path(sys.argv[1]) if len(sys.argv) > 1 else example(Path(made)), SECONDS)


def compare(folder: Path, seconds: float) -> None:
    """Serve the product in every way and print ratios."""
    fields = Product.open(folder).fields
    row = {f.name: f.example for f in fields}
    ours = [sys.executable, "-m", "milepost.cli", "serve", "--product", str(folder), "--port", "8971"]
    rates = {"milepost": measured("milepost", ours, 8971, row, seconds)}
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        print("fastapi and uvicorn are not installed: nothing to compare with")
        return
    modes = ["loop", "pool"] + ["hand"] * all(f.type == "number" for f in fields)
    for i, mode in enumerate(modes, 8972):
        command = [sys.executable, "-c", RIVAL, mode, str(i), os.fspath(folder)]
        rates[f"FastAPI, {mode}"] = measured(f"FastAPI, {mode}", command, i, row, seconds)
    for name, rate in rates.items():
        print(f"milepost / {name}: {rates['milepost'] / rate:.2f}")


if __name__ == "__main__":
    main()
