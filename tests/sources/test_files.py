"""Paths, globs and folders: the files they name, in order; what is no file is one clear error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from milepost.errors import MilepostError
from milepost.sources.files import files_of, found, sides
from milepost.sources.read import opened

from .reading import refusal, seen

CSV = "a,b\n1,x\n"


def write(folder: Path, *names: str, text: str = CSV) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def names_of(source: str | Path, folder: Path) -> list[str]:
    return [str(p.relative_to(folder)) for p in files_of(source, folder)]


def test_files_of_paths_globs_and_folders(tmp_path: Path) -> None:
    write(tmp_path, "b.csv", "a.csv", "in/deep/c.csv", ".hidden/d.csv", ".e.csv")
    assert names_of("a.csv", tmp_path) == ["a.csv"]
    assert names_of("*.csv", tmp_path) == ["a.csv", "b.csv"]
    assert names_of("**/*.csv", tmp_path) == ["a.csv", "b.csv", "in/deep/c.csv"]
    assert names_of("in/*/?.csv", tmp_path) == ["in/deep/c.csv"]
    assert names_of(tmp_path / "in" / ".." / "a.csv", tmp_path) == ["in/../a.csv"]
    assert names_of(".", tmp_path) == ["a.csv", "b.csv"]
    assert names_of(".hidden/d.csv", tmp_path) == [".hidden/d.csv"]


def test_a_name_that_holds_glob_marks_is_a_name_first(tmp_path: Path) -> None:
    write(tmp_path, "a[1].csv", "my.data.v2.csv")
    assert names_of("a[1].csv", tmp_path) == ["a[1].csv"]
    assert seen(opened("my.data.v2.csv", tmp_path).parts[0]).rows == [("1", "x")]


def test_what_lies_beside_data_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "notes.md", "README.txt")
    files, beside = found(tmp_path)
    assert [p.name for p in files] == ["a.csv"]
    assert {Path(f.where).name for f in beside} == {"notes.md", "README.txt"}
    assert opened(tmp_path).parts[0].findings == beside


@pytest.mark.parametrize(
    ("source", "what", "fix"),
    [
        ("heart.csv", "there is no file `heart.csv`", "did you mean `hearts.csv`?"),
        ("*.parquet", "there are no data files in `*.parquet`", "put"),
        ("empty", "there are no data files in `empty`", "put"),
        ("gone/x.csv", "there is no file `gone/x.csv`", ""),
        ("notes.md", "`.md` is not a kind of file that can be read", "known: .arrow"),
        ("plain", "the name has no ending", "known: .arrow"),
        ("loop.csv", "`loop.csv` is a link that leads nowhere", "mend the link"),
        ("pipe.csv", "it is no file but a pipe", "write the data to a file first"),
        ("none.csv", "the file is empty", "name a file"),
        ("x" * 300 + ".csv", "the system refused", "check data.source"),
    ],
)
def test_what_is_no_file(tmp_path: Path, source: str, what: str, fix: str) -> None:
    write(tmp_path, "hearts.csv", "notes.md", "plain", "empty/notes.md")
    write(tmp_path, "none.csv", text="")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    error = refusal(source, tmp_path)
    assert what in error.what and fix in error.fix


def test_a_loop_of_folders_ends(tmp_path: Path) -> None:
    write(tmp_path, "in/a.csv")
    (tmp_path / "in" / "again").symlink_to(tmp_path)
    assert names_of("**/*.csv", tmp_path) == ["in/a.csv"]
    (tmp_path / "in" / "again").unlink()
    (tmp_path / "in" / "again").symlink_to("again")
    assert names_of("in", tmp_path) == ["in/a.csv"]


def test_no_permission_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, "a.csv")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        error = refusal("a.csv", tmp_path)
    assert (error.what, error.where, error.fix) == ("the file may not be read", "a.csv", "chmod +r a.csv")
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert refusal(tmp_path).what == "the file may not be read"


def test_a_folder_of_sides(tmp_path: Path) -> None:
    write(tmp_path, "train.csv", "test.csv", "dev.jsonl")
    assert {side: p.name for side, p in sides(".", tmp_path).items()} == {
        "train": "train.csv", "valid": "dev.jsonl", "test": "test.csv",
    }  # fmt: skip
    write(tmp_path, "by/train/1.csv", "by/test/1.csv")
    assert {side: p.name for side, p in sides("by", tmp_path).items()} == {"train": "train", "test": "test"}
    assert sides("train.csv", tmp_path) == {"all": "train.csv"}
    write(tmp_path, "flat/1.csv", "flat/2.csv")
    assert sides("flat", tmp_path) == {"all": "flat"}


@pytest.mark.parametrize(("other", "what"), [("more.csv", "lies beside a split"), ("train.jsonl", "both named after")])
def test_an_unclear_folder_of_sides(tmp_path: Path, other: str, what: str) -> None:
    write(tmp_path, "train.csv", "test.csv", other)
    with pytest.raises(MilepostError, match=what):
        sides(".", tmp_path)
