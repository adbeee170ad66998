"""Texts as tokens: of a pretrained model's own tokenizer, or of byte pairs learned here (Sennrich et al. 2016).

Shape letters: N texts, M windows, T tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np
import polars as pl
from pydantic import BaseModel

from milepost.data.asset import Asset
from milepost.data.windows import filled, heads, joined, repeated, windows
from milepost.errors import MilepostError
from milepost.types import Array, Columns, Ragged

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 512  # tokens of a window, at most: what a network reads at once
MOST = 8  # windows of a text; what is longer is cut off
CHARACTERS = 16  # of a token, at most, in a text that is not looked at to its end
COVERED = 0.99  # share of the training texts that one window holds, if it may be as long
SLICE = 4096  # texts that are tokenized at once
PAIRS = 8_000, 16_000  # byte pairs learned from few texts and from many
MANY = 20_000
OPEN, CLOSE = "[CLS]", "[SEP]"


class Frame(NamedTuple):
    """What a tokenizer puts around one text, or around and between two."""

    before: list[int]
    between: list[int]
    after: list[int]
    types: tuple[list[int], int, list[int], int, list[int]]  # of before, first text, between, second text, after


class Tokens(BaseModel):
    """A tokenizer, and how long a stretch of a text is read at once."""

    kind: Literal["tokens"] = "tokens"
    tokenizer: Asset  # tokenizer.json
    pair: bool
    window: int  # tokens, special ones included
    longer: int  # training texts, among those looked at, that one window does not hold
    cut: int  # of them, those that all windows do not hold
    looked: int
    config: dict[str, Any] | None = None  # of the pretrained network; None: one from scratch

    @classmethod
    def of(
        cls, content: bytes, batches: Iterable[Sequence[pl.Series]], longest: int, config: dict[str, Any] | None = None
    ) -> Self:
        """Take a tokenizer.json, and choose the window by the lengths of training texts; `longest` is its limit."""
        counts, pair = np.zeros(1, np.int64), False
        start = cls(
            tokenizer=Asset(file="tokenizer.json", content=content), pair=False, window=0, longer=0, cut=0, looked=0
        )
        for columns in batches:
            pair = len(columns) == 2
            found = sum(start._ids(c, longest * MOST).lengths for c in columns)
            more = np.bincount(found)
            counts = _padded(counts, len(more)) + _padded(more, len(counts))
        start = start.model_copy(update={"pair": pair})
        around = len(start._frame.before) + len(start._frame.between) + len(start._frame.after)
        share = counts.cumsum() / max(1, counts.sum())
        held = int(np.searchsorted(share, COVERED)) + around
        window = max(around + 1, min(longest, 8 * -(-held // 8)))
        inside, most = window - around, (window - around) * (1 if pair else MOST)
        longer, cut = int(counts[inside + 1 :].sum()), int(counts[most + 1 :].sum())
        facts = {"window": window, "longer": longer, "cut": cut, "looked": int(counts.sum()), "config": config}
        return start.model_copy(update=facts)

    @cached_property
    def _loaded(self) -> Tokenizer:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MilepostError("tokenizers is not installed", "", "pip install 'milepost[serve]'") from error
        loaded = Tokenizer.from_buffer(self.tokenizer.content)
        loaded.no_truncation()
        loaded.no_padding()
        loaded.encode_special_tokens = True  # "[SEP]" in a customer's text is a text
        return loaded

    @property
    def size(self) -> int:
        """How many different ids there may be."""
        return int(self._loaded.get_vocab_size())

    @cached_property
    def _frame(self) -> Frame:
        one, two = (self._loaded.encode(t, add_special_tokens=False).ids for t in ("a", "b"))
        whole = self._loaded.encode("a", "b") if self.pair else self._loaded.encode("a")
        first = _find(whole.ids, one, 0)
        second = _find(whole.ids, two, first + len(one)) if self.pair else len(whole.ids)
        ends = [0, first, first + len(one), second, second + len(two) * self.pair, len(whole.ids)]
        parts = [whole.ids[a:b] for a, b in pairwise(ends)]
        types = [whole.type_ids[a:b] for a, b in pairwise(ends)]
        between, after = (parts[2], parts[4]) if self.pair else ([], parts[2])
        kinds = (
            (types[0], types[1][0], types[2], types[3][0], types[4]) if self.pair else (types[0], 0, [], 0, types[2])
        )
        return Frame(parts[0], between, after, kinds)

    def _ids(self, texts: pl.Series, most: int) -> Ragged:
        """Tokenize N texts, without special tokens, `most` of each at most."""
        head = texts.fill_null("").str.head(most * CHARACTERS)
        values, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
        for some in head.to_frame().iter_slices(SLICE):
            found = self._loaded.encode_batch_fast(some.to_series().to_list(), add_special_tokens=False)
            lengths.append(np.fromiter(map(len, found), np.int64, len(found)))
            values.append(np.fromiter(chain.from_iterable(f.ids for f in found), np.int32, int(lengths[-1].sum())))
        long = Ragged(np.concatenate(values), np.concatenate([[0], np.concatenate(lengths).cumsum()]))
        return long if long.lengths.max(initial=0) <= most else heads(long, np.minimum(long.lengths, most))

    def encode(self, columns: Sequence[pl.Series]) -> Columns:
        """Return `ids` Ragged int32 of M windows, `row` int64 [M], and of texts in pairs `type` Ragged uint8."""
        frame = self._frame
        around = len(frame.before) + len(frame.between) + len(frame.after)
        inside = self.window - around
        if self.pair:
            one, two = (self._ids(c, inside) for c in columns)
            first = np.minimum(one.lengths, np.maximum(inside // 2, inside - two.lengths))
            one, two = heads(one, first), heads(two, np.minimum(two.lengths, inside - first))
            row = np.arange(len(one))
        else:
            one, row = windows(self._ids(columns[0], inside * MOST), inside)
            two = heads(one, np.zeros(len(one), np.int64))
        # a decoder's tokenizer may put nothing around nothing
        filler = heads(repeated([0], len(one)), (one.lengths + two.lengths + around == 0).astype(np.int64))
        ids = joined([frame.before, one, frame.between, two, frame.after, filler])
        out: Columns = {"ids": ids, "row": row}
        if self.pair:
            before, a, between, b, after = frame.types
            parts: list[Ragged | list[int]] = [before, filled(one, a), between, filled(two, b), after, filler]
            out["type"] = Ragged(joined(parts).values.astype(np.uint8), ids.offsets)
        return out


def learned(batches: Iterable[Sequence[pl.Series]]) -> bytes:
    """Learn byte pairs from training texts; return a tokenizer.json that reads lower-case."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    batches = [list(columns) for columns in batches]
    many = sum(len(columns[0]) for columns in batches) > MANY
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=PAIRS[many],
        min_frequency=2,
        special_tokens=[OPEN, CLOSE],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(batches), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{OPEN} $A {CLOSE}",
        pair=f"{OPEN} $A {CLOSE} $B:1 {CLOSE}:1",
        special_tokens=[(OPEN, 0), (CLOSE, 1)],
    )
    return tokenizer.to_str().encode()


def _texts(batches: Iterable[Sequence[pl.Series]]) -> Iterator[list[str]]:
    for columns in batches:
        for column in columns:
            yield column.fill_null("").str.head(LONGEST * MOST * CHARACTERS).to_list()


def _padded(counts: Array, to: int) -> Array:
    return np.concatenate([counts, np.zeros(max(0, to - len(counts)), np.int64)])


def _find(ids: Sequence[int], part: Sequence[int], start: int) -> int:
    return next(i for i in range(start, len(ids) + 1) if list(ids[i : i + len(part)]) == list(part))
