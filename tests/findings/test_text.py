"""What is odd about texts is said with the rows that are so, and nothing is said of texts that are sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.findings.base import Look
from milepost.findings.text import LONG, mangled, notice_texts
from milepost.types import Finding

ALWAYS = {"text_lengths", "languages"}
SENTENCE = "room food staff clean dirty noisy quiet cheap great poor warm cold the a of it was is and"
WORDS = SENTENCE.split()


def plain(rows: int = 60) -> list[str]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, 8)) for _ in range(rows)]


def noticed(texts: list[str | None]) -> dict[str, Finding]:
    table = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String), "y": "a"})
    rows = {"train": np.arange(1, len(texts) + 1)}
    look = Look({"train": table}, rows, {"train": len(texts)}, {"text": "text"}, ("y",), ("text",), texts=("text",))
    return {f.code: f for f in notice_texts(look)}


def test_sound_texts_are_told_by_language_and_length_alone() -> None:
    found = noticed([*plain(), "这家酒店很好。", "Čeština: příliš žluťoučký kůň, «ÀÉÎ» São João — naïve! 3 < 5 & 7"])
    assert set(found) == ALWAYS and {f.severity for f in found.values()} == {"info"}
    sizes = [len(t) for t in plain()]
    assert f"half up to {sorted(sizes)[30]:,} characters" in found["text_lengths"].what
    assert ": en 9" in found["languages"].what and "zh 2%" in found["languages"].what


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_texts"),
        (None, "empty_texts"),
        (" \t\u200b<br/>&nbsp;", "empty_texts"),
        ("😀 👍🏽 !!!", "wordless_texts"),
        ("a clichÃ© of a film", "mojibake"),
        ("ä½\xa0å¥½ was written", "mojibake"),
        ("it costs 5 â‚¬ now", "mojibake"),
        ("lost \ufffd letters", "mojibake"),
        ("锟斤拷锟斤拷", "mojibake"),
        ("NUL \x00 here", "control_characters"),
        ("turned \u202e round", "control_characters"),
        ("p\u0430ypal wants your card", "mixed_scripts"),
        ("good<br /><br />film", "html_in_text"),
        ("Tom &amp; Jerry", "html_in_text"),
        ("look at https://x.org", "web_addresses"),
        ("write to ann@x.org", "email_addresses"),
        ("word " * (LONG // 5 + 1), "very_long_texts"),
    ],
)
def test_what_is_odd_is_said_with_its_rows(text: str | None, code: str) -> None:
    found = noticed([*plain(), text, *plain(3)])
    assert code in found
    assert (found[code].where, found[code].count, found[code].rows) == ("column text", 1, (61,))


@pytest.mark.parametrize(
    "texts",
    [
        [f"A-{i:05d}" for i in range(100)],
        [f"{i}" for i in range(100)],
        [f"{i / 7:.3f}" for i in range(100)],
        [f"{i * 2654435761:032x}" for i in range(100)],
    ],
)
def test_ids_are_no_texts(texts: list[str]) -> None:
    assert noticed(texts)["text_is_id"].severity == "warning"


def test_short_words_and_repeated_codes_are_no_ids() -> None:
    assert "text_is_id" not in noticed([f"{WORDS[i % 19]}{WORDS[i % 17]}" for i in range(100)])
    assert "text_is_id" not in noticed([f"E{i % 7}" for i in range(100)])
    assert "constant_column" in noticed(["the same"] * 50)


@given(st.text(st.characters(min_codepoint=0xA1, max_codepoint=0x9FFF, exclude_categories=["C", "Z"]), min_size=2))
def test_bytes_of_utf_8_that_are_read_as_another_are_known(text: str) -> None:
    wrong = text.encode().decode("latin-1")
    assert mangled(pl.Series([wrong])).all()


def test_western_letters_beside_signs_are_sound() -> None:
    sound = ["«\xa0été\xa0»—déjà", "NÃO, SÃO", "ÎLE «ÀÉÎ»", "“é”…", "Ärger–Ü€", "50 °C ± 2 µm ½ ©®™", "Ö·Ü", "¿Qué?"]
    assert not mangled(pl.Series(sound)).any()


@pytest.mark.parametrize(
    ("name", "column"), [("trec", "text"), ("chnsenticorp_hotel", "review"), ("reuters_r8", "text")]
)
def test_real_texts_raise_no_warning(data: Path, name: str, column: str) -> None:
    found = noticed(pl.read_csv(data / name / "train.csv")[column].to_list())
    assert not [f for f in found.values() if f.severity != "info"] and set(found) >= ALWAYS


def test_garbled_letters_in_real_reviews_are_seen(data: Path) -> None:
    texts = pl.read_csv(data / "sst2" / "train.csv")["text"].to_list()
    assert noticed(texts)["mojibake"].count >= sum("Ã©" in t for t in texts) > 50
