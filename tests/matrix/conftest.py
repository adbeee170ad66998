"""Write the table of the READMEs from what the matrix found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
BETWEEN = re.compile(r"(<!-- matrix:begin -->\n).*?(<!-- matrix:end -->)", re.DOTALL)
_found: dict[str, dict[str, str]] = {}
_refused: list[str] = []  # sentences


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each cell of the matrix, which the test names by its properties."""
    cell = dict(report.user_properties)
    if report.when == "call" and "capability" in cell:
        said = "yes" if report.passed else "no"
        if report.passed and "refused" in cell:
            _refused.extend([str(cell["refused"])] if cell["refused"] not in _refused else [])
            said = f"refused ({_refused.index(str(cell['refused'])) + 1})"
        _found.setdefault(str(cell["kind"]), {})[str(cell["capability"])] = said


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _found or not session.config.getoption("--write-matrix", default=False):
        return
    columns = list(next(iter(_found.values())))
    lines = ["| kind | " + " | ".join(columns) + " |", "| --- |" + " :---: |" * len(columns)]
    lines += [f"| {kind} | " + " | ".join(cells[c] for c in columns) + " |" for kind, cells in sorted(_found.items())]
    notes = [f"{i}. {sentence}" for i, sentence in enumerate(_refused, 1)]
    table = "\n".join([*lines, "", *notes] if notes else lines)
    for name in READMES:
        path = ROOT / name
        path.write_text(BETWEEN.sub(rf"\g<1>{table}\n\g<2>", path.read_text("utf-8")), "utf-8")
