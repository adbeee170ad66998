"""Why a stage is done again."""

from __future__ import annotations

from milepost.roadmap.again import harmed, reasons

ROWS, OTHER = "prepare-0123456789abcdef", "prepare-fedcba9876543210"
TRAIN = {"prepared": ROWS, "model": "linear", "train": {"epochs": 3, "budget": {"time": 60}}}
PREPARE = {"kind": "tabular-classification", "data": {"all": ["a"]}, "reading": {"split": "hash", "columns": {}}}


def of(inputs: dict, code: str = "1") -> dict:
    return {"inputs": inputs, "code": code}


def test_nothing_is_said_the_first_time() -> None:
    assert reasons("prepare", of(PREPARE), []) == []


def test_the_keys_that_differ_are_named_as_product_yaml_has_them() -> None:
    now = TRAIN | {"train": {"epochs": 5, "budget": {"time": 60}}}
    assert reasons("train linear", of(now), [of(TRAIN)]) == ["train linear again: train.epochs changed"]
    now = PREPARE | {"reading": {"split": "time:t", "columns": {"age": {"type": "number"}}}}
    assert reasons("prepare", of(now), [of(PREPARE)]) == ["prepare again: columns.age.type, data.split changed"]


def test_other_data_are_said_as_such() -> None:
    now = PREPARE | {"data": {"all": ["b"]}}
    assert reasons("prepare", of(now), [of(PREPARE)]) == ["prepare again: the data changed"]


def test_the_nearest_time_before_counts() -> None:
    far = TRAIN | {"train": {"epochs": 9, "budget": {"time": 5}}}
    near = TRAIN | {"train": {"epochs": 3, "budget": {"time": 5}}}
    said = ["train linear again: train.budget.time changed"]
    assert reasons("train linear", of(TRAIN), [of(far), of(near)]) == said
    assert reasons("train linear", of(TRAIN), [of(near), of(far)]) == said


def test_a_stage_that_follows_another_leaves_it_to_that_one_to_say_why() -> None:
    assert reasons("train linear", of(TRAIN), [of(TRAIN | {"prepared": OTHER})]) == []
    assert reasons("train linear", of(TRAIN, "2"), [of(TRAIN | {"prepared": OTHER})]) == []
    assert reasons("prepare", of(PREPARE, "2"), [of(PREPARE)]) == ["prepare again: Milepost's code changed"]


def test_many_keys_are_counted() -> None:
    now = {"task": dict.fromkeys("abcde", 1)}
    assert reasons("x", of(now), [of({"task": {}})]) == ["x again: task.a, task.b, task.c and 2 more changed"]


def test_harm_is_told_from_loss() -> None:
    assert harmed("prepare", True) != harmed("prepare", False)
