"""Products that read texts behind the server: any text is answered or refused by name, none breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from browser import CHROMIUM, Browser

from milepost.errors import MilepostError
from milepost.files import file_hash
from milepost.product import Product, difference
from milepost.server.wire import rounded
from milepost.tasks import save_task
from milepost.tasks.text_classification import TextClassification

from .conftest import Served

MOODS = ("wonderful and warm", "dull and cold", "房间很好，服务很热情", "房间很脏，服务很差")
TABLE = pl.DataFrame(
    {
        "text": [f"{MOODS[i % 4]} {i % 5}" for i in range(80)],
        "stars": [float(i % 3) for i in range(80)],
        "good": [("no", "yes")[i % 2 == 0] for i in range(80)],
        "tags": ["good;warm", "cold", "good", ""] * 20,
    }
)
Serve = Callable[..., tuple[Product, Served]]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve a linear product with these options, written as deploy writes one."""
    started: list[subprocess.Popen[str]] = []

    def begin(**options: Any) -> tuple[Product, Served]:
        folder = tmp_path_factory.mktemp("product")
        task = TextClassification(text="text", **options).fit([TABLE]).adapted("linear", [TABLE], None)
        for name, graph in task.simple("linear", [TABLE], 0).items():
            (folder / f"{name}.onnx").write_bytes(graph)
        save_task(task, folder)
        files = {p.name: file_hash(p) for p in folder.iterdir()}
        about = {"name": "mood", "need": "Try.", "version": "1", "kind": "text-classification", "files": files}
        (folder / "manifest.json").write_text(json.dumps(about))
        command = [sys.executable, "-m", "milepost.cli", "serve", "--product", str(folder), "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        said = process.stdout.readline()
        return Product.open(folder), Served(process, said, int(said.rpartition(":")[2]))

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def plain(serve: Serve) -> tuple[Product, Served]:
    return serve(target="good")


@pytest.fixture(scope="module")
def tagged(serve: Serve) -> tuple[Product, Served]:
    return serve(target={"column": "tags", "separator": ";"}, features=["stars"])


def test_one_text_many_and_a_bare_list_get_the_product_s_answers(plain: tuple[Product, Served]) -> None:
    product, served = plain
    texts = [*MOODS, "", "😀👩\u200d👧", "<b>wonderful</b> &amp; warm", "שלום", "N\x00U\x01L"]
    wanted = [rounded(product(product.table([{"text": t}]))[0]) for t in texts]
    assert [a["label"] for a in wanted[:4]] == ["yes", "no", "yes", "no"]
    rows = [{"text": t} for t in texts]
    for body, shown in ((rows, wanted), ({"rows": rows}, {"answers": wanted}), (texts, wanted), (texts[0], wanted[0])):
        reply = served.predict(body)
        assert reply.status == 200 and difference(shown, reply.json) < 2e-6
    assert served.predict({"rows": texts}).status == 200
    assert served.predict(["a text", {"text": None}, 7]).places == ["rows[2]"]
    assert served.predict('{"text": "房间很好"}'.encode()).json["label"] == "yes"


@pytest.mark.parametrize(
    "body", [rb'{"text": "\ud800"}', rb'["fine", "\udfff half"]', b'{"text": "\xed\xa0\x80"}', b'{"text": "\xff"}']
)
def test_half_a_character_is_the_sender_s_mistake(plain: tuple[Product, Served], body: bytes) -> None:
    assert plain[1].predict(body).status == 400
    with pytest.raises(MilepostError, match="half a character"):
        plain[0].table([{"text": "\ud800"}])


def test_a_text_beyond_the_limit_is_refused_and_one_below_it_is_answered(plain: tuple[Product, Served]) -> None:
    word = b"wonderful "
    assert plain[1].predict(b'{"text": "' + word * 1_000_001 + b'"}').status == 413
    assert plain[1].predict(b'{"text": "' + word * 999_000 + b'"}').json["label"] == "yes"


def test_several_labels_and_a_feature(tagged: tuple[Product, Served]) -> None:
    reply = tagged[1].predict({"text": MOODS[0], "stars": 1})
    assert reply.json["labels"] == ["good", "warm"] and set(reply.json["probabilities"]) == {"cold", "good", "warm"}
    assert tagged[1].predict(["a text alone"]).places == ["rows[0]"]
    assert tagged[1].predict({"text": "x", "stars": "many"}).places == ["stars"]


def test_the_papers_of_the_api_know_of_texts(plain: tuple[Product, Served], tagged: tuple[Product, Served]) -> None:
    for (_, served), short in ((plain, True), (tagged, False)):
        described = served.ask("GET", "/openapi.json").json
        post = described["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
        assert isinstance(post["example"]["text"], str)
        assert ("oneOf" in described["components"]["schemas"]["Row"]) is short
        assert ('["text", "text"]' in served.ask("GET", "/docs").text.replace("&quot;", '"')) is short
    tensor = {"name": "text", "datatype": "BYTES", "shape": [2], "data": [MOODS[0], MOODS[1]]}
    assert served.ask("GET", "/v2/models/mood").json["inputs"][0]["datatype"] == "BYTES"
    outputs = served.ask("POST", "/v2/models/mood/infer", {"inputs": [tensor]}).json["outputs"]
    assert [json.loads(cell) for cell in outputs[0]["data"]] == [["good", "warm"], ["cold"]]


def test_no_text_of_the_training_rows_is_in_the_product(plain: tuple[Product, Served]) -> None:
    held = b"".join(p.read_bytes() for p in Path(plain[0].folder).iterdir())
    assert not any(mood.encode() in held for mood in MOODS)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_a_text_is_written_in_a_box_and_its_labels_are_shown(tagged: tuple[Product, Served]) -> None:
    with Browser() as page:
        page.open(f"{tagged[1].url}/", width=375)
        assert page.run("document.getElementById('field-0').tagName") == "TEXTAREA"
        assert page.run("document.documentElement.scrollWidth") == 375
        page.run("document.getElementById('clear').click()")
        page.type(MOODS[0])
        page.press("Enter")
        page.type("房间很好 😀")
        value = f"{MOODS[0]}\n房间很好 😀"
        assert page.run("document.getElementById('field-0').value") == value
        page.run("document.getElementById('ask').click()")
        page.until("document.querySelector('.headline') !== null")
        assert page.run("document.querySelector('.headline').textContent").startswith("good")
        assert page.run("document.querySelectorAll('.bars li').length") == 3
        assert page.run("document.querySelectorAll('.bars .first').length") >= 1
