"""What several tests need: the kinds' examples, and the real data sets where they are at hand."""

from __future__ import annotations

import os
import runpy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import settings

from milepost.spec.load import load

if TYPE_CHECKING:
    from milepost.tasks.base import Task

settings.register_profile("house", deadline=None)  # no test asserts a time
settings.load_profile("house")

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "src" / "milepost" / "examples"
DATA = Path(os.environ.get("MILEPOST_DATA", ROOT.parent / "shared" / "data"))


@cache
def example(kind: str, folder: str) -> tuple[Task, pl.DataFrame]:
    """The task and the rows of a kind's example, as `milepost new` writes it."""
    from milepost.sources.read import read
    from milepost.tasks import find

    place = Path(folder)
    runpy.run_path(str(EXAMPLES / kind / "make.py"))["make"](place)
    (place / "product.yaml").write_text((EXAMPLES / kind / "product.yaml").read_text("utf-8"), "utf-8")
    spec = load(place / "product.yaml").spec
    assert spec.data.source is not None
    return find(kind).model_validate(dict(spec.task.options) | {"size": "tiny"}), read(spec.data.source, place)


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Task, pl.DataFrame]]:
    """The example of every kind."""
    from milepost.tasks import kinds

    return {kind: example(kind, str(tmp_path_factory.mktemp(kind))) for kind in kinds()}


@pytest.fixture
def data() -> Path:
    """The folder of real data sets; skips where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"the real data sets are not at {DATA}; set MILEPOST_DATA")
    return DATA


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-matrix", action="store_true", help="write the table of the READMEs (make matrix)")
