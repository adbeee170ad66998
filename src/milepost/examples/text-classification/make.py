"""Write docstrings.csv: real sentences that Python itself carries, the docstrings of its standard library.

The text is the first paragraph of a docstring, the topic the part of the library that it is from. Nothing is copied
into Milepost; the licence is that of Python (PSF).
"""

import ast
import csv
import inspect
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

TOPICS = {
    "network": ["http", "urllib", "email", "xmlrpc", "smtplib", "ftplib", "imaplib", "poplib", "socketserver", "ssl"],
    "files": ["pathlib", "shutil", "zipfile", "tarfile", "tempfile", "glob", "gzip", "os", "io", "_pyio", "fileinput"],
    "numbers": ["statistics", "_pydecimal", "fractions", "random", "numbers", "datetime", "_pydatetime", "calendar"],
    "at-once": ["asyncio", "threading", "multiprocessing", "concurrent", "queue", "sched", "selectors", "subprocess"],
}
SHORTEST, LONGEST = 25, 600  # characters of a text


def make(folder: Path) -> list[str]:
    """Write the file; return its name."""
    rows = {text: topic for topic in TOPICS for text in _texts(topic)}  # a text of two parts is of the last
    mixed = sorted(rows.items(), key=lambda row: crc32(row[0].encode()))
    with (folder / "docstrings.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "topic"])
        writer.writerows(mixed)
    return ["docstrings.csv"]


def _texts(topic: str) -> Iterator[str]:
    library = Path(sysconfig.get_path("stdlib"))
    for name in TOPICS[topic]:
        files = sorted((library / name).rglob("*.py")) or [library / f"{name}.py"]
        for file in files:
            if file.is_file() and "test" not in file.parts:
                yield from _paragraphs(ast.parse(file.read_text("utf-8")))


def _paragraphs(tree: ast.AST) -> Iterator[str]:
    """Yield the first paragraph of every docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            text = " ".join(inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0].split())
            if SHORTEST <= len(text) <= LONGEST:
                yield text
