"""The server over a real product: what it answers is what the product answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from milepost.files import file_hash
from milepost.product import Product
from milepost.server.wire import rounded
from milepost.tasks import save_task
from milepost.tasks.tabular_classification import TabularClassification

from .conftest import Served

TABLE = pl.DataFrame(
    {
        "age": [(7 * i) % 60 + 20.5 for i in range(80)],
        "pain": [("none", "typical", "atypical")[i % 3] for i in range(80)],
        "ill": [("no", "yes")[(i % 3 == 1) ^ ((7 * i) % 60 > 30)] for i in range(80)],
    }
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A linear product, written as deploy writes one."""
    folder = tmp_path_factory.mktemp("product")
    task = TabularClassification(target="ill").fit([TABLE])
    for name, graph in task.simple("linear", [TABLE], 0).items():
        (folder / f"{name}.onnx").write_bytes(graph)
    save_task(task, folder)
    files = {p.name: file_hash(p) for p in folder.iterdir()}
    about = {"name": "ill", "need": "Try.", "version": "1", "kind": "tabular-classification", "files": files}
    (folder / "manifest.json").write_text(json.dumps(about))
    return Product.open(folder)


@pytest.fixture(scope="module")
def served(product: Product) -> Iterator[Served]:
    command = [sys.executable, "-m", "milepost.cli", "serve", "--product", str(product.folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        yield Served(process, said, int(said.rpartition(":")[2]))
        process.kill()


def test_concurrent_questions_get_the_product_s_answers(product: Product, served: Served) -> None:
    rows = TABLE.drop("ill").to_dicts()
    expected = [rounded(product(product.table([row]))[0]) for row in rows]
    with ThreadPoolExecutor(16) as pool:
        found = [reply.json for reply in pool.map(served.predict, rows)]
    for a, b in zip(found, expected, strict=True):
        assert a["label"] == b["label"] and a["probabilities"] == pytest.approx(b["probabilities"], abs=2e-6)
    together = served.predict(rows).json
    assert [a["label"] for a in together] == [b["label"] for b in expected]


def test_wrong_fields_are_named_by_the_product(served: Served) -> None:
    reply = served.predict([{"age": 30}, {"age": True, "pane": "none"}])
    assert reply.status == 422 and set(reply.places) == {"rows[1].age", "rows[1].pane"}
    assert "pain" in reply.text  # did you mean


def test_numbers_beyond_any_float_are_refused_or_answered_but_never_break(served: Served) -> None:
    for number, status in ((b"1" + b"0" * 400, 422), (b"18446744073709551616", 200), (b"-9e307", 200)):
        assert served.predict(b'{"age": ' + number + b"}").status == status


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux")
def test_the_server_holds_no_torch(served: Served) -> None:
    served.predict({"age": 30})
    assert "libtorch" not in Path(f"/proc/{served.process.pid}/maps").read_text()
