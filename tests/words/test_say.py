"""Messages in another language: found by their English, holes filled, what is unknown left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.words import say as room
from milepost.words.say import say

CATALOGUE = """# a comment

`{}` is missing in {} rows: {}
{1} 行缺少 `{0}`：{2}

run it again
再运行一次

{}: {}
{}：{}

a `{}` b
甲 `{}` 乙
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zh.txt").write_text(CATALOGUE, "utf-8")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "say.py"))
    room.catalogue.cache_clear()
    room._part.cache_clear()
    yield
    room.catalogue.cache_clear()
    room._part.cache_clear()


def test_holes_may_change_places_and_are_put_into_the_language_themselves() -> None:
    assert say("zh")("`age` is missing in 3 rows: run it again") == "3 行缺少 `age`：再运行一次"


def test_lines_keep_their_indent_and_unknown_words_stay() -> None:
    assert say("zh")("  run it again\nsomething else") == "  再运行一次\nsomething else"


def test_the_most_literal_message_wins() -> None:
    assert say("zh")("a `x` b") == "甲 `x` 乙"


def test_what_stands_in_backticks_is_somebodys_own_word() -> None:
    assert say("zh")("a `run it again` b") == "甲 `run it again` 乙"
    assert say("zh")("`run it again` is missing in 3 rows: run it again") == "3 行缺少 `run it again`：再运行一次"


def test_english_stays() -> None:
    assert say("en")("run it again") == "run it again"
