"""A mapping -> a pydantic value, or every problem of it in plain words with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from milepost.errors import MilepostError, MilepostErrors, did_you_mean
from milepost.spec.places import KeyPath, Places, dotted, put
from milepost.spec.product import NOT_BUILT

M = TypeVar("M", bound=BaseModel)

_GROUP = ("must be a group of keys and values", "write `{key}: {{key: value}}`, with a space after each colon")
_LIST = ("must be a list", "write `{key}: [a, b]`")
_WHOLE = ("must be a whole number", "write a number without a fraction")
_NUMBER = ("must be a number", "write a number such as 0.5 or 1e-3")
_WORDS = {
    "string_type": ("must be text", "write one text; put it in quotes if it holds : # [ or {{"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), ("must be true or false", "write true or false")),
    **dict.fromkeys(("list_type", "tuple_type"), _LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _GROUP),
    "greater_than": ("must be more than {bound}", "change it to more than {bound}"),
    "greater_than_equal": ("must be at least {bound}", "change it to at least {bound}"),
    "less_than": ("must be less than {bound}", "change it to less than {bound}"),
    "less_than_equal": ("must be at most {bound}", "change it to at most {bound}"),
    "string_too_short": ("must not be empty", "write a text, or remove `{key}`"),
    "too_short": ("must have an entry at least", "add one, or remove `{key}`"),
}


def validate(
    model_cls: type[M], mapping: Mapping[str, Any], *, at: KeyPath = (), places: Places, file: str = "product.yaml"
) -> M:
    """Return `mapping`, which stands at the key path `at` of `file`, as a `model_cls`.

    Where text is asked for, true is the text that was written. Raises MilepostErrors with every problem and its line.
    """
    try:
        return model_cls.model_validate(mapping)
    except ValidationError as error:
        written = _with_text(mapping, error, at, places)
    try:
        return model_cls.model_validate(written)
    except ValidationError as error:
        found = problems(error, model_cls, written, at, places, file)
    raise found[0] if len(found) == 1 else MilepostErrors(found)


def problems(
    error: ValidationError,
    model_cls: type[BaseModel],
    mapping: Any,
    at: KeyPath,
    places: Places,
    file: str = "product.yaml",
) -> list[MilepostError]:
    """Return one MilepostError for every key that is wrong, in the order of the file."""
    found = dict[KeyPath, MilepostError]()
    for detail in error.errors(include_url=False):
        path = _path(detail, mapping)
        what, fix = _said(detail, (*at, *path), _models(model_cls, path))
        # of a union, the first complaint is about the form listed first: the usual one
        found.setdefault(path, MilepostError(what, places.where((*at, *path), file), fix))
    return [found[path] for path in sorted(found, key=lambda p: places.line((*at, *p)))]


def _path(detail: ErrorDetails, mapping: Any) -> KeyPath:
    """Keep of pydantic's location what the user wrote: no names of union members, no keys that a list stands for."""
    here, path = mapping, KeyPath()
    for step in detail["loc"]:
        known = range(len(here)) if isinstance(here, list | tuple) else here if isinstance(here, dict) else ()
        if step in known:
            here, path = here[step], (*path, step)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _with_text(mapping: Any, error: ValidationError, at: KeyPath, places: Places) -> Any:
    """Give text where YAML read true or false: `positive: True` names a class."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "string_type" and isinstance(detail["input"], bool):
            path = _path(detail, mapping)
            mapping = put(mapping, path, places.texts.get((*at, *path), str(detail["input"]).lower()))
    return mapping


def _said(detail: ErrorDetails, path: KeyPath, models: Sequence[type[BaseModel]]) -> tuple[str, str]:
    """Put one complaint of pydantic's into (what, fix)."""
    name, key, kind, context = dotted(path), path[-1] if path else "", detail["type"], detail.get("ctx", {})
    if kind == "missing":
        fix = f"add `{key}: ...` under `{dotted(path[:-1])}`" if path[:-1] else f"add `{key}: ...`"
        return f"`{name}` is missing", fix
    if kind == "extra_forbidden":
        return _unknown(path, models)
    if kind == "refused":
        return f"`{name}` {context['what']}", context["fix"]
    shown = _shown(detail["input"])
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", context["expected"])
        return f"`{name}` cannot be {shown}", did_you_mean(str(detail["input"]), known)
    if kind not in _WORDS:
        words = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return f"`{name}` {words.replace('Input should', 'must')}", f"change `{name}`"
    bound = next((context[k] for k in ("gt", "ge", "lt", "le") if k in context), "")
    bound = f"{bound:g}" if isinstance(bound, float) else bound
    what, fix = (words.format(key=key, bound=bound) for words in _WORDS[kind])
    return f"`{name}` {what}, not {shown}", fix


def _unknown(path: KeyPath, models: Sequence[type[BaseModel]]) -> tuple[str, str]:
    """Say of a key that is not known where it belongs, or which one was meant."""
    name, key = dotted(path), str(path[-1])
    if path in NOT_BUILT:
        return f"`{name}` is not built yet", "remove it: Milepost never ignores a promise silently"
    for section, field in models[-1].model_fields.items():
        if (inner := _model_in(field.annotation)) and key in _keys(inner):
            return f"there is no key `{name}`", f"write it under `{section}:`"
    return f"there is no key `{name}`", did_you_mean(key, _keys(models[-1]))


def _keys(model_cls: type[BaseModel]) -> dict[str, Any]:
    """Return the annotation of every key, by the name that users write."""
    return {field.alias or name: field.annotation for name, field in model_cls.model_fields.items()}


def _models(model_cls: type[BaseModel], path: KeyPath) -> list[type[BaseModel]]:
    """Return the models that a key path goes through."""
    models = [model_cls]
    for step in path[:-1]:
        if inner := _model_in(_keys(models[-1]).get(str(step))):
            models.append(inner)
    return models


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the model in an annotation such as `dict[str, Milestone]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a))), None)


def _shown(value: Any) -> str:
    """Show what was written, in short."""
    if isinstance(value, dict | list | tuple):
        return "a group of keys" if isinstance(value, dict) else "a list" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else f"`{str(value).lower()}`"
    text = str(value)
    return f"`{text[:40]}...`" if len(text) > 40 else f"`{text}`"
