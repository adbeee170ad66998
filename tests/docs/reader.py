"""A reader who does what a document says, from top to bottom, in one folder.

python            runs; all blocks of a document share their names
sh                runs; a block that is `milepost serve` alone goes on in the background
text              what the block before it printed, somewhere; `...` stands for anything, blanks count as one
<!-- file: F -->  before a block of any language: it is written to F instead
console           is shown only
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
SERVED = "http://127.0.0.1:8000"  # where documents say that a product is served
LANGUAGES = ("python", "sh", "text", "console", "yaml", "csv")
_BLOCK = re.compile(r"^(?:<!-- file: (\S+) -->\n+)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    code: str
    line: int
    file: str | None = None


def blocks(text: str) -> list[Block]:
    """List the fenced blocks of a document; raise ValueError for a language without a meaning here."""
    found = [Block(m[2], m[3], text.count("\n", 0, m.start()) + 1, m[1]) for m in _BLOCK.finditer(text)]
    for block in found:
        if block.language not in LANGUAGES and block.file is None:
            raise ValueError(f"line {block.line}: `{block.language}` is none of {', '.join(LANGUAGES)}")
    return found


@dataclass
class Reader:
    """Does what blocks say; `folder` must be the working directory, for Python's sake."""

    folder: Path
    printed: str | None = None  # by the last block; None where it was not run
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    servers: list[subprocess.Popen[str]] = field(default_factory=list)
    served: str = SERVED

    def do(self, block: Block) -> None:
        """Do what one block says; raise AssertionError, with its line, where the document is wrong."""
        code = block.code.replace(SERVED, self.served)
        if block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, "utf-8")
        elif block.language == "python":
            self.printed = self._python(code, block.line)
        elif block.language == "sh":
            self.printed = self._serve() if code.strip() == "milepost serve" else self._sh(code, block.line)
        elif block.language == "console":
            self.printed = None
        elif block.language == "text" and self.printed is not None:
            assert shows(self.printed, code), f"line {block.line}: the block before it printed\n{self.printed}"

    def _python(self, code: str, line: int) -> str:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile("\n" * line + code, "the document", "exec"), self.names)  # lines as in the document
        return out.getvalue()

    def _sh(self, code: str, line: int) -> str:
        done = subprocess.run(
            ["sh", "-euc", code], cwd=self.folder, env=_env(), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"line {line}: {done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self) -> str:
        command = [str(BIN / "milepost"), "serve", "--port", "0"]
        server = subprocess.Popen(command, cwd=self.folder, env=_env(), stdout=subprocess.PIPE, text=True)
        self.servers.append(server)
        assert server.stdout is not None
        said = server.stdout.readline()
        self.served = said.split()[-1]
        return said

    def close(self) -> None:
        """Stop what was served."""
        for server in self.servers:
            server.terminate()
            server.communicate(timeout=20)


def shows(printed: str, expected: str) -> bool:
    """Tell whether `printed` holds what a `text` block expects."""
    pattern = r"\s+".join(re.escape(word).replace(r"\.\.\.", ".*?") for word in expected.split())
    return re.search(pattern, printed, re.DOTALL) is not None


def _env() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
