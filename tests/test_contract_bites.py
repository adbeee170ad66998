"""The contract test can fail: a kind broken in many ways is caught each time, by the promise that forbids it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from milepost.contract import PROMISES, Case
from milepost.tasks import tabular_classification
from milepost.tasks.tabular_classification import TabularClassification

PROMISE = {p.__name__: p for p in PROMISES}


class MixesRows(TabularClassification):
    """A loss relative to the batch's mean."""

    def loss(self, model, batch):
        loss = super().loss(model, batch)
        return loss - 0.5 * loss.mean()


class OneNumber(TabularClassification):
    """A loss already averaged."""

    def loss(self, model, batch):
        return super().loss(model, batch).mean()


class Normed(nn.Module):
    """BatchNorm in training mode."""

    def __init__(self, inside: nn.Module, numbers: int) -> None:
        super().__init__()
        self.norm, self.inside = nn.BatchNorm1d(numbers), inside

    def forward(self, number, category):
        return self.inside(self.norm(torch.nan_to_num(number)), category)


class UsesBatchNorm(TabularClassification):
    """A network that mixes examples while it trains."""

    def build(self):
        return Normed(super().build(), len(self.facts.table.numbers))


class LooksAtTarget(TabularClassification):
    """The truth among the features."""

    def encode(self, table):
        out = super().encode(table)
        if "y" in out:
            out["number"] = out["number"].copy()
            out["number"][:, 0] = 100.0 * out["y"]
        return out


class ScalesByTable(TabularClassification):
    """Statistics of the table at hand, not of the training rows."""

    def encode(self, table):
        out = super().encode(table)
        out["number"] = out["number"] - np.nanmean(out["number"], 0, keepdims=True)
        return out


class LearnsWhileEncoding(TabularClassification):
    """A fact that test rows change."""

    seen: ClassVar[list[float]] = []

    def encode(self, table):
        out = super().encode(table)
        self.seen.append(float(np.nansum(out["number"])))
        return out | {"number": out["number"] + np.float32(len(self.seen))}


class FitsByPiece(TabularClassification):
    """A fact that depends on how the rows are cut."""

    def fit(self, batches):
        pieces = list(batches)
        fitted = super().fit(pieces)
        return fitted.knowing(fitted.facts.model_copy(update={"counts": [pieces[0].height, 0]}))


class RollsDice(TabularClassification):
    """Randomness outside draw."""

    def loss(self, model, batch):
        loss = super().loss(model, batch)
        return loss + 0.1 * torch.rand(len(loss))


class DrawsGlobally(TabularClassification):
    """Randomness that a slice of the batch draws otherwise."""

    def draw(self, batch, rng):
        return batch | {"number": batch["number"] + torch.rand_like(batch["number"])}


class DrawsByBatch(TabularClassification):
    """Randomness by the place in the tensor, not of the example."""

    def draw(self, batch, rng):
        noise = torch.rand(batch["number"].shape, generator=torch.Generator().manual_seed(0))
        return batch | {"number": batch["number"] + noise}


class IgnoresWeights(TabularClassification):
    """A score that forgets the weights."""

    def score(self, stats, weights_DN):
        return super().score(stats, np.ones_like(weights_DN))


class ForgetsInJson(TabularClassification):
    """A fact that JSON does not carry."""

    def model_dump_json(self, **how):
        turned = self.facts.model_copy(update={"classes": self.facts.classes[::-1]})
        return TabularClassification.model_dump_json(self.knowing(turned), **how)


class AnswersTogether(TabularClassification):
    """Answers that depend on who else asks."""

    def answer(self, run, columns, table):
        found = super().answer(run, columns, table)
        most = max(a["probability"] for a in found)
        return [a | {"probability": a["probability"] / most} for a in found]


class NotOnMeta(TabularClassification):
    """A network that is always real."""

    def build(self):
        with torch.device("cpu"):
            return super().build()


class CountsHalf(TabularClassification):
    """A proportion of other rows than its score is of."""

    def shares(self, stats):
        half = np.arange(len(stats["truth"])) % 2 == 0
        return {k: s._replace(hit_N=s.hit_N & half) for k, s in super().shares(stats).items()}


class ScoresByChance(TabularClassification):
    """A score that is another one each time."""

    def score(self, stats, weights_DN):
        return {k: v + 1e-3 * np.random.default_rng().normal() for k, v in super().score(stats, weights_DN).items()}


class TooSure(TabularClassification):
    """An interval of what is not scored."""

    def limits(self, stats):
        return {**super().limits(stats), "luck": (0.4, 0.6)}


class TunesBadly(TabularClassification):
    """A decision that turns what was called around."""

    def tuned(self, stats, metric):
        called = (stats["guess"] == self.facts.positive_id).any()
        return self.model_copy(update={"threshold": 2.0 if called else 0.0})


class PaintsTwice(TabularClassification):
    """A picture that shows rows twice."""

    def details(self, stats):
        found = super().details(stats)
        return found | {"calibration": found["calibration"] * 2}


class ChangesOnDisk(TabularClassification):
    """Statistics whose meaning lies in their class, not in their numbers."""

    def score(self, stats, weights_DN):
        return super().score({k: -v if isinstance(v, np.memmap) else v for k, v in stats.items()}, weights_DN)


BROKEN = (
    (CountsHalf, "intervals_hold_their_scores"),
    (TooSure, "intervals_hold_their_scores"),
    (ScoresByChance, "pairs_compare"),
    (TunesBadly, "tuning_helps"),
    (PaintsTwice, "pictures_add_up"),
    (ChangesOnDisk, "statistics_survive_the_disk"),
    (MixesRows, "losses_are_independent"),
    (OneNumber, "losses_are_independent"),
    (UsesBatchNorm, "losses_are_independent"),
    (MixesRows, "gradients_are_independent"),
    (LooksAtTarget, "truth_changes_no_answer"),
    (ScalesByTable, "encode_is_row_by_row"),
    (LearnsWhileEncoding, "other_test_rows_change_no_fact"),
    (FitsByPiece, "fit_of_pieces_is_fit_of_the_whole"),
    (RollsDice, "randomness_is_drawn"),
    (DrawsGlobally, "randomness_is_drawn"),
    (DrawsByBatch, "randomness_is_drawn"),
    (IgnoresWeights, "weights_are_index_draws"),
    (ForgetsInJson, "facts_survive_json"),
    (AnswersTogether, "answers_are_independent"),
    (NotOnMeta, "meta_is_real"),
)


@pytest.mark.parametrize(("kind", "promise"), BROKEN, ids=lambda x: x if isinstance(x, str) else x.__name__)
def test_a_broken_kind_is_caught(kind: type, promise: str, examples, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, table = examples["tabular-classification"]
    monkeypatch.setattr(tabular_classification, "TASK", kind)  # where prepare and the product look kinds up
    monkeypatch.setattr(kind, "__module__", "milepost.tasks.tabular_classification")
    case = Case(kind.model_validate(whole.model_dump()), table.head(120))
    with pytest.raises(AssertionError):
        PROMISE[promise](case)


def test_the_whole_kind_is_not_caught(examples) -> None:
    """The same promises hold for the kind that was broken."""
    whole, table = examples["tabular-classification"]
    for _, promise in BROKEN:
        PROMISE[promise](Case(whole, table.head(120)))
