"""Where everything in a text was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

COMMAND_LINE = 0  # the "line" of what was not written in the file


@dataclass(frozen=True)
class Places:
    """Know the line of every key path, and every scalar as it was written."""

    lines: Mapping[KeyPath, int]
    texts: Mapping[KeyPath, str]

    def line(self, path: KeyPath) -> int:
        """Return the line of a key, counted from 1, or of its nearest parent; 0 = it came from the command line."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def where(self, path: KeyPath, file: str) -> str:
        """Return `file:line` of a key, or `command line`."""
        line = self.line(path)
        return "command line" if line == COMMAND_LINE else f"{file}:{line}"

    def moved(self, other: KeyPath, ours: KeyPath) -> Places:
        """Return the places with everything at `other` known as `ours`."""

        def new(path: KeyPath) -> KeyPath:
            return ours + path[len(other) :] if path[: len(other)] == other else path

        return Places({new(p): n for p, n in self.lines.items()}, {new(p): t for p, t in self.texts.items()})

    def overridden(self, path: KeyPath, inner: Places) -> Places:
        """Return the places with `path` and all below it set on the command line, where `inner` was written."""
        lines = {p: n for p, n in self.lines.items() if p[: len(path)] != path}
        texts = {p: t for p, t in self.texts.items() if p[: len(path)] != path}
        return Places(lines | {path: COMMAND_LINE}, texts | {path + p: t for p, t in inner.texts.items()})


def dotted(path: KeyPath) -> str:
    """Write a key path as people do: `train.lr`, `milestones.product[0]`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def put(tree: Any, path: KeyPath, value: Any) -> Any:
    """Return a copy of `tree` with `value` at `path`; groups of keys on the way are made where nothing is."""
    if not path:
        return value
    if isinstance(tree, list) and isinstance(path[0], int):
        return [put(item, path[1:], value) if i == path[0] else item for i, item in enumerate(tree)]
    if not isinstance(tree, dict | None):
        raise TypeError(f"{tree!r} has no keys")
    return {**(tree or {}), path[0]: put((tree or {}).get(path[0]), path[1:], value)}
