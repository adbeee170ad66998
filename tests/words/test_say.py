"""Messages in another language: found by their English, names kept, words in holes put into the language, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.words import say as room
from milepost.words.say import HOLE, TEMPLATE, entries, listed, say

CATALOGUE = """# a comment

`{}` is missing in {} rows: {~}
{1} 行缺少 `{0}`：{2}

run it again
再运行一次

# a heading is `# `; a line that begins with #x is none

rows of {~} are {~}
{~}的行{~}

train
训练集

a `{}` b
甲 `{}` 乙

a `{}` b {} c
丙 `{}` 丁 {} 戊

{0}: {1}
{0}：{1}

{0}, {1}
{0}、{1}
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "zh.txt").write_text(CATALOGUE, "utf-8")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "say.py"))
    room.catalogue.cache_clear()
    yield
    room.catalogue.cache_clear()


@pytest.mark.usefixtures("small")
def test_holes_may_change_places_and_words_are_put_into_the_language() -> None:
    assert say("zh")("`age` is missing in 3 rows: run it again") == "3 行缺少 `age`：再运行一次"


@pytest.mark.usefixtures("small")
def test_a_name_stays_whatever_it_is_called() -> None:
    assert say("zh")("a `run it again` b") == "甲 `run it again` 乙"
    assert say("zh")("a `x` b train c") == "丙 `x` 丁 train 戊"
    assert say("zh")("`run it again` is missing in train rows: train") == "train 行缺少 `run it again`：训练集"


@pytest.mark.usefixtures("small")
def test_the_most_literal_message_wins_and_what_is_unknown_stays() -> None:
    assert say("zh")("a `x` b 7 c") == "丙 `x` 丁 7 戊"
    assert say("zh")("something else") == "something else"
    assert say("zh")("x: run it again") == "x: run it again"  # a template is no pattern


@pytest.mark.usefixtures("small")
def test_words_take_the_blanks_of_the_language() -> None:
    assert say("zh")("rows of train are `old`") == "训练集的行 `old`"
    assert say("zh")("rows of B are 7") == "B 的行 7"


@pytest.mark.usefixtures("small")
def test_templates_are_filled_by_who_shows_them() -> None:
    assert say("zh")("{0}: {1}").format("{x}", "y") == "{x}：y"
    assert listed(say("zh"), ["1,234", "{0}", "c"]) == "1,234、{0}、c"
    assert listed(say("en"), ["a", "b"]) == "a, b" and listed(say("en"), []) == ""


def test_english_stays() -> None:
    assert say("en")("run it again") == "run it again"


PATTERNS = [pair for pair in entries("zh") if HOLE.search(pair[0]) and not TEMPLATE.search(pair[0])]
names = st.text("ab年 `:,.{}~0%\n'\"()[]", max_size=12) | st.sampled_from(["train", "number", "{0}", "is missing in"])


@given(st.text(max_size=80) | st.text("`a: ,{}0~()%", max_size=60))
def test_nothing_is_too_odd_to_be_said(text: str) -> None:
    assert say("zh")(text) or not text


@given(st.sampled_from(PATTERNS), st.data())
def test_names_and_numbers_of_a_message_are_kept(pair: tuple[str, str], data: st.DataObject) -> None:
    holes = HOLE.findall(pair[0])
    held = [data.draw(st.integers(0, 10**7).map("{:,}".format)) for _ in holes]
    order = iter(held)
    whole = HOLE.sub(lambda _: next(order), pair[0])
    said = say("zh")(whole)
    figures = re.compile(r"\d[\d,.]*\d|\d")
    assert sorted(figures.findall(said)) == sorted(figures.findall(whole))


@given(names, names)
def test_what_stands_in_backticks_is_kept(one: str, two: str) -> None:
    said = say("zh")(f"the product in `{one}` is a linear model: it has no weights to go on from")
    assert f"`{one}`" in said and "linear" in said
    said = say("zh")(f"there is no column `{two}`")
    assert said == f"没有列 `{two}`"


def test_a_long_name_is_looked_through_once() -> None:
    """A name that looks like the message a thousand times makes it no slower: each part is sought from the left."""
    long = "`a` is missing in " * 1000
    assert say("zh")(f"there is no sheet `{long}`") == f"没有工作表 `{long}`"
    assert say("zh")(long) == long
