"""A path, a folder or a glob -> the files it names; a folder of train, valid and test files is a split."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError, did_you_mean
from milepost.sources.folders import documents
from milepost.sources.kinds import ENDINGS
from milepost.sources.packed import PACKED
from milepost.types import Finding

SIDES = {
    "train": ("train", "training"),
    "valid": ("valid", "val", "validation", "dev"),
    "test": ("test", "testing"),
}
PAPERS = ("readme", "license", "licence", "changelog", "notice")  # texts that lie beside data
MAGIC = "*?["
SPECIAL: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def files_of(source: str | Path, folder: Path = Path()) -> list[Path]:
    """List the files that a path, folder or glob names, in order of name; raise MilepostError if there are none."""
    return found(source, folder)[0]


def found(source: str | Path, folder: Path = Path()) -> tuple[list[Path], list[Finding]]:
    """List the files that `source` names, and what lies beside them and is not read."""
    path = folder / Path(source).expanduser()
    try:
        if not path.exists():
            if any(c in str(source) for c in MAGIC):
                return _or_none(_globbed(path), source), []
            raise _missing(source, path)
        if not path.is_dir():
            refuse_special(path)
            return [path], []
        inside = sorted(p for p in path.iterdir() if not p.name.startswith("."))
        files, beside = documents(path)
    except OSError as error:
        raise _refused(error, path) from error
    if not files:
        files = [p for p in inside if p.is_file() and is_data(p)]
        beside = [p for p in inside if p not in set(files) and not p.is_dir()]
    what = "it is of no kind that can be read, so it is left out"
    return _or_none(files, source), [Finding("ignored_file", str(p), what) for p in beside]


def is_data(path: Path) -> bool:
    """Return whether the name is that of a data file."""
    suffixes = [s.lower() for s in path.suffixes]
    if path.suffix.lower() == ".txt" and path.stem.lower() in PAPERS:
        return False
    return bool(suffixes) and (suffixes[-1] in ENDINGS or suffixes[-1] in PACKED)


def refuse_special(path: Path) -> None:
    """Raise MilepostError for a pipe, a socket or a device: opening one may wait for ever."""
    mode = path.stat().st_mode
    for is_such, name in SPECIAL:
        if is_such(mode):
            raise MilepostError(f"it is no file but {name}", str(path), "write the data to a file first")


def _globbed(path: Path) -> list[Path]:
    """List the files of a glob; links to folders are not followed, so that no loop is."""
    fixed = Path(path.anchor)
    parts = path.parts[1:] if path.anchor else path.parts
    at = next(i for i, part in enumerate(parts) if any(c in part for c in MAGIC))
    base, pattern = fixed.joinpath(*parts[:at]), "/".join(parts[at:])
    pattern += "/*" if parts[-1] == "**" else ""
    matches = base.glob(pattern) if base.is_dir() else iter(())
    seen = {p for p in matches if p.is_file()}
    return sorted(p for p in seen if not any(part.startswith(".") for part in p.relative_to(base).parts))


def _or_none(files: list[Path], source: str | Path) -> list[Path]:
    if not files:
        known = ", ".join(sorted(ENDINGS))
        raise MilepostError(f"there are no data files in `{source}`", "data.source", f"put {known} files there")
    return files


def _missing(source: str | Path, path: Path) -> MilepostError:
    if path.is_symlink():
        return MilepostError(f"`{source}` is a link that leads nowhere", "data.source", "mend the link")
    near = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    return MilepostError(f"there is no file `{source}`", "data.source", did_you_mean(path.name, near) if near else "")


def _refused(error: OSError, path: Path) -> MilepostError:
    if isinstance(error, PermissionError):
        return MilepostError("the file may not be read", str(path), f"chmod +r {path.name}")
    return MilepostError(f"the system refused: {error.strerror or error}", str(path)[:200], "check data.source")


def sides(source: Any, folder: Path = Path()) -> dict[str, Any]:
    """Return {"all": source}, or the sides of a folder of files or folders named train, valid and test."""
    path = folder / Path(source).expanduser() if isinstance(source, str | Path) else None
    try:
        if path is None or not path.is_dir():
            return {"all": source}
        inside = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    except OSError as error:
        raise _refused(error, Path(str(source))) from error
    files = [p for p in inside if p.is_file() and is_data(p)]
    folders = [p for p in inside if p.is_dir() and not p.name.startswith("__")]
    given = folders if not files or _are_beside(files, folders) else files
    named = [(side_of(p), p) for p in given]
    out = {side: p for side, p in named if side}
    if "train" not in out:
        return {"all": source}
    _refuse_mixed(named, path)
    return {side: out[side] for side in SIDES if side in out}


def _are_beside(files: Iterable[Path], folders: Iterable[Path]) -> bool:
    """Tell whether files are only notes, lists of words say, beside a training folder of texts by label."""
    notes = all(f.suffix.lower() == ".txt" and not side_of(f) for f in files)
    return notes and any(side_of(f) == "train" and documents(f)[0] for f in folders)


def side_of(path: Path) -> str:
    """Return the side of a split that a file or folder is named after, or nothing."""
    stem = path.name.split(".")[0].lower()
    return next((side for side, names in SIDES.items() if stem in names), "")


def _refuse_mixed(named: Iterable[tuple[str, Path]], path: Path) -> None:
    """Raise MilepostError where it is not clear which files are the split."""
    seen = dict[str, Path]()
    for side, one in named:
        if not side:
            raise MilepostError(
                f"`{one.name}` lies beside a split into train and test",
                str(path),
                "name the files: data.train and data.test, or one data.source",
            )
        if side in seen:
            raise MilepostError(
                f"`{seen[side].name}` and `{one.name}` are both named after {side}", str(path), "keep one of them"
            )
        seen[side] = one
