"""What stages made, kept by the hash of what they were made from; and the ledger of what happened."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError
from milepost.files import file_hash

ROOMS = (
    "tasks",
    "stages",
    "intake",
    "sources",
    "findings",
    "personal",
    "nets",
    "data",
    "columns",
    "compute",
    "runtimes",
    "portable",
    "metrics",
)
MANIFEST = "MANIFEST.json"  # written last: a folder that has it is complete


def key_of(value: Any) -> str:
    """Return 16 hex digits that stand for a JSON value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def code_version() -> str:
    """Stand for the code that makes what is stored: a change of it makes everything anew."""
    package = Path(__file__).parents[1]
    files = sorted(f for room in ROOMS for f in (package / room).rglob("*.py"))
    return key_of([file_hash(f) for f in files])


class Store:
    """Do the work of a stage once; what is visible is complete."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            for name in ("done", "work", "locks"):
                (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"the folder cannot be written: {error.strerror}"
            raise MilepostError(what, str(root.parent), "choose a folder that you may write to") from error

    def once(self, stage: str, inputs: Mapping[str, Any], make: Callable[[Path, Path], None]) -> Path:
        """Return the folder of `stage` for `inputs`; call `make(out, work)` only if no run has yet finished it.

        `out` appears under its name when `make` returns; `work` outlives a crash, for checkpoints.
        """
        name = f"{stage}-{key_of({'inputs': dict(inputs), 'code': code_version()})}"
        done, work, out = self.root / "done" / name, self.root / "work" / name, self.root / "work" / f"{name}.out"
        with self.lock(name):
            if self._whole(done):
                return done
            shutil.rmtree(done, ignore_errors=True)
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            work.mkdir(exist_ok=True)
            make(out, work)
            self._finish(out, dict(inputs))
            out.rename(done)
            _sync(done.parent)
            shutil.rmtree(work, ignore_errors=True)
            self.log(event="done", stage=stage, key=name)
        return done

    def _finish(self, out: Path, inputs: dict[str, Any]) -> None:
        files = {}
        for path in sorted(p for p in out.rglob("*") if p.is_file()):
            _sync(path)
            files[str(path.relative_to(out))] = file_hash(path)
        about = json.dumps({"inputs": inputs, "files": files}, ensure_ascii=False, default=str)
        (out / MANIFEST).write_text(about, "utf-8")
        _sync(out / MANIFEST)

    def _whole(self, done: Path) -> bool:
        """Tell whether a folder is complete and has the bytes it had."""
        try:
            files: dict[str, str] = json.loads((done / MANIFEST).read_text("utf-8"))["files"]
            return all(file_hash(done / name) == promised for name, promised in files.items())
        except (OSError, ValueError, KeyError):
            return False

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the kernel's lock of a name: it is freed even by kill -9."""
        handle = os.open(self.root / "locks" / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def log(self, **event: Any) -> None:
        """Append one event to the ledger."""
        with self.lock("ledger"), (self.root / "ledger.jsonl").open("ab+") as ledger:
            ledger.seek(0, os.SEEK_END)
            torn = b""
            if ledger.tell():
                ledger.seek(-1, os.SEEK_END)
                torn = b"" if ledger.read(1) == b"\n" else b"\n"  # the last write was cut off by a crash
            ledger.write(torn + json.dumps(event, ensure_ascii=False).encode() + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())

    def events(self) -> list[dict[str, Any]]:
        """Read the ledger, oldest first; a torn line says nothing."""
        path = self.root / "ledger.jsonl"
        lines = path.read_bytes().splitlines() if path.is_file() else []
        out = list[dict[str, Any]]()
        for line in lines:
            try:
                out.append(json.loads(line))
            except ValueError:
                continue
        return out


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
