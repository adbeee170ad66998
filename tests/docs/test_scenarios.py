"""The scenarios whose kind is built run as written; the others are refused for their kind alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from milepost.spec.yaml import parse
from milepost.tasks import kinds

from .reader import BIN, Block, blocks

TEXT = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
ROWS = 300
SECTIONS = {part.partition("\n")[0]: blocks(part) for part in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]}
RUN = {title for title, found in SECTIONS.items() if all(b.file for b in found)}


def kind_of(found: list[Block]) -> str:
    tree, _ = parse(found[-1].code, "product.yaml")
    return tree["task"]["kind"]


def grown(sample: pl.DataFrame) -> pl.DataFrame:
    """Many rows like the few of a sample: numbers in its range, words and whole labels from it, texts all different."""
    rng = np.random.default_rng(0)
    columns = {}
    for name, cells in sample.to_dict(as_series=True).items():
        known = cells.drop_nulls()
        if known.dtype == pl.String or name == "fraud":
            chosen = rng.choice(known.to_numpy(), ROWS).tolist()
            prose = known.dtype == pl.String and known.str.contains("[ ，]").all()
            columns[name] = [f"{cell} {i}" for i, cell in enumerate(chosen)] if prose else chosen
        else:
            drawn = rng.uniform(float(known.min()), float(known.max()), ROWS)
            columns[name] = drawn.round(0 if known.dtype.is_integer() else 2)
    return pl.DataFrame(columns)


@pytest.mark.parametrize("title", sorted(RUN))
def test_a_scenario_runs(title: str, tmp_path: Path) -> None:
    for block in SECTIONS[title]:
        (tmp_path / str(block.file)).write_text(block.code, "utf-8")
    table = next(tmp_path.glob("*.csv"))
    grown(pl.read_csv(table)).write_csv(table)
    done = subprocess.run(
        [BIN / "milepost", "run", "model=linear"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode in (0, 1), done.stderr  # random rows fail gates
    assert "deploy measures it" not in done.stdout


@pytest.mark.parametrize("title", sorted(SECTIONS.keys() - RUN))
def test_a_planned_scenario_is_refused_for_its_kind_alone(title: str, tmp_path: Path) -> None:
    (tmp_path / "product.yaml").write_text(SECTIONS[title][-1].code, "utf-8")
    done = subprocess.run([BIN / "milepost", "check"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    kind = kind_of(SECTIONS[title])
    assert done.returncode == 2 and done.stderr.count("fix:") == 1 and f"there is no kind `{kind}`" in done.stderr


def test_the_overview_is_the_page() -> None:
    """Every section has its line, which says whether its kind is built."""
    rows = re.findall(r"^\| \[(.+)\]\(#(.+)\) \| `(.+)` \| (\w+) \|$", TEXT, re.MULTILINE)
    assert [r[0] for r in rows] and {r[0] for r in rows} == set(SECTIONS)
    for title, anchor, kind, today in rows:
        assert anchor == re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        assert kind == kind_of(SECTIONS[title])
        assert today == ("runs" if kind in kinds() else "planned")
        assert (title in RUN) == (kind in kinds())
