"""What a model section may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from milepost.spec.product import Model, Spec

SPEC = {"task": {"kind": "k"}, "data": {"source": "a.csv"}}


def model(value: Any) -> Model:
    return Spec.model_validate({**SPEC, "model": value}).model


def refused(value: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        model(value)
    return [(e["msg"], e.get("ctx", {}).get("fix", "")) for e in caught.value.errors()]


@pytest.mark.parametrize("name", ["auto", "network", "minilm/", "org/name", "net.py:build"])
def test_a_name_alone_is_where_it_starts_from(name: str) -> None:
    assert model(name) == model({"from": name})
    assert (model(name).name, model(name).tune, model(name).lora, model(name).pretrained) == (name, "whole", None, None)


@pytest.mark.parametrize(
    "value",
    [
        {"from": "minilm", "tune": "head"},
        {"from": "minilm", "tune": "last:2"},
        {"from": "minilm", "tune": "last:9999"},
        {"from": "minilm", "tune": "whole", "lora": {"rank": 8}},
        {"from": "auto", "pretrained": "minilm"},
        {"pretrained": "minilm", "size": "tiny"},
    ],
)
def test_what_goes_together(value: dict[str, Any]) -> None:
    made = model(value)
    assert made.tune == value.get("tune", "whole")
    assert (made.lora.rank if made.lora else None) == value.get("lora", {}).get("rank")


def test_adapters_have_a_usual_rank_and_empty_keys_are_as_good_as_absent() -> None:
    found = model({"from": "minilm", "lora": {}})
    assert found.lora is not None and found.lora.rank == 16
    assert model({"from": "minilm", "lora": None, "tune": None, "pretrained": None}) == model("minilm")


@pytest.mark.parametrize(
    "tune", ["last", "last:0", "last:-1", "last:1.5", "last:12345", "first:1", "Head", "", 2, True, ["head"]]
)
def test_layers_that_are_none(tune: Any) -> None:
    assert refused({"from": "minilm", "tune": tune}) == [("must say which layers learn", "write whole, head or last:2")]


@pytest.mark.parametrize("rank", [0, -1, 1.5, 1025, True, "many"])
def test_ranks_that_are_none(rank: Any) -> None:
    assert len(refused({"from": "minilm", "lora": {"rank": rank}})) == 1


@pytest.mark.parametrize(
    ("value", "said", "fix"),
    [
        ({"from": "minilm", "pretrained": "other"}, "names two models to start from", "from: auto"),
        ({"from": "minilm", "tune": "head", "lora": {}}, "lets both adapters and layers learn", "keep one"),
        ({"tune": "head"}, "says how a pretrained model learns, but not which", "from: FOLDER"),
        ({"from": "auto", "lora": {}}, "says how a pretrained model learns, but not which", "from: FOLDER"),
        ({"pretrained": "minilm", "tune": "last:1"}, "says how a pretrained model learns, but not which", "FOLDER"),
    ],
)
def test_what_does_not_go_together(value: dict[str, Any], said: str, fix: str) -> None:
    ((what, how),) = refused(value)
    assert what == said and fix in how


def test_a_model_is_its_own_json() -> None:
    made = model({"from": "minilm", "lora": {"rank": 4}})
    assert TypeAdapter(Model).validate_json(made.model_dump_json(by_alias=True)) == made
