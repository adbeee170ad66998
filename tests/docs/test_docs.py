"""Every snippet of the documents runs and prints what the documents say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost import __version__
from milepost.spec.product import NOT_BUILT
from milepost.tasks import kinds

from .reader import Block, Reader, blocks, shows

ROOT = Path(__file__).parents[2]
RUN = ("README.md", "CONTRIBUTING.md", "docs/guide.md", "docs/text.md")
DOCUMENTS = sorted(p.relative_to(ROOT).as_posix() for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
SHOWN_ONLY = re.compile(r"(make|git|pip|docker) ")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    found = Reader(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("name", RUN)
def test_every_snippet_runs(name: str, reader: Reader) -> None:
    found = blocks(text_of(name))
    if any("curl" in b.code for b in found) and not shutil.which("curl"):
        pytest.skip("the document asks a server with curl, which is not here")
    assert found
    for block in found:
        reader.do(block)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_shown_only_installs_or_builds(name: str) -> None:
    for block in blocks(text_of(name)):
        if block.language == "console":
            assert all(SHOWN_ONLY.match(line) for line in block.code.splitlines()), f"line {block.line} is never run"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text_of(name)):
        assert (ROOT / name).parent.joinpath(target).exists(), f"{name} links to {target}"


def test_the_chinese_readme_has_the_same_snippets() -> None:
    def bare(name: str) -> list[tuple[str, str]]:
        return [(b.language, re.sub(r" *#.*", "", b.code)) for b in blocks(text_of(name))]

    assert bare("README.md") == bare("README.zh-CN.md")


def test_the_change_log_knows_this_version() -> None:
    assert f"## {__version__}" in text_of("CHANGELOG.md")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_kind_and_what_is_not_built(name: str) -> None:
    text = text_of(name)
    missing = {f"`{kind}`" for kind in kinds()} | {f"`{'.'.join(key)}`" for key in NOT_BUILT}
    assert not {m for m in missing if m not in text}
    assert text.count("<!-- matrix:begin -->") == text.count("<!-- matrix:end -->") == 1


def test_the_reader_can_fail(reader: Reader) -> None:
    assert shows("rmse 0.2846  [0.2, 0.3]\n", "rmse ... [0.2, 0.3]") and not shows("rmse 0.2846", "rmse 0.3")
    with pytest.raises(AssertionError, match="line 7"):
        reader.do(Block("sh", "milepost status", 7))
    with pytest.raises(ZeroDivisionError):
        reader.do(Block("python", "1 / 0", 1))
    reader.do(Block("python", "print('one')", 1))
    with pytest.raises(AssertionError, match="one"):
        reader.do(Block("text", "two", 2))
    with pytest.raises(ValueError, match="line 1"):
        blocks("```bash\nmilepost run\n```\n")
