"""YAML 1.2 -> text, numbers, lists and dicts, with the line of every key. No object is ever built from a tag."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]

from milepost.errors import MilepostError, raise_all
from milepost.spec.places import KeyPath, Places
from milepost.spec.syntax import control_character, explained

LONGEST, DEEPEST, MOST = 1_000_000, 50, 100_000  # characters, levels, nodes: what a person's file never reaches

_TOO_DEEP = f"this is nested more than {DEEPEST} levels deep", "write it flatter"

_TAG = "tag:yaml.org,2002:"
_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None), "seq": list, "map": dict}
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_BASES = {10: r"[-+]?[0-9]{1,400}", 8: r"0o[0-7]{1,400}", 16: r"0x[0-9a-fA-F]{1,400}"}
_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"


class _Node(NamedTuple):
    line: int
    value: Any  # a scalar, a list of nodes, or a dict of them
    text: str = ""  # a scalar as it was written
    depth: int = 1


def parse(text: str, name: str) -> tuple[Any, Places]:
    """Read one YAML document by the YAML 1.2 core schema; raise MilepostErrors at `name:line` for what is not one."""
    if len(text) > LONGEST:
        raise MilepostError(f"the text is longer than {LONGEST:,} characters", name, "keep data in files of its own")
    text = text.removeprefix("\ufeff")
    if refused := control_character(text, name):
        raise refused
    try:
        reader = _Reader(text, name)
        root = reader.document()
    except yaml.YAMLError as error:
        raise explained(error, text, name) from None
    raise_all(reader.doubled)
    found = list(_walk(root, ()))
    lines = {path: node.line for path, node in found}
    return _plain(root), Places(lines, {path: node.text for path, node in found if node.text})


class _Reader:
    """Turn the events of one document into nodes, within the limits."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.events: Iterator[Any] = yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.anchors: dict[str, tuple[_Node, int] | None] = {}  # with their size; None = not yet complete
        self.count = 0  # nodes so far, aliases expanded: a few lines of aliases can stand for billions
        self.doubled: list[MilepostError] = []

    def document(self) -> _Node:
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return _Node(1, None)
        root = self.node(next(self.events), DEEPEST)
        next(self.events)  # the document ends
        after = next(self.events)
        if isinstance(after, yaml.DocumentStartEvent):
            raise self.error(after, "a second document starts here", "keep one document: remove the line `---`")
        return root

    def error(self, event: Any, what: str, fix: str) -> MilepostError:
        return MilepostError(what, f"{self.name}:{event.start_mark.line + 1}", fix)

    def node(self, event: Any, left: int) -> _Node:
        """Read what `event` starts, `left` levels deep at most."""
        before, self.count = self.count, self.count + 1
        if left < 1:
            raise self.error(event, *_TOO_DEEP)
        if isinstance(event, yaml.AliasEvent):
            node = self.alias(event, left)
        elif isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        else:
            self.anchors |= {event.anchor: None} if event.anchor else {}
            read = self.items if isinstance(event, yaml.SequenceStartEvent) else self.keys
            node = read(event, left - 1)
        if self.count > MOST:
            raise self.error(event, f"the text holds more than {MOST:,} values", "keep data in files of its own")
        if event.anchor and not isinstance(event, yaml.AliasEvent):
            self.anchors[event.anchor] = node, self.count - before
        return node

    def alias(self, event: Any, left: int) -> _Node:
        found = self.anchors.get(event.anchor)
        if found is None:
            what = f"`*{event.anchor}` is not defined above"
            if event.anchor in self.anchors:
                what = f"`*{event.anchor}` stands inside itself"
            raise self.error(event, what, "put text that starts with `*` in quotes")
        if found[0].depth > left:
            raise self.error(event, *_TOO_DEEP)
        self.count += found[1] - 1
        return found[0]._replace(line=event.start_mark.line + 1)

    def scalar(self, event: Any) -> _Node:
        text = event.value
        if "\0" in text:
            raise self.error(event, "the text holds a NUL character", r"remove `\0`")
        value = resolve(text) if event.tag is None and event.implicit[0] else text
        if wanted := self.type_of(event, str):
            value = text if wanted is str else resolve(text)
            value = float(value) if wanted is float and type(value) is int else value
            if type(value) is not wanted:
                raise self.error(event, f"`{text}` does not fit its tag", "remove the tag that starts with `!!`")
        return _Node(event.start_mark.line + 1, value, text)

    def type_of(self, event: Any, default: type) -> type | None:
        """Return the type that a tag asks for, None without a tag."""
        if event.tag in (None, "!"):
            return default if event.tag else None
        wanted = _TYPES.get(event.tag.removeprefix(_TAG)) if event.tag.startswith(_TAG) else None
        container = wanted if wanted in (list, dict) else str
        if wanted is None or container is not default:
            short = event.tag.replace(_TAG, "!!")
            raise self.error(
                event, f"the tag `{short}` is not known here", "remove it; put text that starts with `!` in quotes"
            )
        return wanted

    def items(self, start: Any, left: int) -> _Node:
        self.type_of(start, list)
        nodes = list[_Node]()
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, left))
        return _Node(start.start_mark.line + 1, nodes, depth=1 + max((n.depth for n in nodes), default=0))

    def keys(self, start: Any, left: int) -> _Node:
        self.type_of(start, dict)
        own, merged = dict[str, _Node](), dict[str, _Node]()
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, value = self.node(event, left), self.node(next(self.events), left)
            if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and key.text == "<<":
                merged = self.merged(event, value) | merged
                continue
            self.check_key(event, key, value, own)
            own[key.text] = value._replace(line=key.line)
        nodes = merged | own
        return _Node(start.start_mark.line + 1, nodes, depth=1 + max((n.depth for n in nodes.values()), default=0))

    def check_key(self, event: Any, key: _Node, value: _Node, own: Mapping[str, _Node]) -> None:
        if isinstance(key.value, list | dict):
            raise self.error(event, "a list or a group of keys cannot be a key", "put the key in quotes")
        if ":" in key.text and value.value is None and not value.text:  # {kind:x} is the key `kind:x` without a value
            fix = f"write `{key.text.replace(':', ': ', 1)}`"
            raise self.error(event, f"`{key.text}` lacks a space after the colon", fix)
        if key.text in own:
            what = f"`{key.text}` is written twice: on line {own[key.text].line} and on line {key.line}"
            self.doubled.append(self.error(event, what, "keep one of them"))

    def merged(self, event: Any, value: _Node) -> dict[str, _Node]:
        """Return the keys that `<<` brings in; of several groups, the first that has a key wins."""
        out = dict[str, _Node]()
        for node in value.value if isinstance(value.value, list) else [value]:
            if not isinstance(node.value, dict):
                raise self.error(event, "`<<` takes a group of keys, or a list of such groups", "write `<<: *name`")
            out = node.value | out
        return out


def resolve(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar stands for by the YAML 1.2 core schema (yaml.org/spec/1.2.2, 10.3.2)."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    for base, pattern in _BASES.items():
        if re.fullmatch(pattern, text):
            return int(text, base)
    return float(re.sub(r"\.(?=[iInN])", "", text)) if re.fullmatch(_FLOAT, text) else text


def _plain(node: _Node) -> Any:
    if isinstance(node.value, dict):
        return {k: _plain(n) for k, n in node.value.items()}
    return [_plain(n) for n in node.value] if isinstance(node.value, list) else node.value


def _walk(node: _Node, path: KeyPath) -> Iterator[tuple[KeyPath, _Node]]:
    yield path, node
    children = (
        node.value.items()
        if isinstance(node.value, dict)
        else enumerate(node.value)
        if isinstance(node.value, list)
        else ()
    )
    for key, child in children:
        yield from _walk(child, (*path, key))
