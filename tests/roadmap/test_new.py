"""What a new roadmap is made of: the kind, the texts and what stands beside them, read from the data."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from milepost.errors import MilepostError
from milepost.roadmap.new import new
from milepost.spec.yaml import parse

WORDS = ("late", "parcel", "broken", "box", "kind", "answer", "phone", "refund", "money", "wrong", "size", "colour")
ROWS = 240


def table(**more: Any) -> pl.DataFrame:
    """Texts of a few words each, all different, and whether somebody complains."""
    rng = random.Random(0)
    texts = [f"{' '.join(rng.choices(WORDS, k=7))} {i}" for i in range(ROWS)]
    return pl.DataFrame({"said": texts, "complains": ["yes" if i % 3 else "no" for i in range(ROWS)], **more})


def task(tmp_path: Path, data: pl.DataFrame, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the task of the product.yaml that is written, and what is said of it."""
    data.write_csv(tmp_path / "rows.csv")
    found = new(options.pop("kind", None), tmp_path, tmp_path / "rows.csv", options.pop("target", None))
    tree, _ = parse((tmp_path / "product.yaml").read_text("utf-8"), "product.yaml")
    return tree["task"], found["inferred"]


def test_texts_and_few_classes_are_text_classification(tmp_path: Path) -> None:
    found, said = task(tmp_path, table())
    assert found == {"kind": "text-classification", "text": "said", "target": "complains"}
    assert any("holds texts" in s for s in said)


def test_the_target_is_no_text_though_it_comes_last(tmp_path: Path) -> None:
    assert task(tmp_path, table().select("complains", "said"))[0]["target"] == "complains"


def test_what_stands_beside_is_read_but_for_what_gives_the_answer_away(tmp_path: Path) -> None:
    more = {
        "stars": [random.Random(i).randint(1, 9) * 0.5 for i in range(ROWS)],
        "shop": [f"shop {random.Random(i).randint(0, 4)}" for i in range(ROWS)],
        "code": [("B1", "A1", "A2")[i % 3] for i in range(ROWS)],  # determines the answer
        "row": list(range(ROWS)),
    }
    found, said = task(tmp_path, table(**more), target="complains")
    assert found["features"] == ["stars", "shop"]
    assert [s for s in said if "without `code`" in s]


def test_what_the_answer_determines_is_left_out_too(tmp_path: Path) -> None:
    """The group of a class is no news of the text."""
    coarse = table(fine=[f"class {i % 6}" for i in range(ROWS)], coarse=[f"group {i % 6 // 2}" for i in range(ROWS)])
    assert "features" not in task(tmp_path, coarse.drop("complains"), target="fine")[0]


def test_few_rows_offer_nothing_beside(tmp_path: Path) -> None:
    rows = table(stars=[i % 5 for i in range(ROWS)]).head(29)
    found, said = task(tmp_path, rows, kind="text-classification", target="complains")
    assert found == {"kind": "text-classification", "text": "said", "target": "complains"}
    assert any("so few rows" in s for s in said)


def test_two_columns_of_texts_are_read_and_of_three_the_longest(tmp_path: Path) -> None:
    one = table()["said"]
    assert task(tmp_path, table(reply=one.str.to_uppercase()), target="complains")[0]["text"] == ["said", "reply"]
    (tmp_path / "product.yaml").unlink()
    three = table(reply=one.str.to_uppercase(), mail="we said: " + one)
    assert task(tmp_path, three, target="complains")[0]["text"] == "mail"


@pytest.mark.parametrize(("target", "kind"), [("minutes", "tabular-regression"), ("said", "tabular-classification")])
def test_texts_do_not_make_numbers_or_names_to_classes(tmp_path: Path, target: str, kind: str) -> None:
    assert task(tmp_path, table(minutes=[i * 0.5 for i in range(ROWS)]), target=target)[0]["kind"] == kind


def test_a_kind_of_texts_needs_a_column_of_them(tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="no column of texts"):
        task(tmp_path, pl.DataFrame({"a": range(50), "y": [0, 1] * 25}), kind="text-classification")


def test_a_folder_of_texts_by_label(tmp_path: Path) -> None:
    for i, (said, complains) in enumerate(table().rows()):
        file = tmp_path / "texts" / complains / f"{i}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said)
    new(None, tmp_path / "out", tmp_path / "texts")
    tree, _ = parse((tmp_path / "out" / "product.yaml").read_text("utf-8"), "product.yaml")
    assert tree["task"] == {"kind": "text-classification", "text": "text", "target": "label"}
