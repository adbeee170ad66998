"""Terms and their weights, against scikit-learn's TfidfVectorizer."""

from __future__ import annotations

import re
import statistics
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from milepost.data import vocabulary
from milepost.data.grams import INSIDE_BIT, runs, words
from milepost.data.vocabulary import Vocabulary
from milepost.types import Array, Ragged

DOCS = [*filter(None, (f.__doc__ for _, f in sorted(vars(statistics).items()) if callable(f))), statistics.__doc__]
ENGLISH = [p for doc in DOCS for p in re.split(r"\n\s*\n", doc)]
TEXTS = st.lists(st.lists(st.sampled_from(["a", "Bee", "sea", "好", "您", ".", " "]), max_size=6).map("".join))


def texts(some: list[str | None]) -> pl.Series:
    return pl.Series(some, dtype=pl.String)


def dense(found: Vocabulary, *columns: pl.Series) -> Array:
    """[N, V], and that no text names a term twice."""
    encoded = found.encode(columns)
    term, weight = encoded["term"], encoded["weight"]
    assert isinstance(term, Ragged) and isinstance(weight, Ragged)
    assert term.values.dtype == np.int32 and weight.values.dtype == np.float32
    assert np.array_equal(term.offsets, weight.offsets)
    out = np.zeros((len(term), found.size), np.float32)
    for i in range(len(term)):
        assert len(set(term[i])) == len(term[i])
        out[i, term[i]] = weight[i]
    return out


def plain(text: str) -> str:
    return "".join(c if c.isalnum() else " " for c in text.lower())


def by_scikit_learn(inside: bool) -> TfidfVectorizer:
    usual: dict[str, Any] = {"sublinear_tf": True, "min_df": 2}
    if not inside:
        return TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", preprocessor=plain, **usual)
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), preprocessor=plain).build_analyzer()
    whole = re.compile(r" .* ")  # a word with both its ends: counted as a word
    return TfidfVectorizer(analyzer=lambda text: [g for g in grams(text) if not whole.fullmatch(g)], **usual)


@pytest.mark.parametrize("inside", [False, True], ids=["words", "characters"])
def test_weights_are_those_of_scikit_learn(inside: bool) -> None:
    assert len(ENGLISH) > 100
    found = Vocabulary.of([[texts(ENGLISH)]])
    mine = dense(found, texts(ENGLISH))[:, (found._keys & INSIDE_BIT) == inside]
    other = by_scikit_learn(inside).fit_transform(ENGLISH).toarray()
    assert mine.shape == other.shape
    np.testing.assert_allclose(mine @ mine.T, other @ other.T, atol=1e-5)
    np.testing.assert_allclose(np.sort(mine, 1), np.sort(other, 1), atol=1e-6)
    np.testing.assert_allclose(np.sort(mine.sum(0)), np.sort(other.sum(0)), atol=1e-4)


def test_new_texts_are_weighed_by_what_training_texts_said() -> None:
    old, new = ENGLISH[::2], ENGLISH[1::2]
    other = by_scikit_learn(inside=False).fit(old)
    found = Vocabulary.of([[texts(old)]])
    mine = dense(found, texts(new))[:, (found._keys & INSIDE_BIT) == 0]
    np.testing.assert_allclose(mine @ mine.T, (other.transform(new) @ other.transform(new).T).toarray(), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.integers(1, 4))
def test_how_texts_are_cut_does_not_matter(some: list[str], step: int) -> None:
    column = texts(some)
    whole = Vocabulary.of([[column]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "LEAST", 3)
        patch.setattr(vocabulary, "BLOCK", 8)
        cut = Vocabulary.of([column[i : i + step]] for i in range(0, len(column), step))
        parts = dense(cut, column)
    assert cut == whole
    np.testing.assert_array_equal(parts, dense(whole, column))
    alone = [dense(whole, column[i : i + 1])[0] for i in range(len(column))]
    np.testing.assert_allclose(parts, np.array(alone).reshape(parts.shape), rtol=1e-6)


def test_terms_of_one_text_alone_are_left_out() -> None:
    found = Vocabulary.of([[texts(["once once", "twice here", "here twice"])]])
    hashes, _ = runs(words(texts(["twice", "here"])))
    assert set(found._keys.tolist()) == set(hashes.tolist())


def test_the_commonest_terms_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "TERMS", 2)
    found = Vocabulary.of([[texts(["a b c", "b c", "d b", "c d", "a"])]])
    assert (dense(found, texts(["a", "b", "c", "d", "b c"])) > 0).sum(1).tolist() == [0, 1, 1, 0, 2]


def test_two_columns_share_no_term() -> None:
    one, two = texts(["sun", "sun", None, None]), texts([None, None, "sun", "sun"])
    found = Vocabulary.of([[one, two]])
    assert found.size == 2 * Vocabulary.of([[one]]).size
    out = dense(found, one, two)
    np.testing.assert_array_equal(out[:2] @ out[2:].T, 0)
    np.testing.assert_array_equal(dense(found, two, one), out[[2, 3, 0, 1]])


def test_nothing_is_known_of_empty_and_foreign_texts() -> None:
    found = Vocabulary.of([[texts(["good day", "a good day"])]])
    out = dense(found, texts(["", None, "?!", "\U0001f600", "zzz qqq", "good"]))
    assert not out[:5].any()
    np.testing.assert_allclose(np.square(out[5]).sum(), 2, rtol=1e-6)  # words and characters are of length 1 each


@pytest.mark.parametrize("some", [[], [""], [None, "?"], ["only once"]])
def test_texts_that_share_nothing_have_no_terms(some: list[str | None]) -> None:
    found = Vocabulary.of([[texts(some)]])
    assert found.size == 0
    assert dense(found, texts(["only once", ""])).shape == (2, 0)


def test_json_keeps_it() -> None:
    found = Vocabulary.of([[texts(ENGLISH[:20])]])
    assert Vocabulary.model_validate_json(found.model_dump_json()) == found
