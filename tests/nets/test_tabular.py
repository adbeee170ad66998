"""The network of tables: what it computes, what it withstands, and that it ships."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.func import functional_call

from milepost.nets.tabular import PRESETS, Numbers, TabularNet
from milepost.runtimes.export import export
from milepost.types import Array

KNOTS = [[-1.0, 0.0, 0.5, 4.0], [10.0, 20.0], [7.0]]  # the last number is constant
SIZES = [3, 5]


def net(size: str = "small", seed: int = 0) -> TabularNet:
    torch.manual_seed(seed)
    return TabularNet(KNOTS, SIZES, 2, size)  # type: ignore[arg-type]


def rows(count: int, seed: int = 0) -> dict[str, Tensor]:
    rng = np.random.default_rng(seed)
    number = rng.normal(size=(count, 3)) * 10
    number[rng.random(number.shape) < 0.2] = np.nan
    category = np.stack([rng.integers(0, s, count) for s in SIZES], 1)
    return {"number": torch.from_numpy(number.astype(np.float32)), "category": torch.from_numpy(category)}


def slow_pieces(x: float, knots: list[float]) -> Array:
    """The encoding by its definition: 1 below x, a share of the piece that holds x, 0 above."""
    return np.array([min(1.0, max(0.0, (x - a) / (b - a))) for a, b in pairwise(knots)])


def test_numbers_are_piecewise_linear() -> None:
    numbers = Numbers(KNOTS[:1], 4)
    nn.init.normal_(numbers.weight)
    weight, bias = numbers.weight.detach().numpy()[0, 0], numbers.bias.detach().numpy()[0, 0]
    low, middle, high = np.quantile(KNOTS[0], [0.25, 0.5, 0.75])
    for x in (-9.0, -1.0, -0.25, 0.5, 0.7, 4.0, 9.0):
        line = np.clip((x - middle) * 1.349 / (high - low), -3, 3)
        expected = slow_pieces(x, KNOTS[0]) @ weight[:3] + line * weight[3] + bias
        np.testing.assert_allclose(numbers(torch.tensor([[x]])).detach()[0, 0], expected, rtol=1e-5, atol=1e-6)


def test_missing_has_a_vector_of_its_own() -> None:
    numbers = Numbers(KNOTS, 4)
    missing = numbers(torch.full((1, 3), torch.nan))
    assert torch.equal(missing, numbers.weight[:, :, -1] + numbers.bias)


@pytest.mark.parametrize("x", [1e30, -1e30, 3.4e38, float("inf"), float("-inf")])
def test_outliers_do_not_explode(x: float) -> None:
    model, row = net(), rows(1)
    row["number"] = torch.tensor([[0.2, 12.0, 7.0]])
    far = row | {"number": torch.tensor([[x, 12.0, x]])}
    assert model(**far)["out"].isfinite().all()
    assert (model(**far)["out"] - model(**row)["out"]).abs().max() < 10
    assert torch.equal(model(**far)["out"], model(**row | {"number": torch.tensor([[x * 0.1, 12.0, 7.0]])})["out"])


@pytest.mark.parametrize("knots", [[0.0, 1e-44, 1.0], [-1.7e308, 0.0, 1.7e308], [1e9, 1e9 + 1e-6, 2e9], [-1e38]])
def test_knots_at_the_ends_of_float32(knots: list[float]) -> None:
    numbers = Numbers([knots, KNOTS[0]], 2)
    nn.init.normal_(numbers.weight)
    x = torch.tensor([*knots, 0.0, 3.4e38, -3.4e38]).nan_to_num()
    x_B2 = x[:, None].repeat(1, 2).requires_grad_()
    out = numbers(x_B2)
    out.sum().backward()
    assert out.isfinite().all()
    assert x_B2.grad is not None and x_B2.grad.isfinite().all()


@pytest.mark.parametrize("numbers, categories", [(3, 0), (0, 2), (3, 2)])
def test_either_kind_of_column_may_be_absent(numbers: int, categories: int) -> None:
    model = TabularNet(KNOTS[:numbers], SIZES[:categories], 5, "tiny")
    batch = {"number": rows(4)["number"][:, :numbers], "category": rows(4)["category"][:, :categories]}
    assert model(**batch)["out"].shape == (4, PRESETS["tiny"].members, 5)


def test_an_example_does_not_depend_on_others() -> None:
    model, batch = net().train(), rows(9)
    alone = torch.cat([model(**{k: v[i : i + 1] for k, v in batch.items()})["out"] for i in range(9)])
    torch.testing.assert_close(model(**batch)["out"], alone, rtol=1e-5, atol=1e-6)


def test_members_differ_from_the_start() -> None:
    out_BKO = net()(**rows(50))["out"]
    assert out_BKO.std(1).min() > 1e-3


def test_a_category_never_seen_starts_neutral() -> None:
    categories = net().categories
    assert categories is not None
    assert torch.equal(categories(torch.zeros(1, 2, dtype=torch.int64)), torch.zeros(1, 2, PRESETS["small"].embedding))
    assert torch.equal(categories(torch.tensor([[0, 4]]))[0, 1], categories.table.weight[SIZES[0] + 4])


def test_the_seed_decides() -> None:
    same, other = net(seed=3), net(seed=4)
    assert all(torch.equal(a, b) for a, b in zip(net(seed=3).parameters(), same.parameters(), strict=True))
    assert not torch.equal(same.first.scale, other.first.scale)


@pytest.mark.parametrize("size", PRESETS)
def test_builds_on_meta(size: str) -> None:
    with torch.device("meta"):
        model = net(size)
    assert all(t.is_meta for t in [*model.parameters(), *model.buffers()])
    real = {k: v.shape for k, v in net(size).state_dict().items()}
    assert {k: v.shape for k, v in model.state_dict().items()} == real


def test_every_example_may_have_its_own_parameters() -> None:
    """What exact gradients of single examples (for privacy) ask of parameters that lead with 1."""
    model, batch = net(), rows(6)
    own = {k: p.expand(6, *p.shape[1:]) for k, p in model.named_parameters() if p.shape[0] == 1}
    out = functional_call(model, own, kwargs=batch)["out"]
    torch.testing.assert_close(out, model(**batch)["out"], rtol=1e-5, atol=1e-6)
    layers = {"categories.table.weight", "shared.0.linear.weight"}
    assert {k for k, _ in model.named_parameters()} == own.keys() | layers


@pytest.mark.parametrize("numbers, categories", [(3, 0), (0, 2), (3, 2)])
def test_exports_with_any_batch(numbers: int, categories: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TabularNet(KNOTS[:numbers], SIZES[:categories], 3).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)

    def some(count: int) -> dict[str, Array]:
        batch = rows(count, seed=count)
        kept = {"number": batch["number"][:, :numbers], "category": batch["category"][:, :categories]}
        return {k: v.numpy() for k, v in kept.items()}

    export(model, "forward", [some(2), some(3)], tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    taken = {i.name for i in session.get_inputs()}
    for count in (1, 2, 17):
        expected = model(**{k: torch.from_numpy(v) for k, v in some(count).items()})["out"].detach().numpy()
        (out,) = session.run(None, {k: v for k, v in some(count).items() if k in taken})
        np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-5)


def test_learns_what_a_line_cannot() -> None:
    x, y = make_moons(400, noise=0.2, random_state=0)
    knots = np.quantile(x, np.linspace(0, 1, 17), axis=0).T.tolist()
    torch.manual_seed(0)
    model = TabularNet(knots, [], 2, "tiny")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    number, truth = torch.from_numpy(x.astype(np.float32)), torch.from_numpy(y)
    batch = {"number": number, "category": torch.empty(400, 0, dtype=torch.int64)}
    for _ in range(60):
        out_BKO = model(**batch)["out"]
        nn.functional.cross_entropy(out_BKO.flatten(0, 1), truth.repeat_interleave(out_BKO.shape[1])).backward()
        optimizer.step()
        optimizer.zero_grad()
    right = (model(**batch)["out"].softmax(-1).mean(1).argmax(1) == truth).float().mean().item()
    assert right > LogisticRegression().fit(x, y).score(x, y) + 0.03
