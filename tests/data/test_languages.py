"""Scripts by the names that Unicode gives its characters; languages by sentences that anybody can read."""

from __future__ import annotations

import unicodedata
from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.data.languages import SCRIPTS, SHORT_WORDS, language, scripts

NAMES = {"CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana"} | {s.upper(): s for s in SCRIPTS[2:]}
SENTENCES = {
    "en": "The room was clean and we would stay there again.",
    "de": "Das Zimmer war sauber und wir kommen gerne wieder.",
    "fr": "La chambre était propre et nous reviendrons avec plaisir.",
    "es": "La habitación estaba limpia y volveremos con mucho gusto.",
    "it": "La camera era pulita e ci torneremo con piacere, anche per il mare.",
    "pt": "O quarto estava limpo e nós voltaremos com muito prazer.",
    "nl": "De kamer was schoon en we komen er graag nog een keer.",
    "sv": "Rummet var rent och vi kommer att bo här igen, det är säkert.",
    "da": "Værelset var rent, og vi kommer helt sikkert igen, når vi kan blive længere.",
    "pl": "Pokój był czysty i na pewno tu wrócimy, bo jest bardzo ładnie.",
    "tr": "Oda çok temiz ve biz buraya bir daha geleceğiz.",
    "id": "Kamar itu bersih dan kami akan datang ke sini lagi.",
    "vi": "Phòng rất sạch và chúng tôi sẽ trở lại với người nhà.",
    "zh": "房间很干净，我们还会再来。",
    "ja": "部屋はとても清潔で、また泊まりたいです。",
    "ko": "방이 깨끗해서 다시 오고 싶어요.",
    "ru": "Номер был чистый, мы ещё вернёмся.",
    "uk": "Кімната була чиста, і ми ще повернемося.",
    "ar": "كانت الغرفة نظيفة وسنعود مرة أخرى.",
    "fa": "اتاق تمیز بود و ما پس از چند روز برمی‌گردیم.",
    "he": "החדר היה נקי ונחזור שוב.",
    "hi": "कमरा साफ था और हम फिर आएंगे।",
    "th": "ห้องสะอาดและเราจะกลับมาอีก",
    "el": "Το δωμάτιο ήταν καθαρό και θα ξαναέρθουμε.",
}


def test_sentences_are_told_by_their_language() -> None:
    column = pl.Series("text", list(SENTENCES.values()))
    assert language(column).to_list() == list(SENTENCES)


@pytest.mark.parametrize("text", ["", "12 %", "😀😀", "Kubernetes", "xkq zzt brlm wug fep", None])
def test_what_tells_nothing_is_unknown(text: str | None) -> None:
    assert language(pl.Series([text], dtype=pl.String)).to_list() == ["unknown"]


def test_a_few_foreign_words_do_not_make_a_language() -> None:
    assert language(pl.Series(["今天 I am 很高兴，酒店 wifi 不错，房间 OK。"])).to_list() == ["zh"]
    assert language(pl.Series(["lorem " * 40 + "the"])).to_list() == ["unknown"]


def test_every_language_has_a_few_dozen_words_of_its_own() -> None:
    for words in SHORT_WORDS.values():
        assert 30 <= len(words.split()) <= 80 and len(set(words.split())) == len(words.split())


def by_name(text: str) -> set[str]:
    """The scripts that most letters are of, by the names of the characters; signs count as two letters."""
    count = Counter[str]()
    for c in text:
        if c.isalpha():
            script = NAMES.get(unicodedata.name(c, "").split(" ")[0].split("-")[0], "other")
            count[script] += 2 if script in ("han", "kana", "hangul") else 1
    most = max(count.values(), default=0)
    return {s for s, n in count.items() if n == most} or {"none"}


@given(st.lists(st.text(alphabet="aéß 1.好的ひカ한글жΩعשकก😀\n\u0301", max_size=12), max_size=6))
def test_scripts_are_those_of_the_characters_names(texts: list[str]) -> None:
    found = scripts(pl.Series(texts, dtype=pl.String)).to_list()
    assert len(found) == len(texts)
    for script, text in zip(found, texts, strict=True):
        assert script in by_name(text)


@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.sampled_from(list(SENTENCES.values()))), max_size=6))
def test_each_text_is_told_by_itself(texts: list[str | None]) -> None:
    whole = language(pl.Series(texts, dtype=pl.String)).to_list()
    assert whole == [language(pl.Series([t], dtype=pl.String)).item() for t in texts]
