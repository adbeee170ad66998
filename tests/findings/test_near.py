"""Near duplicates: found where a slow loop finds them, in any alphabet, and said by side."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.findings.base import Look
from milepost.findings.near import NEAR, jaccard, notice_near, pairs, shingles

WORDS = [f"word{i}" for i in range(2000)]
HAN = [chr(c) for c in range(0x4E00, 0x4E00 + 2000)]


def slow(text: str) -> set[tuple[str, str]]:
    """Two neighbouring words, by another road."""
    words = re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff_]+", text.lower())
    return set(zip(["", *words], words, strict=False))


def look(train: pl.DataFrame, test: pl.DataFrame, rows: int = 0) -> Look:
    sides = {"train": train, "test": test}
    places = {s: np.arange(1, t.height + 1) for s, t in sides.items()}
    totals = {s: rows or t.height for s, t in sides.items()}
    return Look(sides, places, totals, {"text": "text", "label": "category"}, ("label",), ("text",))


def planted(vocabulary: list[str], joint: str, n: int = 600, length: int = 40) -> list[str]:
    """The first half is random; the second half changes two words of it."""
    rng = np.random.default_rng(1)
    words = [[str(w) for w in rng.choice(vocabulary, length)] for _ in range(n)]
    changed = [[*w[:10], "new", *w[11:-1], "end"] for w in words]
    return [joint.join(w) for w in words + changed]


@given(st.lists(st.text(st.sampled_from("aB1 ,.好的\n"), max_size=30), min_size=2, max_size=6))
def test_shingles_compare_as_a_slow_loop_compares(texts: list[str]) -> None:
    found = shingles(pl.Series(texts))
    left, right = (a.ravel() for a in np.indices((len(texts), len(texts))))
    expected = [
        len(slow(texts[i]) & slow(texts[j])) / max(1, len(slow(texts[i]) | slow(texts[j])))
        for i, j in zip(left, right, strict=True)
    ]
    assert jaccard(found, left, right).tolist() == expected


@pytest.mark.parametrize(("vocabulary", "joint"), [(WORDS, " "), (HAN, "")])
def test_planted_pairs_are_found_and_no_others(vocabulary: list[str], joint: str) -> None:
    texts = planted(vocabulary, joint)
    half = len(texts) // 2
    expected = {
        (i, i + half)
        for i in range(half)
        if len(slow(texts[i]) & slow(texts[i + half])) >= NEAR * len(slow(texts[i]) | slow(texts[i + half]))
    }
    left, right = pairs(pl.Series(texts))
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert len(expected) > 500
    assert found <= expected
    assert len(found) >= 0.97 * len(expected)


def test_boilerplate_stays_linear() -> None:
    left, right = pairs(pl.Series(["the same text again and again"] * 5000))
    assert len(left) < 10 * 5000
    assert set(right.tolist()) == set(range(1, 5000))


def test_sides_are_told_apart() -> None:
    base = " ".join(WORDS[:40])
    train = pl.DataFrame(
        {"text": [base, base.upper() + " !", " ".join(WORDS[50:70]), "", None], "label": [1, 0, 1, 0, 1]}
    )
    test = pl.DataFrame({"text": [base + " more", base, "nothing of the kind"], "label": [0, 1, 1]})
    found = {f.where: f for f in notice_near(look(train, test))}
    assert set(found) == {"column text", "test"}
    assert (found["column text"].count, found["column text"].rows) == (1, (2,))
    assert (found["test"].count, found["test"].rows, found["test"].severity) == (1, (1,), "warning"), (
        "a whole copy is left out"
    )


def test_a_sample_is_said_to_be_one() -> None:
    table = pl.DataFrame({"text": [" ".join(WORDS[:40]), " ".join(WORDS[:41])], "label": [1, 0]})
    assert "(among 2 of 1,000 rows)" in notice_near(look(table, table.head(0), 1000))[0].what


def test_nothing_is_found_where_nothing_is() -> None:
    empty = pl.DataFrame({"text": [None, None, ""], "label": [1, 0, 1]}, schema={"text": pl.String, "label": pl.Int64})
    assert notice_near(look(empty, empty.head(0))) == []
    assert notice_near(look(empty.head(0), empty.head(0))) == []


def test_real_texts(data: Path) -> None:
    texts = pl.read_csv(data / "reuters_r8" / "train.csv")["text"][:1500]
    sets = [slow(t) for t in texts]
    found = shingles(texts)
    left, right = (a.astype(np.int64) for a in np.triu_indices(300, 1))
    some = np.random.default_rng(0).choice(len(left), 300, replace=False)
    expected = [len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in zip(left[some], right[some], strict=True)]
    assert np.allclose(jaccard(found, left[some], right[some]), expected)
