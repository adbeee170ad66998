"""Words and runs of them, against a slow count that keeps the strings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from milepost.data.grams import BLOCK, BY_THEMSELVES, INSIDE, INSIDE_BIT, blocks, runs, words

SIGNS = [*"abBéßİΣσς1_'-. \n\t\x00", "नम", "नमस्", "您", "好", "한국", "カ", "ไทย", "ب", "😀", "👩\u200d👧", "\u0301"]
TEXTS = st.lists(st.one_of(st.none(), st.lists(st.sampled_from(SIGNS), max_size=14).map("".join)), max_size=5)


def slow_words(text: str | None) -> list[str]:
    """Runs of letters and digits in lower case; a sign of a script without spaces, or beyond the basic plane, alone."""
    out, run = list[str](), ""
    for sign in (text or "").lower() + " ":
        alone = ord(sign) > 0xFFFE or any(low <= ord(sign) <= high for low, high in BY_THEMSELVES)
        if sign.isalnum() and not alone:
            run += sign
            continue
        out += [run] if run else []
        out += [sign] if alone and (sign.isalnum() or ord(sign) > 0xFFFE) else []
        run = ""
    return out


def is_alone(word: str) -> bool:
    return len(word) == 1 and (ord(word) > 0xFFFE or any(low <= ord(word) <= high for low, high in BY_THEMSELVES))


def slow_runs(text: str | None) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Whether it is inside a word, and what it is."""
    found = slow_words(text)
    yield from ((False, (word,)) for word in found)
    yield from ((False, pair) for pair in pairwise(found))
    yield from ((False, t) for t in zip(found, found[1:], found[2:], strict=False) if all(map(is_alone, t)))
    for word in (w for w in found if not is_alone(w)):
        ends = f"<{word}>"  # neither sign is a letter
        yield from ((True, (ends[i : i + n],)) for n in INSIDE if len(ends) > n for i in range(len(ends) - n + 1))


def spread(counts: list[Counter]) -> Counter:
    """How often each term is in each text, whatever the term is called."""
    rows = defaultdict[object, list[int]](lambda: [0] * len(counts))
    for i, count in enumerate(counts):
        for term, n in count.items():
            rows[term][i] = n
    return Counter(tuple(row) for row in rows.values())


def hashed(texts: list[str | None], inside: bool) -> list[Counter]:
    hashes, owner = runs(words(pl.Series(texts, dtype=pl.String)))
    of = (hashes & INSIDE_BIT) == inside
    return [Counter(hashes[of & (owner == i)].tolist()) for i in range(len(texts))]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
@example(["abc", "ABC abc", "ab c", "a bc", "", None])
@example(["您好您", "您好", "好您", "您 好 您", "a您好"])
def test_texts_share_a_hash_if_and_only_if_they_share_the_term(texts: list[str | None]) -> None:
    for inside in (False, True):
        slow = [Counter(term for is_inside, term in slow_runs(text) if is_inside == inside) for text in texts]
        assert spread(hashed(texts, inside)) == spread(slow)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_words_are_found_where_they_stand(texts: list[str | None]) -> None:
    found = words(pl.Series(texts, dtype=pl.String))
    joined = "".join(f"{(t or '').lower()}\n" for t in texts)
    said = [joined[a:b] for a, b in zip(found.starts, found.stops, strict=True)]
    assert [said[a:b] for a, b in pairwise(found.offsets)] == [slow_words(t) for t in texts]
    assert found.alone.tolist() == [is_alone(word) for word in said]


@settings(max_examples=50, deadline=None)
@given(TEXTS.filter(len))
def test_a_text_is_hashed_alike_wherever_it_stands(texts: list[str | None]) -> None:
    for inside in (False, True):
        assert hashed(texts, inside) == [hashed([text], inside)[0] for text in texts]


def test_a_line_longer_than_a_block_is_hashed_as_its_words_are() -> None:
    line = "one two three " * (BLOCK // 10)
    (long,), (short,) = hashed([line], inside=False), hashed(["one two three one"], inside=False)
    assert long.keys() == short.keys()
    assert sorted(long.values()) == [BLOCK // 10 - 1, *[BLOCK // 10] * 5]


def test_a_hundred_thousand_words_have_as_many_hashes() -> None:
    """Of 64 bits spread evenly, a pair agrees once in 4 billion such lists; of 32 bits, here."""
    texts = pl.Series([f"{i:x}" for i in range(100_000)])
    found = words(texts).hashes
    assert len(np.unique(found)) == len(found) == 100_000
    ones = np.unpackbits(found.view(np.uint8).reshape(-1, 8), axis=1).mean(0)
    assert (np.abs(ones - 0.5) < 0.01).all()


@pytest.mark.parametrize("lengths", [[], [0], [BLOCK] * 3, [3 * BLOCK], [10, BLOCK, 10], [BLOCK // 3] * 8])
def test_blocks_are_the_texts_in_order_none_larger_than_it_must_be(lengths: list[int]) -> None:
    texts = pl.Series(["a" * n for n in lengths], dtype=pl.String)
    parts = list(blocks(texts))
    assert [t for part in parts for t in part] == texts.to_list()
    assert all(len(part) == 1 or part.str.len_chars()[:-1].sum() < BLOCK for part in parts)
    assert all(part.str.len_chars().sum() > 0 for part in parts) or lengths == [0]
