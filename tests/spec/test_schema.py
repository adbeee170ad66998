"""The JSON Schema says of product.yaml what the loader does."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from milepost.spec.schema import schema


class Inner(BaseModel):
    column: str


class Options(BaseModel):
    target: str
    size: Literal["a", "b"] = "a"
    features: tuple[str, ...] = ()
    inner: Inner | None = None


def test_task_is_one_of_the_kinds() -> None:
    made = schema({"x-y": Options.model_json_schema()})
    kind, dotted = made["$defs"]["TaskSection"]["oneOf"]
    assert kind["properties"]["kind"] == {"const": "x-y"}
    assert (kind["required"], kind["additionalProperties"]) == (["kind", "target"], False)
    assert kind["properties"]["target"]["type"] == ["string", "number", "boolean"]  # a class may be called 1
    assert kind["properties"]["features"]["items"]["type"] == ["string", "number", "boolean"]
    assert kind["properties"]["size"]["type"] == "string"
    assert made["$defs"]["Inner"]["required"] == ["column"]
    assert dotted["properties"]["kind"]["pattern"] == r"\."


def test_short_forms_are_allowed() -> None:
    made = schema({})
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["required"] == ["task", "data"]
    assert made["additionalProperties"] is False
    assert {"type": "string"} in made["properties"]["model"]["anyOf"]
    milestone = made["properties"]["milestones"]["additionalProperties"]["anyOf"]
    assert {"type": "array", "items": {"type": "string"}, "minItems": 1} in milestone
    assert made["$defs"]["Train"]["properties"]["seed"]["minimum"] == 0
    assert set(made["$defs"]["Model"]["properties"]) == {"from", "size", "pretrained", "tune", "lora"}
    assert {o["type"] for o in made["$defs"]["Budget"]["properties"]["time"]["anyOf"]} == {"number", "string"}
