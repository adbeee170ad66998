"""Which models a run tries."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.roadmap.starts import Start, called, starts
from milepost.spec.product import Model
from milepost.tasks.text_classification import TextClassification

TASK = TextClassification.model_validate({"text": "text", "target": "y"})


def tried(**wanted: Any) -> dict[str, Start]:
    return starts(Model.model_validate(wanted), TASK)


def test_auto_tries_all_the_cheapest_first() -> None:
    assert tried() == {"linear": Start("linear"), "network": Start("network")}
    found = tried(pretrained="minilm")
    assert list(found) == ["linear", "network", "minilm (head)", "minilm"]
    assert list(found.values())[2:] == [Start("minilm", "head"), Start("minilm", "whole")]


@pytest.mark.parametrize("name", ["network", "minilm"])
def test_one_model_is_compared_with_the_baseline(name: str) -> None:
    assert tried(**{"from": name}) == {"linear": Start("linear"), name: Start(name)}


def test_the_baseline_alone() -> None:
    assert tried(**{"from": "linear"}) == {"linear": Start("linear")}


@pytest.mark.parametrize(
    ("how", "name", "start"),
    [
        ({"tune": "head"}, "minilm (head)", Start("minilm", "head")),
        ({"tune": "last:2"}, "minilm", Start("minilm", "last:2")),
        ({"lora": {"rank": 4}}, "minilm", Start("minilm", "whole", 4)),
        ({"lora": {}}, "minilm", Start("minilm", "whole", 16)),
    ],
)
def test_what_of_it_learns(how: dict[str, Any], name: str, start: Start) -> None:
    found = tried(**{"from": "minilm"}, **how)
    assert found == {"linear": Start("linear"), name: start}
    assert called(start) == name
