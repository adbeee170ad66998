"""The machinery of training: draws, order, plans, schedules."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from milepost.compute.batches import order, steps_per_epoch
from milepost.compute.choices import Choices, Wish
from milepost.compute.learner import Learner
from milepost.compute.loader import Loader
from milepost.compute.loop import NOT_FINITE, Loop
from milepost.compute.optimizer import adamw, rate
from milepost.compute.plan import planned
from milepost.compute.random import CountedDraws
from milepost.errors import OUT_OF_BUDGET, MilepostError
from milepost.stages.train import RECIPE
from milepost.types import Ragged, quiet

CPU = torch.device("cpu")


def test_draws_have_the_moments_they_should() -> None:
    draws = CountedDraws(3, 5, torch.arange(4000))
    uniform, normal, whole = draws.uniform(25), draws.normal(25), draws.integers(7, 25)
    assert uniform.min() >= 0 and uniform.max() < 1
    assert uniform.mean().item() == pytest.approx(0.5, abs=0.01) and uniform.var().item() == pytest.approx(
        1 / 12, abs=0.002
    )
    assert normal.mean().item() == pytest.approx(0, abs=0.02) and normal.std().item() == pytest.approx(1, abs=0.02)
    counts = np.bincount(whole.flatten().numpy(), minlength=7)
    assert len(counts) == 7 and (abs(counts / counts.sum() - 1 / 7) < 0.01).all()
    assert torch.corrcoef(uniform.T).triu(1).abs().max() < 0.1


def test_draws_depend_on_seed_step_and_place_alone() -> None:
    whole = CountedDraws(1, 2, torch.arange(10)).uniform(3)
    assert torch.equal(whole[4:7], CountedDraws(1, 2, torch.arange(4, 7)).uniform(3))
    assert not torch.equal(whole, CountedDraws(1, 3, torch.arange(10)).uniform(3))
    assert not torch.equal(whole, CountedDraws(2, 2, torch.arange(10)).uniform(3))


@pytest.mark.parametrize("lengths", [None, np.random.default_rng(0).integers(1, 50, 103)])
def test_order_resumes_anywhere_and_an_epoch_sees_each_example_once(lengths) -> None:
    columns = {"x": np.zeros(103)}
    if lengths is not None:
        columns["words"] = Ragged.of([np.zeros(n) for n in lengths], np.int16)
    whole = list(itertools.islice(order(columns, 10, seed=4), 25))
    for start in (0, 1, 9, 10, 17):
        resumed = list(itertools.islice(order(columns, 10, seed=4, start=start), 5))
        assert all(np.array_equal(a, b) for a, b in zip(resumed, whole[start:], strict=False))
    per_epoch = steps_per_epoch(columns, 10, 4)
    epoch = np.concatenate(whole[:per_epoch])
    assert len(epoch) == len(set(epoch)) == (100 if lengths is None else 103)


def test_sorted_pools_waste_little_padding() -> None:
    lengths = np.random.default_rng(0).lognormal(3, 1, 4000).astype(int) + 1
    columns = {"words": Ragged.of([np.zeros(n) for n in lengths], np.int8)}
    steps = list(itertools.islice(order(columns, 16, seed=0), steps_per_epoch(columns, 16, 0)))
    padded = sum(lengths[i].max() * len(i) for i in steps)
    assert padded / sum(lengths[i].sum() for i in steps) < 1.15


def test_rate_rises_and_falls_to_nothing() -> None:
    rates = [rate(s, 200) for s in range(200)]
    assert max(rates) == 1 and rates[0] == 0.1 and rates[-1] < 1e-3
    assert rates.index(1) <= 10


def learner_of(loss=None) -> Learner:
    model = torch.nn.Linear(3, 1)
    return Learner(model, loss or (lambda m, b: (m(b["x"])[:, 0] - b["y"]) ** 2), None, CPU)


def loaders(n: int = 200) -> Loader:
    x = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    return Loader({"x": x, "y": x @ np.array([1, -2, 3], np.float32)}, CPU)


def test_a_plan_is_written_before_the_first_step_and_kept(tmp_path) -> None:
    path = tmp_path / "lock.json"
    plan = Choices(path).once("net", lambda: planned("net", learner_of(), loaders(), Wish(epochs=3), RECIPE))
    assert {"precision", "threads", "batch", "steps", "lr", "seed"} <= set(plan)
    again = Choices(path).once("net", lambda: pytest.fail("measured twice"))
    assert again == plan


def test_a_budget_that_buys_nothing_is_out_of_budget() -> None:
    with pytest.raises(MilepostError, match="no step") as caught:
        planned("net", learner_of(), loaders(), Wish(seconds=1e-9), RECIPE)
    assert caught.value.exit_code == OUT_OF_BUDGET


def test_a_gradient_that_is_not_finite_moves_nothing_and_then_fails(tmp_path) -> None:
    learner = learner_of(lambda m, b: m(b["x"])[:, 0] * float("nan"))
    before = learner.model.weight.detach().clone()
    data = loaders()
    plan = planned("net", learner, data, Wish(steps=100), RECIPE)
    loop = Loop("net", learner, data, data, plan, 60, tmp_path, 60, quiet)
    with pytest.raises(MilepostError, match=f"not finite {NOT_FINITE} steps"):
        loop.run()
    assert torch.equal(before, learner.model.weight)


def test_time_is_the_hard_stop(tmp_path) -> None:
    data, learner = loaders(), learner_of()
    plan = planned("net", learner, data, Wish(steps=10**6, seconds=1e6), RECIPE)
    so_far, why = Loop("net", learner, data, data, plan | {"patience": 10**9}, 0.2, tmp_path, 60, quiet).run()
    assert "time" in why and so_far.best and so_far.step < 10**6


def test_ragged_and_held_batches_are_alike() -> None:
    held = loaders()
    assert held.held is not None
    ragged = Loader(held.columns | {"words": Ragged.of([np.arange(i % 5 + 1) for i in range(200)], np.int16)}, CPU)
    index = np.array([5, 3, 7])
    assert torch.equal(held.batch(index)["x"], ragged.batch(index)["x"])
    assert ragged.batch(index)["words_len"].tolist() == [1, 4, 3]


def test_vectors_are_not_decayed() -> None:
    groups = adamw(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4)), 1e-3, 0.1).param_groups
    assert [(g["weight_decay"], len(g["params"])) for g in groups] == [(0.1, 1), (0.0, 3)]
