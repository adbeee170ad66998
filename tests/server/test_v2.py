from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Served
from .fake import FakeProduct

INFER = "/v2/models/heart-check/infer"


def tensor(name: str, data: list[Any], shape: list[int] | None = None) -> dict[str, Any]:
    return {"name": name, "datatype": "FP64", "shape": shape or [len(data)], "data": data}


def test_answers_columns_with_tensors(served: Served) -> None:
    body = {"id": "7", "inputs": [tensor("age", [[50.0], [80.0]], [2, 1]), tensor("pain", ["none", "typical"])]}
    found = served.ask("POST", INFER, body).json
    outputs = {o["name"]: o for o in found["outputs"]}
    answers = [FakeProduct.answer(a) for a in (50.0, 80.0)]
    assert found["id"] == "7" and found["model_name"] == "heart-check"
    assert outputs["label"]["data"] == [a["label"] for a in answers]
    assert outputs["probabilities"]["shape"] == [2, 2]
    assert outputs["probabilities"]["data"] == pytest.approx([p for a in answers for p in a["probabilities"].values()])
    assert json.loads(outputs["probabilities"]["parameters"]["names"]) == ["well", "ill"]


def test_describes_itself(served: Served) -> None:
    found = served.ask("GET", "/v2/models/heart-check").json
    assert [i["name"] for i in found["inputs"]] == ["age", "pain", "visit"]
    assert {o["name"]: o["shape"] for o in found["outputs"]}["probabilities"] == [-1, 2]
    assert served.ask("GET", "/v2/health/ready").json == {"ready": True}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "inputs"),
        ([], "inputs"),
        ({"inputs": [{"name": "age"}]}, "inputs[0]"),
        ({"inputs": [tensor("age", [1, 2], [3])]}, "inputs[0].shape"),
        ({"inputs": [tensor("age", [1, 2]), tensor("pain", ["none"])]}, "inputs"),
        ({"inputs": [tensor("age", [1, "old"])]}, "rows[1].age"),
        ({"inputs": [tensor("colour", [1])]}, "rows[0].colour"),
    ],
)
def test_wrong_inputs_are_named(served: Served, body: Any, where: str) -> None:
    reply = served.ask("POST", INFER, body)
    assert reply.status == 422 and reply.places == [where]
