"""Say which class a text belongs to, or which labels it bears: sentiment, topic, intent, spam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import BeforeValidator, Field

from milepost.columns.schema import Type
from milepost.data.languages import language
from milepost.data.learn import learn
from milepost.data.pretrained import pretrained
from milepost.data.table import TableFacts
from milepost.data.text import cleaned, lengths
from milepost.data.tokens import LONGEST, MOST, Tokens, learned
from milepost.data.vocabulary import Vocabulary
from milepost.numeric import sigmoid, softmax
from milepost.runtimes.pieces import in_pieces
from milepost.tasks.base_classes import ClassFacts
from milepost.tasks.base_labels import LabelTask
from milepost.types import Answer, Array, Batch, Columns, Graphs, Ragged, Run, concat, take
from milepost.types import Field as Shown

if TYPE_CHECKING:
    from torch import Tensor, nn

INPUTS = ("ids", "ids_len", "type", "number", "category")  # of a network
FINE = {
    "epochs_min": 3.0,
    "epochs_max": 3.0,
    "batch_min": 16.0,
    "batch_max": 64.0,
    "layer_decay": 0.95,
    "patience": 8.0,
}
FRESH = {
    "lr_min": 5e-4,
    "lr_max": 5e-4,
    "decay": 0.05,
    "epochs_min": 4.0,
    "epochs_max": 16.0,
    "visits": 160_000.0,
    "batch_min": 16.0,
    "batch_max": 64.0,
    "patience": 8.0,
}
FINE_RATE, FINE_WIDTH = 2e-4, 384  # the rate of a network so wide; wider ones move with more care


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Facts(ClassFacts):
    """Learned from the training rows; `reader` by the model that reads them."""

    table: TableFacts  # of the columns beside the text
    reader: Annotated[Vocabulary | Tokens, Field(discriminator="kind")] | None = None


class TextClassification(LabelTask[Facts]):
    """Read a text, or two, and what stands beside it; answer with the probability of every class."""

    text: Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1, max_length=2)]
    features: tuple[str, ...] = ()  # columns of numbers and categories beside the text
    urls: Literal["keep", "mask"] = "keep"
    emails: Literal["keep", "mask"] = "keep"

    models: ClassVar = ("linear", "network")
    pretrained: ClassVar = True

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        return {"text": self.text, "target": self.targets, "features": self.features}

    @property
    def types(self) -> Mapping[str, Type]:
        return {**super().types, **dict.fromkeys(self.text, "text")}

    @property
    def fields(self) -> tuple[Shown, ...]:
        return (*(Shown(name, "text") for name in self.text), *self.facts.table.fields)

    def told(self, table: pl.DataFrame) -> pl.DataFrame:
        first = table[self.text[0]].cast(pl.String)
        return table.with_columns(language(first).alias("language"), lengths(first).cast(pl.Float64).alias("length"))

    def fit(self, batches: Iterable[pl.DataFrame]) -> TextClassification:
        counts: dict[str, int] = {}
        seen = (b.select(self.features) for b in self.counted(batches, counts))
        table, findings = learn(seen, (), self.features)
        fix = "is it a text to be written? then it is no class"
        classes, positive, said = self.known_classes(counts, fix)
        numbers = [counts[c] for c in classes]
        facts = Facts(classes=classes, counts=numbers, positive=positive, table=table, findings=findings + said)
        facts.worth(self.value)  # raises where `value:` is of other classes
        return self.knowing(facts)

    def adapted(self, model: str, batches: Iterable[pl.DataFrame], base: Path | None) -> TextClassification:
        texts = [self._texts(table) for table in batches]
        reader: Vocabulary | Tokens
        if base is not None:
            found = pretrained(base, model)
            reader = Tokens.of(found.tokenizer, texts, min(LONGEST, found.longest), found.config)
        elif model == "linear":
            reader = Vocabulary.of(texts)
        else:
            reader = Tokens.of(learned(texts), texts, LONGEST, None)
        return self.knowing(self.facts.model_copy(update={"reader": reader}))

    @property
    def _reader(self) -> Vocabulary | Tokens:
        if self.facts.reader is None:
            raise RuntimeError("no model has been chosen to read the texts")
        return self.facts.reader

    def _texts(self, table: pl.DataFrame) -> list[pl.Series]:
        return [cleaned(table[name], self.urls, self.emails) for name in self.text]

    def notes(self) -> list[str]:
        reader = self._reader
        if not isinstance(reader, Tokens) or not reader.cut:
            return []
        most = reader.window * (1 if reader.pair else MOST)
        cut, looked = reader.cut, reader.looked
        note = f"{cut:,} of {looked:,} training texts are longer than {most:,} tokens; their ends are not read"
        return [note]

    @property
    def recipe(self) -> Mapping[str, float]:
        config = self._reader.config if isinstance(self._reader, Tokens) else None
        if config is None:
            return FRESH
        rate = FINE_RATE * (FINE_WIDTH / (config.get("hidden_size") or config.get("dim") or FINE_WIDTH)) ** 1.5
        return {**FINE, "lr_min": rate, "lr_max": rate}

    def encode(self, table: pl.DataFrame) -> Columns:
        out = self._reader.encode(self._texts(table))
        beside = self.facts.table.encode(table)
        if set(self.targets) <= set(table.columns):
            beside["y"] = self.class_ids(table).astype(np.int32)
        return out | (take(beside, np.asarray(out["row"])) if "row" in out else beside)

    def build(self) -> nn.Module:
        from milepost.nets.encoder import Encoder
        from milepost.nets.pretrained import backbone_of, pooling_of
        from milepost.nets.text import TextNet

        reader, table = self._reader, self.facts.table
        assert isinstance(reader, Tokens)
        classes = len(self.facts.classes)
        if reader.config is None:
            return TextNet(Encoder(reader.size, self.size, reader.window), classes, "mean", table.knots, table.sizes)
        pooling = pooling_of(reader.config)
        return TextNet(backbone_of(reader.config), classes, pooling, table.knots, table.sizes)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

        out_BC = model(**{k: batch[k] for k in INPUTS if k in batch})["out"].float()
        if self.several:
            return binary_cross_entropy_with_logits(out_BC, batch["y"].float(), reduction="none").sum(1)
        return cross_entropy(out_BC, batch["y"], reduction="none", ignore_index=-1)

    def answer(self, run: Run, columns: Columns, table: pl.DataFrame) -> list[Answer]:
        out_MC = in_pieces(run, {k: c for k, c in columns.items() if k not in ("y", "row")})["out"]
        flat_MC = out_MC.reshape(len(out_MC), out_MC.shape[-1])
        p_MC = sigmoid(flat_MC) if self.several else softmax(flat_MC)
        return self.answers(_pooled(p_MC, columns, table.height))

    def simple(self, name: str, batches: Iterable[pl.DataFrame], seed: int) -> Graphs:
        from milepost.portable import words

        columns = concat((self.encode(b), b.height) for b in batches)
        term, weight, reader = columns["term"], columns["weight"], self._reader
        assert isinstance(term, Ragged) and isinstance(weight, Ragged) and isinstance(reader, Vocabulary)
        number, category, y = (np.asarray(columns[k]) for k in ("number", "category", "y"))
        sizes, classes = self.facts.table.sizes, len(self.facts.classes)
        return words.classifier(term, weight, reader.size, number, category, sizes, y, classes)


def _pooled(p_MC: Array, columns: Columns, rows: int) -> Array:
    """Average the windows of each row: [N, C]."""
    if "row" not in columns:
        return p_MC
    row = np.asarray(columns["row"])
    out_NC = np.zeros((rows, p_MC.shape[1]))
    np.add.at(out_NC, row, p_MC)
    return out_NC / np.maximum(1, np.bincount(row, minlength=rows))[:, None]


TASK = TextClassification
