"""Every message that a user may see, read from the source: what flows into errors, findings, notes and lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from source import HOLE, SRC, WORD, Function, Hole, Module, Source, called

from milepost.sources.read import WRONG

SILENT = (  # the page has a test of its own; a contract speaks to developers; APIs and papers of a product are English
    *("page", "words", "examples", "contract"),
    *(f"server/{name}.py" for name in ("app", "observe", "openapi", "pages", "v2", "wire")),
    *("papers.py", "roadmap/model_card.py"),
)
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
RETURNS = {  # of functions that return messages
    *("how", "overdue", "_shown", "_next", "_unmeasured", "_why", "waiting", "_unread"),
}
OURS = {  # calls whose words are no messages: errors for developers, patterns, parts of words of others
    *("ValueError", "KeyError", "TypeError", "AttributeError", "RuntimeError", "NotImplementedError"),
    *("match", "search", "compile", "sub", "fullmatch", "einsum", "startswith", "removeprefix", "replace"),
}
SENTENCE = re.compile(r"[a-z]{2,}[ ,]+[a-z]{2,}")


@dataclass
class Messages:
    """The messages of a package by their patterns, with their holes and places, and where they were read."""

    source: Source
    found: dict[str, list[Hole]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def take(self, node: ast.expr, *, where: bool = False) -> None:
        """Note the messages that an expression may be; a place without a blank is a path or a key."""
        place = f"{self.source.module_of[node].path.relative_to(SRC)}:{node.lineno}"
        for text, holes in self.source.texts(node):
            worded = WORD.search(HOLE.sub("", text)) or any(hole.words for hole in holes)
            if worded and (" " in text or not where):
                both = zip(self.found.get(text, holes), holes, strict=True)
                self.found[text] = [Hole(a.quoted and b.quoted, a.words | b.words) for a, b in both]
                self.places.setdefault(text, place)


def messages() -> Messages:
    """Read the whole package."""
    out = Messages(Source(map(Module, spoken())))
    for module in out.source.modules:
        for node in ast.walk(module.tree):
            for expression in _sinks(node):
                out.take(expression)
            for expression in _places(node):
                out.take(expression, where=True)
    return out


def spoken() -> list[Path]:
    """List the files whose messages a user reads in a language."""
    files = {f: f.relative_to(SRC) for f in sorted(SRC.rglob("*.py"))}
    return [f for f, name in files.items() if not {name.parts[0], name.as_posix()} & {*SILENT}]


def _sinks(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that a user gets to read."""
    if isinstance(node, ast.Call):
        wanted = CALLS.get(called(node), {})
        if called(node) == "say" and not isinstance(node.args[0], ast.Constant | ast.IfExp):
            return
        yield from (k.value for k in node.keywords if k.arg in wanted)
        for place in wanted.values():
            if place < len(node.args) and not any(isinstance(a, ast.Starred) for a in node.args):
                yield node.args[place]
        if called(node) == "append" and isinstance(node.func, ast.Attribute) and _ends(node.func.value) in LISTS:
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
    if isinstance(node, ast.Call) and called(node) == "MilepostError" and len(node.args) > 1:
        yield node.args[1]
    elif isinstance(node, Function) and node.name == "where":
        yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value)


def _ends(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def silent(module: Module) -> set[ast.AST]:
    """Return the nodes that nobody reads: docstrings, help (English), what is compared or sought, errors of ours."""
    out = set[ast.AST]()
    for node in ast.walk(module.tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        option = isinstance(node, ast.keyword) and node.arg in ("help", "metavar", "file")
        ours = isinstance(node, ast.Call) and called(node) in OURS
        if docstring or option or ours or isinstance(node, ast.Compare | ast.Assert):
            out |= set(ast.walk(node))
    return out


def overlooked(known: Messages) -> list[str]:
    """List literals that read like a sentence but are part of no message."""
    return [
        f"{module.path.relative_to(SRC)}:{node.lineno}: {node.value}"
        for module in known.source.modules
        for node in set(ast.walk(module.tree)) - silent(module) - known.source.seen
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.search(node.value)
    ]


def reasons() -> set[str]:
    """Return the reasons for which rows are set aside: those of readers, of tasks, and of `intake.rows`."""
    out = set(WRONG)
    for path in (*(SRC / "intake").glob("*.py"), *(SRC / "tasks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) == "_else":
                out |= _spelt(node.args[2])
            elif isinstance(node, ast.Call) and called(node) == "alias" and ast.unparse(node).endswith("('reason')"):
                held = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                out |= {str(v) for v in held if isinstance(v, str)} - {"reason"}
    return out


def _spelt(node: ast.expr) -> set[str]:
    """Return a literal; a hole in it is filled with the types that a target may be asked to have."""
    if isinstance(node, ast.JoinedStr):
        start = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
        return {start + kind for kind in ("number", "date")}
    return {str(node.value)} if isinstance(node, ast.Constant) else set()


def codes() -> set[str]:
    """Return the codes of findings: literals that are passed for one, and the reasons for which rows are set aside."""
    source = Source(map(Module, spoken()))
    out = reasons()
    for node in source.calls["Finding"]:
        out |= {text for text, _ in source.texts(node.args[0])}
    return {code for code in out if "{" not in code}
