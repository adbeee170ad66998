"""Which files of a source are texts or e-mails of one row each, and not tables."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from milepost.sources.kinds import ENDINGS
from milepost.sources.packed import PACKED
from milepost.sources.text import plain_text, read_fully

MAILS = (".eml", ".mbox")
BARE = re.compile(r"(\.[0-9a-f]*)?")  # names of old collections: 49960, 00001.7c53336b
HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z-]*:[ \t][^\n]*\n(?:[ \t][^\n]*\n)*){3}")  # three lines of an e-mail's header
LOOKED, HEAD = 20, 1 << 13  # files that tell what all are, and bytes of each
CELLS = re.compile(r"[\t,;|]")


def is_document(path: Path) -> bool:
    """Tell whether a file among the folders of labels may be a text or an e-mail by its name."""
    ending = path.suffix.lower()
    return ending in (".txt", *MAILS) or BARE.fullmatch(ending) is not None


def documents(folder: Path) -> tuple[list[Path], list[Path]]:
    """List the texts and e-mails in the sub-folders of a folder, and what else is there; nothing where tables are."""
    inside = [p for p in sorted(folder.iterdir()) if not p.name.startswith((".", "__"))]
    labels = [p for p in inside if p.is_dir()]
    beside = [p for p in inside if not p.is_dir()]
    tables = [p for p in beside if _is_table(p)]
    if tables and (len(labels) < 2 or any(p.suffix.lower() != ".txt" for p in tables)):
        return [], []
    every = [p for label in labels for p in _below(label)]
    if any(_is_table(p) and not is_document(p) for p in every):
        return [], []
    found = [p for p in every if is_document(p)]
    return (found, [*beside, *(p for p in every if not is_document(p))]) if found else ([], [])


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in (*ENDINGS, *PACKED)


def _below(folder: Path) -> list[Path]:
    """List the files below a folder, in order; links to folders are not followed."""
    out = list[Path]()
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        out += [Path(at, f) for f in sorted(files) if not f.startswith(".")]
    return out


def labels_of(files: Sequence[Path], root: Path) -> dict[Path, str]:
    """Return what mailboxes hold: by the folder that they are in, or by their names where there are several."""
    out = {f: f.relative_to(root).parts[0] for f in files}
    return {f: Path(label).stem for f, label in out.items()} if len(files) > 1 else {}


def root_of(files: Sequence[Path]) -> Path:
    """Return the folder that holds all files."""
    return Path(os.path.commonpath([f.parent for f in files]))


def are_documents(files: Sequence[Path]) -> bool:
    """Tell whether files are a row each: e-mails, or texts whose first lines have little in common, as headers have."""
    endings = {f.suffix.lower() for f in files}
    if len(files) < 2 or not all(is_document(f) for f in files) or endings == {".mbox"}:
        return False
    if endings != {".txt"}:
        return True
    first, *others = [_first_cells(f) for f in spread(files)]
    return not all(2 * len(first & o) > len(first) for o in others)


def are_mails(files: Sequence[Path]) -> bool:
    """Tell whether documents are e-mails, by their names or by how most of them begin."""
    endings = {f.suffix.lower() for f in files}
    if endings & {*MAILS}:
        return True
    some = spread(files)
    return endings != {".txt"} and 2 * sum(HEADER.match(_head(f)) is not None for f in some) > len(some)


def spread(files: Sequence[Path]) -> list[Path]:
    """Return a few files, from the first to the last."""
    return [files[i * (len(files) - 1) // (LOOKED - 1)] for i in range(LOOKED)] if len(files) > LOOKED else list(files)


def _first_cells(path: Path) -> set[str]:
    line = next((t for t in _head(path).splitlines() if t.strip()), b"")
    return {cell.strip(' "') for cell in CELLS.split(line.decode("utf-8", "replace"))}


def _head(path: Path) -> bytes:
    with suppress(OSError), path.open("rb") as file:  # it is said where all of it is read
        return read_fully(plain_text(file)[0], HEAD)
    return b""
