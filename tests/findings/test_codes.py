"""Every code has its section in both languages, and what a section tells the reader to write can be written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from messages import codes

from milepost.columns.schema import ColumnWish
from milepost.errors import MilepostError
from milepost.findings.codes import explain, meaning, sections
from milepost.spec.product import Data
from milepost.spec.yaml import parse
from milepost.tasks import find

LINE = re.compile(r"`((?:data|columns|task): \{.*?\})`")
PLAIN = re.compile(r"`[^`]*`")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_a_section_and_every_section_a_use(lang: str) -> None:
    assert len(codes()) > 50
    assert set(sections(lang)) == codes()


def test_the_languages_say_the_same_in_the_same_order() -> None:
    assert list(sections("en")) == list(sections("zh"))
    for code, text in sections("en").items():
        other = sections("zh")[code]
        assert text.count("\n\n") == other.count("\n\n") == 1, f"{code}: what is seen and follows; what to do"
        assert sorted(LINE.findall(text)) == sorted(LINE.findall(other)), code


@pytest.mark.parametrize("line", sorted({line for text in sections().values() for line in LINE.findall(text)}))
def test_a_line_of_product_yaml_can_be_written(line: str) -> None:
    (section, keys), *_ = parse(line, "codes.md")[0].items()
    kind: Any = find("tabular-classification")
    if section == "columns":
        for wish in keys.values():
            ColumnWish.model_validate(wish)
    elif section == "data":
        Data.model_validate({"source": "a.csv", **keys})
    else:
        kind.model_validate({"target": "y", **keys})


def test_sections_are_short_and_chinese_is_chinese() -> None:
    for code, text in sections("en").items():
        assert 20 <= len(text.split()) <= 110, code
    for code, text in sections("zh").items():
        assert len(text) <= 260 and not re.search("[\u4e00-\u9fff][,;:?!()]", PLAIN.sub("`", text)), code
        assert not re.search("[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`%][\u4e00-\u9fff]", PLAIN.sub("`", text)), code


def test_a_code_is_explained_and_an_unknown_one_is_told_from_it() -> None:
    assert "filled in only when the answer is known" in explain("leak") and "# " not in explain("leak")
    assert explain("short_rows").endswith("nothing to do.")  # the last before a theme's heading, or near it
    assert meaning("leak", "zh").startswith("某一列") and "\n" not in meaning("leak")
    assert meaning("no_such_code") == ""
    with pytest.raises(MilepostError, match="there is no code `leek`") as error:
        explain("leek")
    assert error.value.fix == "did you mean `leak`?"


def test_no_section_holds_a_heading() -> None:
    assert not [code for lang in ("en", "zh") for code, text in sections(lang).items() if re.search(r"^#", text, re.M)]
