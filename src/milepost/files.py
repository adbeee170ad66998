"""Files that are whole: hashed, sealed, and written so that a crash leaves the old one or the new one."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, BinaryIO

SEAL = "seal"  # key of a JSON object: the hash of all its others


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()


def key_of(value: Any) -> str:
    """Return 16 hex digits that stand for a JSON value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sealed(content: Mapping[str, Any], indent: int | None = None) -> bytes:
    """Write an object as JSON that tells by itself whether it was changed."""
    plain = json.loads(json.dumps(content, default=str))  # as it will be read
    text = json.dumps(plain | {SEAL: key_of(plain)}, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "surrogatepass")


def unsealed(data: bytes) -> dict[str, Any]:
    """Read what `sealed` wrote, or JSON from before there were seals; raise ValueError if it was changed."""
    found = json.loads(data.decode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        raise ValueError("no object")
    seal = found.pop(SEAL, None)
    if seal not in (None, key_of(found)):
        raise ValueError("changed after it was written")
    return found


def sync(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, create: bool = False) -> Iterator[int]:
    """Hold the kernel's lock of a file or folder, freed even by kill -9; give its handle."""
    mode = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
    while True:
        handle = os.open(path, mode | os.O_CLOEXEC, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _names(path, handle):
            break
        os.close(handle)  # whoever held it has renamed or removed it
    try:
        yield handle
    finally:
        os.close(handle)


def _names(path: Path, handle: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that takes the place of `path` once it is complete and on the disk.

    What a crash leaves behind is one `.part`, which the next writer takes over.
    """
    part = path.with_name(f".{path.name}.part")
    with locked(part, create=True) as handle:
        try:
            os.truncate(handle, 0)
            with os.fdopen(os.dup(handle), "wb") as file:
                yield file
                file.flush()
                os.fsync(handle)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    sync(path.parent)


def write(path: Path, data: bytes) -> None:
    """Write a file at once; leave it alone where it holds these very bytes."""
    if not path.is_file() or path.read_bytes() != data:
        with atomic(path) as file:
            file.write(data)


def copy(source: Path, path: Path) -> None:
    """Copy a file at once; leave `path` alone where it holds these very bytes."""
    if path.is_file() and file_hash(path) == file_hash(source):
        return
    with source.open("rb") as read, atomic(path) as file:
        while block := read.read(1 << 20):
            file.write(block)
