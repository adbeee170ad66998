"""The JSON Schema of product.yaml, with the options of every kind."""

from __future__ import annotations

from typing import Any

from milepost.spec.schema import schema as of_spec
from milepost.tasks import find, kinds

LEARNED = ("learned", "size", "columns")  # written by fit, by `model: {size}` and by prepare


def schema() -> dict[str, Any]:
    """Return draft 2020-12 of product.yaml."""
    return of_spec({kind: _options(kind) for kind in kinds()})


def _options(kind: str) -> dict[str, Any]:
    """Return a kind's options without what the user never writes."""
    found = find(kind).model_json_schema()
    found["properties"] = {k: v for k, v in found["properties"].items() if k not in LEARNED}
    found.pop("$defs", None)
    return found
