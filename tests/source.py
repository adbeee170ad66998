"""The source as it is: names, calls and literals of its files, and the texts that an expression may be.

A text is a pattern: an f-string with {} for each hole. Names are followed to what they are assigned, parameters to the
arguments of their callers, calls to what the functions of that name return, conditions to both sides.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Formatter
from typing import TypeAlias

SRC = Path(__file__).parents[1] / "src" / "milepost"
HOLE, WORD = re.compile(r"\{\}"), re.compile(r"[A-Za-z]{2,}")
ANY = -1  # whichever element
DEEP = 3  # steps into nested tuples and groups that are followed
Steps: TypeAlias = tuple[int, ...]  # into a sequence: indices, or ANY
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Hole:
    """One hole of a text: whether it stands in backticks, and the words that it may hold."""

    quoted: bool
    words: frozenset[str]


Text: TypeAlias = tuple[str, list[Hole]]


class Module:
    """A file with the scopes of its names."""

    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, ast.parse(path.read_text("utf-8"))
        self.scope = dict[ast.AST, Function | None]()
        self._scoped(self.tree, None)
        self.bound = defaultdict[tuple[Function | None, str], list[tuple[ast.expr, Steps]]](list)
        for node in ast.walk(self.tree):
            self._bind(node)

    def _scoped(self, node: ast.AST, function: Function | None) -> None:
        for child in ast.iter_child_nodes(node):
            self.scope[child] = function
            self._scoped(child, child if isinstance(child, Function) else function)

    def _bind(self, node: ast.AST) -> None:
        here = self.scope.get(node)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(here, target, node.value, ())
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
            self._target(here, node.target, node.value, ())
        elif isinstance(node, ast.For | ast.comprehension):
            self._target(here or self.scope.get(node.iter), node.target, node.iter, (ANY,))

    def _target(self, here: Function | None, target: ast.expr, value: ast.expr, path: Steps) -> None:
        if isinstance(target, ast.Name):
            self.bound[here, target.id].append((value, path))
        elif isinstance(target, ast.Tuple):
            for i, element in enumerate(target.elts):
                self._target(here, element, value, (*path, i))


class Source:
    """Follow expressions of some files to the texts that they may be."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = list(modules)
        self.seen = set[ast.AST]()  # the literals that were come across
        self.module_of = {node: m for m in self.modules for node in ast.walk(m.tree)}
        self.functions, self.calls = defaultdict[str, list[Function]](list), defaultdict[str, list[ast.Call]](list)
        for module in self.modules:
            for node in ast.walk(module.tree):
                if isinstance(node, Function):
                    self.functions[node.name].append(node)
                elif isinstance(node, ast.Call):
                    self.calls[called(node)].append(node)
        self.busy = set[tuple[ast.AST, Steps]]()

    def texts(self, node: ast.AST, path: Steps = ()) -> list[Text]:
        """Return the patterns that an expression (or what lies at `path` in it) may be; nothing where that is open."""
        key = node, path
        if key in self.busy or len(path) > DEEP:
            return []
        self.busy.add(key)
        try:
            kind = type(node).__name__.lower()
            return list(getattr(self, f"_{kind}", lambda *_: [])(node, path))
        finally:
            self.busy.discard(key)

    def _constant(self, node: ast.Constant, path: Steps) -> Iterator[Text]:
        if isinstance(node.value, str) and not path:
            self.seen.add(node)
            yield node.value, []

    def _joinedstr(self, node: ast.JoinedStr, path: Steps) -> Iterator[Text]:
        text, holes = "", list[Hole]()
        self.seen.add(node)
        for part in node.values:
            if isinstance(part, ast.Constant):
                self.seen.add(part)
                text += part.value
                continue
            assert isinstance(part, ast.FormattedValue)
            quoted = text.count("`") % 2 == 1
            held = [] if quoted else self.texts(part.value)
            words = frozenset(t for t, _ in held if WORD.search(HOLE.sub("", t)))
            holes.append(Hole(quoted, words))
            text += "{}"
        yield text, holes

    def _ifexp(self, node: ast.IfExp, path: Steps) -> Iterator[Text]:
        yield from self.texts(node.body, path)
        yield from self.texts(node.orelse, path)

    def _boolop(self, node: ast.BoolOp, path: Steps) -> Iterator[Text]:
        for value in node.values:
            yield from self.texts(value, path)

    def _binop(self, node: ast.BinOp, path: Steps) -> Iterator[Text]:
        if isinstance(node.op, ast.Add) and not path:
            sides = [self.texts(side) or [("{}", [Hole(False, frozenset())])] for side in (node.left, node.right)]
            for (a, left), (b, right) in product(*sides):
                if (a, b) != ("{}", "{}"):
                    yield a + b, left + right
        elif isinstance(node.op, ast.Add):
            yield from [*self.texts(node.left, path), *self.texts(node.right, path)]

    def _tuple(self, node: ast.Tuple | ast.List, path: Steps) -> Iterator[Text]:
        if path:
            for element in node.elts if path[0] == ANY else node.elts[path[0] : path[0] + 1]:
                if isinstance(element, ast.Starred):
                    yield from self.texts(element.value, (ANY, *path[1:]))
                else:
                    yield from self.texts(element, path[1:])

    _list = _tuple

    def _dict(self, node: ast.Dict, path: Steps) -> Iterator[Text]:
        if path:
            for key, value in zip(node.keys, node.values, strict=True):
                yield from self.texts(value, path if key is None else path[1:])

    def _subscript(self, node: ast.Subscript, path: Steps) -> Iterator[Text]:
        index = node.slice.value if isinstance(node.slice, ast.Constant) else ANY
        yield from self.texts(node.value, (index if isinstance(index, int) else ANY, *path))

    def _generatorexp(self, node: ast.GeneratorExp, path: Steps) -> Iterator[Text]:
        if path:
            yield from self.texts(node.elt, path[1:])

    _listcomp = _generatorexp

    def _starred(self, node: ast.Starred, path: Steps) -> Iterator[Text]:
        yield from self.texts(node.value, path)

    def _name(self, node: ast.Name, path: Steps) -> Iterator[Text]:
        module = self.module_of[node]
        here = module.scope.get(node)
        while here is not None:
            if bound := module.bound.get((here, node.id)):
                for value, inner in bound:
                    yield from self.texts(value, (*inner, *path))
                return
            if node.id in _parameters(here):
                yield from self._passed(here, node.id, path)
                return
            here = module.scope.get(here)
        for value, inner in module.bound.get((None, node.id), self._imported(module, node.id)):
            yield from self.texts(value, (*inner, *path))

    def _imported(self, module: Module, name: str) -> list[tuple[ast.expr, Steps]]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names):
                for other in self.modules:
                    if (node.module or "").endswith(f".{other.path.stem}") and (None, name) in other.bound:
                        return other.bound[None, name]
        return []

    def _passed(self, function: Function, name: str, path: Steps) -> Iterator[Text]:
        """Return what callers pass for a parameter, and its default."""
        names = _parameters(function)
        place = names.index(name)
        default = dict(zip(reversed(function.args.args), reversed(function.args.defaults), strict=False))
        for argument, value in default.items():
            if argument.arg == name:
                yield from self.texts(value, path)
        module = self.module_of[function]
        for call in self.calls[function.name]:
            if self.module_of[call] is not module and not self._reaches(call, function):
                continue
            bare = isinstance(call.func, ast.Attribute) and names[:1] == ["self"]
            given = {k.arg: k.value for k in call.keywords}
            index = place - bare
            if name in given:
                yield from self.texts(given[name], path)
            elif any(isinstance(a, ast.Starred) for a in call.args):
                for i, a in enumerate(call.args):
                    if isinstance(a, ast.Starred) and index >= i:
                        yield from self.texts(a.value, (index - i, *path))
            elif 0 <= index < len(call.args):
                yield from self.texts(call.args[index], path)

    def _formatted(self, template: str, call: ast.Call) -> Text:
        """Return a template of str.format as a pattern."""
        given = {str(k.arg): k.value for k in call.keywords} | {str(i): a for i, a in enumerate(call.args)}
        text, holes = "", list[Hole]()
        for literal, name, _, _ in Formatter().parse(template):
            text += literal
            if name is not None:
                quoted = text.count("`") % 2 == 1
                held = [] if quoted or name not in given else self.texts(given[name])
                holes.append(Hole(quoted, frozenset(t for t, _ in held if WORD.search(HOLE.sub("", t)))))
                text += "{}"
        return text, holes

    def _reaches(self, call: ast.Call, function: Function) -> bool:
        """Tell whether a call in another file is one of this function: the name is imported from there."""
        stem = self.module_of[function].path.stem
        return isinstance(call.func, ast.Name) and any(
            isinstance(n, ast.ImportFrom)
            and (n.module or "").split(".")[-1] == stem
            and any(a.name == function.name for a in n.names)
            for n in ast.walk(self.module_of[call].tree)
        )

    def _call(self, node: ast.Call, path: Steps) -> Iterator[Text]:
        """Follow a call of our own to its returns; a template's holes, and words with their underscores replaced."""
        name = called(node)
        if isinstance(node.func, ast.Attribute) and name == "format":
            for text, _ in self.texts(node.func.value, path):
                yield self._formatted(text, node)
        elif isinstance(node.func, ast.Attribute) and name == "get":
            yield from self.texts(node.func.value, (ANY, *path))
            yield from (t for a in node.args[1:] for t in self.texts(a, path))
        elif name in ("tuple", "list", "sorted", "iter"):
            yield from (t for a in node.args for t in self.texts(a, path))
        elif name == "fromkeys" and len(node.args) == 2:
            yield from self.texts(node.args[1], path[1:])
        elif name == "next" and node.args:
            yield from self.texts(node.args[0], (ANY, *path))
            yield from (t for a in node.args[1:] for t in self.texts(a, path))
        else:
            module = self.module_of[node]
            for function in self.functions.get(name, ()):
                if self.module_of[function] is module or self._reaches(node, function):
                    for inner in ast.walk(function):
                        if (
                            isinstance(inner, ast.Return)
                            and inner.value
                            and self.module_of[inner].scope.get(inner) is function
                        ):
                            yield from self.texts(inner.value, path)


def called(node: ast.Call) -> str:
    """Return the name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _parameters(function: Function) -> list[str]:
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
