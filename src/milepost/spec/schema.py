"""The JSON Schema of product.yaml, for editors and coding agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.spec.product import Spec

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return draft 2020-12 of product.yaml, its `task` one of `kinds`, each given by the JSON Schema of its options.

    A dotted kind, which lives in a package of its own, may have any options.
    """
    out = Spec.model_json_schema()
    tasks = [_task(kind, dict(options), out["$defs"]) for kind, options in sorted(kinds.items())]
    dotted = {"type": "object", "properties": {"kind": {"type": "string", "pattern": r"\."}}, "required": ["kind"]}
    out["$defs"]["TaskSection"] = {"oneOf": [*tasks, dotted]}
    return {"$schema": DRAFT, **out, "title": "product.yaml"}


def _task(kind: str, options: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a `task` of one kind; what its options refer to goes to the common `defs`."""
    defs |= options.pop("$defs", {})
    properties = {name: _as_written(option) for name, option in options.get("properties", {}).items()}
    required = ["kind", *(name for name in options.get("required", ()) if name in properties)]
    return {
        **options,
        "title": kind,
        "type": "object",
        "properties": {"kind": {"const": kind}, **properties},
        "required": required,
        "additionalProperties": False,
    }


def _as_written(option: Any) -> Any:
    """Where an option is text, a number and true will do: `positive: 1`."""
    if isinstance(option, list):
        return [_as_written(o) for o in option]
    if not isinstance(option, dict):
        return option
    inner = {key: _as_written(value) if key in ("anyOf", "oneOf", "items") else value for key, value in option.items()}
    plain = option.get("type") == "string" and not option.keys() & {"enum", "const", "format", "pattern"}
    return inner | {"type": ["string", "number", "boolean"]} if plain else inner
