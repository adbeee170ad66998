"""The house keeps its floors: imports go strictly downward, and the doors know no torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "milepost"
FLOORS = (  # the lowest first; rooms of one floor are strangers to each other
    ("errors", "units", "types", "version", "files", "words"),
    ("numeric", "spec"),
    ("nets", "data", "columns", "sources", "personal", "compute", "runtimes", "portable", "metrics"),
    ("tasks", "findings"),
    ("product", "papers", "page", "intake"),
    ("stages",),
    ("roadmap", "contract"),
    ("server",),
    ("cli", "__init__"),
)
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
TORCH_FREE = (
    "errors",
    "units",
    "types",
    "numeric",
    "spec",
    "data",
    "columns",
    "sources",
    "findings",
    "personal",
    "intake",
    "page",
    "portable",
    "metrics",
    "tasks",
    "product",
    "server",
)
HEAVY = {"torch", "sklearn", "lightgbm", "onnx", "onnxmltools", "safetensors", "transformers"}
FILES = sorted(SRC.rglob("*.py"))


def room_of(file: Path) -> str:
    """The room that a file is in: a folder, or itself."""
    relative = file.relative_to(SRC)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(tree: ast.AST, *, top: bool = False) -> Iterator[str]:
    """Modules that a file imports: all of them, or only those at module level outside TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            if module == "milepost" or any(
                (SRC / module.split(".", 1)[-1] / f"{a.name}.py").is_file() for a in node.names
            ):
                yield from (f"{module}.{a.name}" for a in node.names)
            else:
                yield module
        elif top and (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _type_checking(node)):
            continue
        else:
            yield from imports(node, top=top)


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def ours(names: Iterator[str]) -> list[list[str]]:
    return [n.split(".")[1:] for n in names if n.split(".")[0] == "milepost"]


@pytest.mark.parametrize("file", [f for f in FILES if "examples" not in f.parts], ids=str)
def test_imports_go_downward(file: Path) -> None:
    room, lazy_door = room_of(file), file.name == "__init__.py" and file.parent == SRC
    for path in ours(imports(ast.parse(file.read_text("utf-8")))):
        if not path:
            continue
        other = path[0]
        assert other in HEIGHT, f"{other} has no floor"
        if other != room or lazy_door:
            assert HEIGHT[other] < HEIGHT[room], f"{file.name} imports {'.'.join(path)}, which is not below it"


@pytest.mark.parametrize("room", ["tasks", "stages"])
def test_kinds_and_stages_are_strangers(room: str) -> None:
    """A kind knows only the base of its room, and so does a stage; no stage names a kind."""
    names = {n for f in (SRC / room).glob("*.py") if not (n := f.stem).startswith(("__init__", "base"))}
    for file in (SRC / room).glob("*.py"):
        for path in ours(imports(ast.parse(file.read_text("utf-8")))):
            assert not (path[:1] == [room] and len(path) > 1 and path[1] in names), f"{file.name} imports {path}"
    kinds = {n for f in (SRC / "tasks").glob("*.py") if not (n := f.stem).startswith(("__init__", "base"))}
    for file in (SRC / "stages").glob("*.py"):
        text = file.read_text("utf-8")
        assert not [k for k in kinds if k in text or k.replace("_", "-") in text], f"{file.name} names a kind"


@pytest.mark.parametrize("file", [f for f in FILES if room_of(f) in (*TORCH_FREE, "cli", "__init__")], ids=str)
def test_no_torch_at_module_level(file: Path) -> None:
    top = {n.split(".")[0] for n in imports(ast.parse(file.read_text("utf-8")), top=True)}
    assert not top & HEAVY, f"{file.name} imports {top & HEAVY} when it is imported"


def test_the_command_line_imports_typer_alone() -> None:
    top = {n.split(".")[0] for n in imports(ast.parse((SRC / "cli.py").read_text("utf-8")), top=True)}
    assert top <= {
        "__future__",
        "json",
        "os",
        "signal",
        "sys",
        "collections",
        "itertools",
        "pathlib",
        "typing",
        "typer",
        "milepost",
    }


@pytest.mark.parametrize("file", FILES, ids=str)
def test_files_are_short_and_shallow(file: Path) -> None:
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= 300, "a file of 300 lines is a smell: redraw the room"
    assert len(file.relative_to(SRC).parts) <= 3
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 45, f"{node.name} has {length} lines"


def test_floors_bite(tmp_path: Path) -> None:
    """An upward import and a torch at module level are seen."""
    bad = "import torch\ndef f():\n    from milepost.stages.train import train\n"
    assert ["stages", "train"] in ours(imports(ast.parse(bad)))
    assert "torch" in set(imports(ast.parse(bad), top=True))
    assert HEIGHT["stages"] > HEIGHT["tasks"]
