"""Bytes changed, cut off or gone: every file of a finished project in turn, and what Milepost makes of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chaos.victim import broken, left
from milepost.errors import MilepostError
from milepost.product import Product, shipped
from milepost.roadmap.report import report
from milepost.roadmap.run import run
from milepost.roadmap.status import all_runs, status


def flip(path: Path, rng: random.Random) -> None:
    """Change one bit; an empty file gets a byte."""
    data = bytearray(path.read_bytes() or b"\0")
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def truncate(path: Path, rng: random.Random) -> None:
    """Cut off the end."""
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data))] if data else b"")


def delete(path: Path, rng: random.Random) -> None:
    """Remove the file."""
    path.unlink()


HARMS: tuple[Callable[[Path, random.Random], None], ...] = (flip, truncate, delete)


def targets(folder: Path) -> list[Path]:
    """List the files of the store and the runs, relative to the project."""
    found = [p for room in (".milepost", "runs") for p in (folder / room).rglob("*")]
    return sorted(p.relative_to(folder) for p in found if p.is_file() and not p.is_symlink() and "locks" not in p.parts)


def harmed(
    pristine: Path, copy: Path, path: Path, harm: Callable[[Path, random.Random], None], rng: random.Random
) -> list[str]:
    """Harm one file of a copy of a project; return what went wrong in reading it and in running again."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(pristine, copy, symlinks=True)
    harm(copy / path, rng)
    return [f"{harm.__name__} {path}: {what}" for what in [*_read(copy, pristine), *_run(copy, pristine, path)]]


def _read(copy: Path, pristine: Path) -> Iterator[str]:
    """Yield what is wrong with what the reading commands say: they may refuse, and must not lie."""
    truth = status(pristine)
    found = _refused(lambda: status(copy))
    if isinstance(found, str):
        yield found
    elif found is not None and found["milestones"] != truth["milestones"]:
        yield "status lies"
    for read in (lambda: all_runs(copy), lambda: report(copy), lambda: Product.open(shipped(copy))):
        found = _refused(read)
        if isinstance(found, str):
            yield found


def _refused(read: Callable[[], Any]) -> Any:
    """Return what a command finds, None where it refuses, text where it fails."""
    try:
        return read()
    except MilepostError:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _run(copy: Path, pristine: Path, path: Path) -> Iterator[str]:
    """Yield what is not as before after another run."""
    try:
        run(copy / "product.yaml")
    except Exception as error:
        yield f"run: {type(error).__name__}: {error}"
        return
    before, after = left(pristine), left(copy)
    yield from [f"{name} differs" for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    yield from [b for b in broken(copy) if "ledger" not in path.name and "done 2 times" not in b]
