"""The OpenAPI 3.1 description of a served product, from its fields and one true answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.types import Answer, Field

JSON = "application/json"
SAMPLE = "Write a text here."  # of a text field; what customers wrote is shown to nobody
STATUSES = {
    "400": "The body is not JSON: line and column are named.",
    "401": "The server wants a token.",
    "413": "The body is too large, or has too many rows.",
    "415": "The content-type is not application/json.",
    "422": "A row is wrong: every wrong field is named.",
    "429": "Too many rows are waiting; the header retry-after says for how many seconds to stay away.",
    "500": "The server failed; its log has the place.",
    "504": "No answer in time.",
}


def openapi(product: Any, row: Mapping[str, Any], answer: Answer, *, needs_token: bool) -> dict[str, Any]:
    """Return the description; `row` and `answer` are its example."""
    described: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": product.name, "version": product.version, "description": product.need},
        "paths": {
            "/predict": {"post": _predict(row, answer)},
            "/health": {"get": _get("Tell that the server is ready.", JSON)},
            "/metrics": {"get": _get("Return metrics for Prometheus.", "text/plain")},
        },
        "components": {"schemas": {"Row": _row(product.fields), "Answer": schema_of(answer), "Errors": _errors()}},
    }
    if needs_token:
        described["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"token": []}]
    return described


def _predict(row: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    row_ref, answer_ref = ({"$ref": f"#/components/schemas/{name}"} for name in ("Row", "Answer"))
    errors = {"$ref": "#/components/schemas/Errors"}
    answered = {"schema": _forms(answer_ref, "answers"), "example": answer}
    return {
        "summary": "Answer one row, or many; the answers come in the form of the question.",
        "requestBody": {"required": True, "content": {JSON: {"schema": _forms(row_ref, "rows"), "example": row}}},
        "responses": {
            "200": {"description": "Answered.", "content": {JSON: answered}},
            **{s: {"description": said, "content": {JSON: {"schema": errors}}} for s, said in STATUSES.items()},
        },
    }


def _forms(one: dict[str, Any], name: str) -> dict[str, Any]:
    """One, a list, or an object that holds the list."""
    many = {"type": "array", "items": one}
    return {"oneOf": [one, many, {"type": "object", "properties": {name: many}, "required": [name]}]}


def lone_text(fields: tuple[Field, ...]) -> str | None:
    """Name the only field where it holds a text: that text alone may stand for a row."""
    return fields[0].name if len(fields) == 1 and fields[0].type == "text" else None


def _row(fields: tuple[Field, ...]) -> dict[str, Any]:
    row = {"type": "object", "additionalProperties": False, "properties": {f.name: _field(f) for f in fields}}
    return row if lone_text(fields) is None else {"oneOf": [row, {"type": "string"}]}


def _field(field: Field) -> dict[str, Any]:
    kind = "number" if field.type == "number" else "string"
    out: dict[str, Any] = {"type": [kind, "null"], "description": seen(field)}
    return out if field.example is None else out | {"examples": [field.example]}


def seen(field: Field) -> str:
    """Say which values of a field the product learned from."""
    if field.type == "number" and field.low is not None and field.high is not None:
        return f"A number; learned from {field.low:g} to {field.high:g}."
    if field.type == "category" and field.choices:
        more = ", ..." if len(field.choices) > 20 else ""
        return f"Text; learned from {', '.join(field.choices[:20])}{more}."
    said = {"number": "A number.", "category": "Text.", "date": "A date, such as 2026-03-01."}
    return said.get(field.type, "A text of any length.")


def schema_of(value: Any) -> dict[str, Any]:
    """Return a JSON Schema that `value` keeps."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {k: schema_of(v) for k, v in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0]) if value else {}}
    names = {bool: "boolean", str: "string", int: "number", float: "number"}
    return {"type": names[type(value)]} if type(value) in names else {}


def _errors() -> dict[str, Any]:
    text = {"type": "string"}
    error = {"type": "object", "properties": {"what": text, "where": text, "fix": text}}
    return {"type": "object", "properties": {"errors": {"type": "array", "items": error}}}


def _get(summary: str, media: str) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": {"description": "Here it is.", "content": {media: {}}}}}
