"""What stages made, kept by the hash of what they were made from; and the ledger of what happened."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError
from milepost.files import atomic, file_hash, key_of, locked, sealed, sync, unsealed
from milepost.roadmap.again import ENTRY, harmed, reasons
from milepost.roadmap.ledger import Head, Ledger

DOORS = ("cli.py", "server", "page", "words", "contract", "examples")  # what they make is not stored
MANIFEST = "MANIFEST.json"  # written last: a folder that has it is complete
TOLD = {"training.json"}  # how it went, its seconds too: no part of what was made
Say = Callable[[str], Any]


@cache
def code_version() -> str:
    """Stand for the code that makes what is stored: a change of it makes everything anew."""
    package = Path(__file__).parents[1]
    files = sorted(f for f in package.rglob("*.py") if f.relative_to(package).parts[0] not in DOORS)
    return key_of([file_hash(f) for f in files])


class Store:
    """Do the work of a stage once; what is visible is complete."""

    def __init__(self, root: Path) -> None:
        self.root, self.ledger, self._making = root, Ledger(root / "ledger.jsonl"), ""
        try:
            for name in ("done", "work", "locks", "aside"):
                (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if _is_full(error):
                raise
            what = f"the folder cannot be written: {error.strerror}"
            raise MilepostError(what, str(root.parent), "choose a folder that you may write to") from error

    def once(
        self,
        stage: str,
        inputs: Mapping[str, Any],
        make: Callable[[Path, Path], None],
        what: str = "",
        say: Say = str,
    ) -> Path:
        """Return the folder of `stage` for `inputs`; call `make(out, work)` only if no run has yet finished it.

        The name of an earlier folder in `inputs` stands for the bytes in it. `out` appears under its name when `make`
        returns; `work` outlives a crash, for checkpoints. `say` is told why `what` is done again.
        """
        about = {"stage": stage, "what": what or stage, "inputs": dict(inputs), "code": code_version()}
        name = f"{stage}-{key_of({'inputs': self._by_bytes(dict(inputs)), 'code': about['code']})}"
        done, work = self.root / "done" / name, self.root / "work" / name
        with self.lock(name):
            if not self.whole(done):
                for reason in self._why(done, about):
                    say(reason)
                if done.exists():
                    self.put_aside(done)
                self._make(done, work, about, make)
            if work.exists():
                shutil.rmtree(work, ignore_errors=True)
        return done

    def _make(self, done: Path, work: Path, about: dict[str, Any], make: Callable[[Path, Path], None]) -> None:
        """Make an entry in a private folder; rename it when every byte of it is on the disk."""
        out = work.with_name(f"{work.name}.out")
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        work.mkdir(exist_ok=True)
        outer, self._making = self._making, key_of(about["inputs"])
        try:
            make(out, work)
            made = self._finish(out, about)
        except Exception as error:
            if not _is_full(error):
                raise
            shutil.rmtree(out, ignore_errors=True)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.root)) from error  # not a fault of a model
        finally:
            self._making = outer
        out.rename(done)
        sync(done.parent)
        self.log(event="done", stage=about["stage"], key=done.name, out=made)

    def _finish(self, out: Path, about: dict[str, Any]) -> str:
        """Write the manifest; return the hash that stands for what was made."""
        files = {}
        for path in sorted(p for p in out.rglob("*") if p.is_file()):
            sync(path)
            files[str(path.relative_to(out))] = file_hash(path)
        for folder in [p for p in out.rglob("*") if p.is_dir()]:
            sync(folder)
        made = key_of({name: found for name, found in files.items() if name not in TOLD})
        with atomic(out / MANIFEST) as file:
            file.write(sealed({**about, "files": files, "out": made, "ledger": self.ledger.head()}))
        return made

    def whole(self, done: Path) -> bool:
        """Tell whether a folder is complete and has the bytes it had, and no others."""
        try:
            files = dict[str, str](_manifest(done)["files"])
            there = {str(p.relative_to(done)) for p in done.rglob("*") if not p.is_dir()}
            return there == {MANIFEST, *files} and all(file_hash(done / name) == files[name] for name in files)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _why(self, done: Path, about: dict[str, Any]) -> list[str]:
        """Say why an entry has to be made although something like it was made before."""
        if done.exists() or any(e.get("event") == "done" and e.get("key") == done.name for e in self.events()):
            return [harmed(about["what"], done.exists())]
        earlier = [m for m in self.manifests() if m.get("what") == about["what"]]
        earlier.sort(key=lambda m: m["ledger"][0])
        return reasons(about["what"], about, earlier)

    def put_aside(self, path: Path) -> None:
        """Move a damaged file or folder into the room for such."""
        places = (self.root / "aside" / f"{path.name}.{number}" for number in count(1))
        aside = next(p for p in places if not p.exists())
        path.rename(aside)
        self.log(event="aside", key=path.name, to=aside.name)

    def _by_bytes(self, value: Any) -> Any:
        """Put what was made in the place of the name of an entry: made anew with other bytes, it is another input."""
        if isinstance(value, Mapping):
            return {key: self._by_bytes(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._by_bytes(inner) for inner in value]
        if isinstance(value, str) and ENTRY.fullmatch(value):
            with suppress(OSError, ValueError, KeyError):
                return _manifest(self.root / "done" / value)["out"]
        return value

    def manifests(self) -> list[dict[str, Any]]:
        """Read what every entry was made from, those put aside too."""
        return list(_manifests(self.root))

    def lock(self, name: str) -> AbstractContextManager[int]:
        """Hold the kernel's lock of a name: it is freed even by kill -9."""
        return locked(self.root / "locks" / name, create=True)

    def log(self, **event: Any) -> None:
        """Append one event to the ledger, with what is being made."""
        self.ledger.append(event | ({"making": self._making} if self._making else {}))

    def events(self) -> list[dict[str, Any]]:
        """Read the ledger, oldest first; a torn line says nothing."""
        return self.ledger.events()

    def audit(self) -> list[str]:
        """Say where somebody else has written in the ledger."""
        return audit(self.root)


def audit(root: Path) -> list[str]:
    """Say where somebody else has written in the ledger of a store: every entry knows how it ended when it was made."""
    return Ledger(root / "ledger.jsonl").audit(Head(*m["ledger"]) for m in _manifests(root))


def _manifests(root: Path) -> Iterator[dict[str, Any]]:
    for path in sorted([*root.glob(f"done/*/{MANIFEST}"), *root.glob(f"aside/*/{MANIFEST}")]):
        with suppress(OSError, ValueError):
            found = _manifest(path.parent)
            if {"what", "inputs", "code", "files", "ledger"} <= found.keys():
                yield {**found, "name": path.parent.name.partition(".")[0]}


def _manifest(folder: Path) -> dict[str, Any]:
    return unsealed((folder / MANIFEST).read_bytes())


def _is_full(error: BaseException | None) -> bool:
    """Tell whether a full disk is behind an error; libraries say it in words of their own."""
    while error is not None:
        number = error.errno if isinstance(error, OSError) else None
        if number in (errno.ENOSPC, errno.EDQUOT) or os.strerror(errno.ENOSPC) in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
