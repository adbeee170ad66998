"""Every message that a user may see, read from the source: what flows into errors, findings, notes and lines.

A message is a pattern: an f-string with {} for each hole. Names are followed to what they are assigned, parameters to
the arguments of their callers, calls to what the functions of that name return, and conditions to both sides.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from string import Formatter
from typing import TypeAlias

from milepost.sources.read import WRONG

SRC = Path(__file__).parents[1] / "src" / "milepost"
SILENT = (  # the page has a test of its own, a contract speaks to developers, an API and the papers of a product English
    *("page", "words", "examples", "contract"),
    *(f"server/{name}.py" for name in ("app", "observe", "openapi", "pages", "v2", "wire")),
    "papers.py",
)
HOLE, WORD = re.compile(r"\{\}"), re.compile(r"[A-Za-z]{2,}")
ANY = -1  # whichever element
DEEP = 3  # steps into nested tuples and groups that are followed
CALLS = {  # what is said by arguments: their names and their places
    "MilepostError": {"what": 0, "fix": 2},
    "Finding": {"what": 2, "fix": 3},
    "refuse": {"what": 0, "fix": 1},
    "say": {"text": 0},
    "Shift": {"said": 3},
}
NAMES = {"what", "fix", "why", "note", "how"}  # of variables and keys that hold messages
KEYS = {"what", "fix", "why", "next"}
LISTS = {"notes", "said"}  # of variables that messages are added to
RETURNS = {
    "how",
    "where",
    "_shown",
    "_next",
    "_unmeasured",
    "_why",
    "waiting",
    "_unread",
}  # of functions that return messages
OURS = {  # calls whose words are no messages: errors for developers, patterns, parts of words of others
    *("ValueError", "KeyError", "TypeError", "AttributeError", "RuntimeError"),
    *("match", "search", "compile", "sub", "fullmatch", "einsum", "startswith", "removeprefix", "replace"),
}
SENTENCE = re.compile(r"[a-z]{2,}[ ,]+[a-z]{2,}")
Step: TypeAlias = int  # into a sequence: an index, or ANY
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Hole:
    """One hole of a message: whether it stands in backticks, and the words that it may hold."""

    quoted: bool
    words: frozenset[str]


@dataclass
class Messages:
    """The messages of a package, by their patterns."""

    found: dict[str, list[Hole]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    modules: list[Module] = field(default_factory=list)
    seen: set[ast.AST] = field(default_factory=set)  # the literals that are part of a message


class Module:
    """A file with the scopes of its names."""

    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, ast.parse(path.read_text("utf-8"))
        self.scope = dict[ast.AST, Function | None]()
        self._scoped(self.tree, None)
        self.bound = defaultdict[tuple[Function | None, str], list[tuple[ast.expr, tuple[Step, ...]]]](list)
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

    def _target(self, here: Function | None, target: ast.expr, value: ast.expr, path: tuple[Step, ...]) -> None:
        if isinstance(target, ast.Name):
            self.bound[here, target.id].append((value, path))
        elif isinstance(target, ast.Tuple):
            for i, element in enumerate(target.elts):
                self._target(here, element, value, (*path, i))


class Reader:
    """Follow expressions to the messages that they may be."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = list(modules)
        self.out = Messages(modules=self.modules)
        self.module_of = {node: m for m in self.modules for node in ast.walk(m.tree)}
        self.functions, self.calls = defaultdict[str, list[Function]](list), defaultdict[str, list[ast.Call]](list)
        for module in self.modules:
            for node in ast.walk(module.tree):
                if isinstance(node, Function):
                    self.functions[node.name].append(node)
                elif isinstance(node, ast.Call):
                    self.calls[_called(node)].append(node)
        self.busy = set[tuple[ast.AST, tuple[Step, ...]]]()

    def read(self) -> Messages:
        for module in self.modules:
            for node in ast.walk(module.tree):
                for expression in _sinks(node):
                    self.take(expression, False)
                for expression in _places(node):
                    self.take(expression, True)
        return self.out

    def take(self, node: ast.expr, place_only: bool) -> None:
        """Note the messages that an expression may be; a place without a blank is a path or a key."""
        where = f"{self.module_of[node].path.relative_to(SRC)}:{node.lineno}"
        for text, holes in self.texts(node):
            worded = WORD.search(HOLE.sub("", text)) or any(hole.words for hole in holes)
            if worded and (" " in text or not place_only):
                known = self.out.found.setdefault(text, holes)
                both = zip(known, holes, strict=True)
                self.out.found[text] = [Hole(a.quoted and b.quoted, a.words | b.words) for a, b in both]
                self.out.places.setdefault(text, where)

    def texts(self, node: ast.AST, path: tuple[Step, ...] = ()) -> list[tuple[str, list[Hole]]]:
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

    def _constant(self, node: ast.Constant, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        if isinstance(node.value, str) and not path:
            self.out.seen.add(node)
            yield node.value, []

    def _joinedstr(self, node: ast.JoinedStr, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        text, holes = "", list[Hole]()
        self.out.seen.add(node)
        for part in node.values:
            if isinstance(part, ast.Constant):
                self.out.seen.add(part)
                text += part.value
                continue
            assert isinstance(part, ast.FormattedValue)
            quoted = text.count("`") % 2 == 1
            held = [] if quoted else self.texts(part.value)
            words = frozenset(t for t, _ in held if WORD.search(HOLE.sub("", t)))
            holes.append(Hole(quoted, words))
            text += "{}"
        yield text, holes

    def _ifexp(self, node: ast.IfExp, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        yield from self.texts(node.body, path)
        yield from self.texts(node.orelse, path)

    def _boolop(self, node: ast.BoolOp, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        for value in node.values:
            yield from self.texts(value, path)

    def _binop(self, node: ast.BinOp, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        if isinstance(node.op, ast.Add) and not path:
            sides = [self.texts(side) or [("{}", [Hole(False, frozenset())])] for side in (node.left, node.right)]
            for (a, left), (b, right) in product(*sides):
                if (a, b) != ("{}", "{}"):
                    yield a + b, left + right
        elif isinstance(node.op, ast.Add):
            yield from [*self.texts(node.left, path), *self.texts(node.right, path)]

    def _tuple(self, node: ast.Tuple | ast.List, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        if path:
            for element in node.elts if path[0] == ANY else node.elts[path[0] : path[0] + 1]:
                if isinstance(element, ast.Starred):
                    yield from self.texts(element.value, (ANY, *path[1:]))
                else:
                    yield from self.texts(element, path[1:])

    _list = _tuple

    def _dict(self, node: ast.Dict, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        if path:
            for key, value in zip(node.keys, node.values, strict=True):
                yield from self.texts(value, path if key is None else path[1:])

    def _subscript(self, node: ast.Subscript, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        index = node.slice.value if isinstance(node.slice, ast.Constant) else ANY
        yield from self.texts(node.value, (index if isinstance(index, int) else ANY, *path))

    def _generatorexp(self, node: ast.GeneratorExp, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        if path:
            yield from self.texts(node.elt, path[1:])

    _listcomp = _generatorexp

    def _starred(self, node: ast.Starred, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        yield from self.texts(node.value, path)

    def _name(self, node: ast.Name, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
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

    def _imported(self, module: Module, name: str) -> list[tuple[ast.expr, tuple[Step, ...]]]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names):
                for other in self.modules:
                    if (node.module or "").endswith(f".{other.path.stem}") and (None, name) in other.bound:
                        return other.bound[None, name]
        return []

    def _passed(self, function: Function, name: str, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
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

    def _formatted(self, template: str, call: ast.Call) -> tuple[str, list[Hole]]:
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

    def _call(self, node: ast.Call, path: tuple[Step, ...]) -> Iterator[tuple[str, list[Hole]]]:
        """Follow a call of our own to its returns; a template's holes, and words with their underscores replaced."""
        name = _called(node)
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
                        if isinstance(inner, ast.Return) and inner.value and module_scope(self, inner) is function:
                            yield from self.texts(inner.value, path)


def module_scope(reader: Reader, node: ast.AST) -> Function | None:
    return reader.module_of[node].scope.get(node)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _parameters(function: Function) -> list[str]:
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _sinks(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that a user gets to read."""
    if isinstance(node, ast.Call):
        wanted = CALLS.get(_called(node), {})
        if _called(node) == "say" and not isinstance(node.args[0], ast.Constant | ast.IfExp):
            return
        yield from (k.value for k in node.keywords if k.arg in wanted)
        for place in wanted.values():
            if place < len(node.args) and not any(isinstance(a, ast.Starred) for a in node.args):
                yield node.args[place]
        if _called(node) == "append" and isinstance(node.func, ast.Attribute) and _ends(node.func.value) in LISTS:
            yield node.args[0]
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id in NAMES:
                yield node.value
            if isinstance(target, ast.Tuple):
                names = [_ends(e) for e in target.elts]
                if isinstance(node.value, ast.Tuple):
                    yield from (v for n, v in zip(names, node.value.elts, strict=False) if n in NAMES)
    elif isinstance(node, ast.AugAssign) and _ends(node.target) in LISTS:
        if isinstance(node.value, ast.List):
            yield from node.value.elts
        elif isinstance(node.value, ast.ListComp):
            yield node.value.elt
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in KEYS:
                yield value
    elif isinstance(node, Function) and node.name in RETURNS:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Return) and inner.value:
                yield inner.value.elt if isinstance(inner.value, ast.ListComp) else inner.value


def _places(node: ast.AST) -> Iterator[ast.expr]:
    """Yield where errors are said to be."""
    if isinstance(node, ast.Call) and _called(node) == "MilepostError" and len(node.args) > 1:
        yield node.args[1]
    elif isinstance(node, Function) and node.name == "where":
        yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value)


def _ends(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def messages() -> Messages:
    """Read the whole package."""
    return Reader(map(Module, spoken())).read()


def spoken() -> list[Path]:
    """List the files whose messages a user reads in a language."""
    files = {f: f.relative_to(SRC) for f in sorted(SRC.rglob("*.py"))}
    return [f for f, name in files.items() if not {name.parts[0], name.as_posix()} & {*SILENT}]


def silent(module: Module) -> set[ast.AST]:
    """Return the nodes that nobody reads: docstrings, help (English), what is compared or sought, errors of ours."""
    out = set[ast.AST]()
    for node in ast.walk(module.tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        option = isinstance(node, ast.keyword) and node.arg in ("help", "metavar", "file")
        ours = isinstance(node, ast.Call) and _called(node) in OURS
        if docstring or option or ours or isinstance(node, ast.Compare | ast.Assert):
            out |= set(ast.walk(node))
    return out


def overlooked(known: Messages) -> list[str]:
    """List literals that read like a sentence but are part of no message."""
    return [
        f"{module.path.relative_to(SRC)}:{node.lineno}: {node.value}"
        for module in known.modules
        for node in set(ast.walk(module.tree)) - silent(module) - known.seen
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.search(node.value)
    ]


def reasons() -> set[str]:
    """Return the reasons for which rows are set aside: those of readers, of tasks, and of `intake.rows`."""
    out = set(WRONG)
    for path in (*(SRC / "intake").glob("*.py"), *(SRC / "tasks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node) == "_else":
                out |= _spelt(node.args[2])
            elif isinstance(node, ast.Call) and _called(node) == "alias" and ast.unparse(node).endswith("('reason')"):
                out |= {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)} - {"reason"}
    return out


def _spelt(node: ast.expr) -> set[str]:
    """Return a literal; a hole in it is filled with the types that a target may be asked to have."""
    if isinstance(node, ast.JoinedStr):
        start = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
        return {start + kind for kind in ("number", "date")}
    return {str(node.value)} if isinstance(node, ast.Constant) else set()


def codes() -> set[str]:
    """Return the codes of findings: literals that are passed for one, and the reasons for which rows are set aside."""
    reader = Reader(map(Module, spoken()))
    out = reasons()
    for node in reader.calls["Finding"]:
        out |= {text for text, _ in reader.texts(node.args[0])}
    return {code for code in out if "{" not in code}
