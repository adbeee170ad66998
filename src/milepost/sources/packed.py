"""gzip, zstd and zip: one data file, unpacked as it is read, and never onto the disk."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, NamedTuple, cast

from milepost.errors import MilepostError

PACKED = (".gz", ".zst", ".zip")
STEP = 1 << 10  # bytes of zstd that are unpacked at once: none becomes more than 32 MB
RATIO = 200  # times that a file may grow ...
FREE = 1 << 30  # ... once it is larger than this, in bytes
INSTALL = "pip install 'milepost[data]'"


class Stream(NamedTuple):
    """Bytes that can be read from the start as often as needed."""

    name: str  # as the user knows it: data.csv, data.csv.gz, all.zip/data.csv
    ending: str  # of what is inside: .csv
    size: int  # bytes in all, once unpacked; 0 = not known
    open: Callable[[], BinaryIO]
    path: Path | None = None  # of a file that is not packed
    packing: str = ""  # .gz, .zst or .zip, by its bytes
    outer: str = ""  # the ending of the file that holds it: .gz


def stream(path: Path, name: str, magic: bytes) -> Stream:
    """Open a file, packed or not; raise MilepostError for an archive of no file, of several or of a dangerous one."""
    ending, packing = path.suffix.lower(), _packing(path, name, magic)
    if not packing:
        return Stream(name, ending, path.stat().st_size, lambda: path.open("rb"), path)
    if packing == ".zip":
        return _member(path, name)
    inner = Path(path.stem).suffix.lower() if ending in PACKED else ending
    size, unpack = (_gzip_size(path), _gzip) if packing == ".gz" else (0, _zstd)
    return Stream(name, inner, size, lambda: _guarded(unpack(path, name), path, name), None, packing, ending)


def _packing(path: Path, name: str, magic: bytes) -> str:
    if magic.startswith(b"\x1f\x8b"):
        return ".gz"
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return ".zst"
    ending = path.suffix.lower()
    if magic.startswith(b"PK") and not (ending in (".xlsx", ".xlsb", ".ods") or _is_book(path)):
        return ".zip"
    if ending in PACKED:
        fix = "rename it after what it is, or pack it anew"
        raise MilepostError(f"it is named `{ending}` but is not packed so", name, fix)
    return ""


def _is_book(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names or "content.xml" in names


def _gzip_size(path: Path) -> int:
    """Return what the trailer says, where that can be true."""
    packed = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, packed - 4))
        said = int.from_bytes(file.read(4), "little")
    return said if packed < said < packed * RATIO else 0


def _gzip(path: Path, name: str) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb"))


def _zstd(path: Path, name: str) -> IO[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise MilepostError("zstd needs another package", name, INSTALL) from error
    return cast(IO[bytes], _Zstd(path.open("rb"), zstandard.ZstdDecompressor()))


class _Zstd(io.RawIOBase):
    """Frames of zstd; EOFError where the last is cut short, of which zstandard's own reader says nothing."""

    def __init__(self, file: BinaryIO, frames: Any) -> None:
        self._file, self._frames, self._rest = file, frames, b""
        self._frame: Any = None

    def read(self, size: int = -1) -> bytes:
        """Return what comes out of the next few bytes; nothing at the end."""
        while True:
            raw = self._rest or self._file.read(STEP)
            if not raw:
                if self._frame is not None:
                    raise EOFError
                return b""
            self._frame = self._frame or self._frames.decompressobj()
            out = self._frame.decompress(raw)
            self._rest = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
            if out:
                return bytes(out)

    def close(self) -> None:
        self._file.close()
        super().close()


def _member(path: Path, name: str) -> Stream:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not _is_noise(i)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise MilepostError("the zip is broken or cut short", name, "copy or pack it anew") from error
    for info in infos:
        if _escapes(info.filename):
            raise MilepostError(
                f"the zip holds `{info.filename[:80]}`, which points outside of it", name, "pack the data file alone"
            )
    if len(infos) != 1:
        names = ", ".join(i.filename for i in infos[:5])
        raise MilepostError(
            f"the zip holds {len(infos):,} files: {names}" if infos else "the zip holds no file",
            name,
            "pack one data file, or unpack them and name the folder",
        )
    info = infos[0]
    inner = PurePosixPath(info.filename)
    full = f"{name}/{inner.name}"
    if info.flag_bits & 1:
        raise MilepostError("the zip is encrypted", name, "unpack it and name the file inside")
    if info.file_size > max(FREE, RATIO * path.stat().st_size):
        raise bomb(name)
    unpacked = lambda: _guarded(_opened(path, info, name), path, full)  # noqa: E731
    return Stream(full, inner.suffix.lower(), info.file_size, unpacked, None, ".zip", path.suffix.lower())


def _is_noise(info: zipfile.ZipInfo) -> bool:
    inner = PurePosixPath(info.filename)
    return info.is_dir() or "__MACOSX" in inner.parts or (inner.name.startswith(".") and not _escapes(info.filename))


def _escapes(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or plain[1:2] == ":"


def _opened(path: Path, info: zipfile.ZipInfo, name: str) -> IO[bytes]:
    try:
        return zipfile.ZipFile(path).open(info)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        raise MilepostError("the zip is broken or cut short", name, "copy or pack it anew") from error


def _guarded(inner: IO[bytes], path: Path, name: str) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Guarded(inner, path, name), 1 << 18))


def bomb(name: str) -> MilepostError:
    """Say that an archive is not unpacked."""
    return MilepostError(
        f"it unpacks to more than {RATIO} times its size and more than 1 GiB: a zip bomb",
        name,
        "unpack it yourself if it is meant",
    )


class _Guarded(io.RawIOBase):
    """A stream that is broken, cut short or a bomb is a MilepostError."""

    def __init__(self, inner: IO[bytes], path: Path, name: str) -> None:
        self._inner, self._name, self._given, self._rest = inner, name, 0, b""
        self._limit = max(FREE, RATIO * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = self._more(len(buffer))
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def _more(self, size: int) -> bytes:
        try:
            got = self._inner.read(size)
        except MilepostError:
            raise
        except Exception as error:  # gzip, zipfile, zlib and zstandard have many, some of their own
            raise MilepostError("it is broken or cut short", self._name, "copy or pack it anew") from error
        self._given += len(got)
        if self._given > self._limit:
            raise bomb(self._name)
        return got

    def close(self) -> None:
        self._inner.close()
        super().close()
