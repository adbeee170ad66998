"""A product.yaml from good to hopeless, each with the line and the fix that its owner is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from milepost.errors import MilepostError
from milepost.spec.load import load, validate
from milepost.spec.yaml import parse

GOOD = """\
name: heart-check
need: yes
task: {kind: tabular-classification, target: disease, positive: True}
data: {source: heart.csv}
model: auto
train:
  seed: 1
  budget: {time: 5m}
milestones:
  prototype: [accuracy > baseline]
  launch:
    gates:
      - accuracy >= 0.8
      - size_mb <= 10
    before: deploy
    by: 2026-03-31
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "product.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def errors(path: Path, *overrides: str) -> list[tuple[str, str, str]]:
    with pytest.raises(MilepostError) as caught:
        load(path, overrides)
    return [(e.where.removeprefix("product.yaml:"), e.what, e.fix) for e in caught.value.errors]


def test_good(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, GOOD))
    spec = loaded.spec
    assert (loaded.file, loaded.folder, loaded.notes) == ("product.yaml", tmp_path, ())
    assert (spec.name, spec.need, spec.platform) == ("heart-check", "yes", "local")
    assert (spec.task.kind, spec.task.options["target"]) == ("tabular-classification", "disease")
    assert (spec.model.name, spec.model.size) == ("auto", None)
    assert (spec.train.seed, spec.train.lr, spec.train.budget.time) == (1, None, 300.0)
    assert spec.milestones["prototype"].gates == ("accuracy > baseline",)
    launch = spec.milestones["launch"]
    assert (launch.gates[1], launch.before, str(launch.by)) == ("size_mb <= 10", "deploy", "2026-03-31")
    assert [loaded.places.line(("milestones", "launch", i)) for i in (0, 1, 2)] == [13, 14, 11]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "name: 心脏\ntask: {kind: k}\ndata: {source: é.csv}\n".replace("\n", "\r\n")
    spec = load(written(tmp_path, text.encode(encoding))).spec
    assert (spec.name, spec.data.source) == ("心脏", "é.csv")


def test_overrides(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    flags = [
        "train.lr=1e-3",
        "train.budget.time=1h30m",
        "model.size=tiny",
        "milestones={a: [x > 1]}",
        "task.target=y=z",
    ]
    loaded = load(path, [*flags, "train.batch_size=8", "need="])
    spec = loaded.spec
    assert (spec.train.seed, spec.train.lr, spec.train.budget.time, spec.train.batch) == (1, 1e-3, 5400.0, 8)
    assert (spec.model.name, spec.model.size, spec.need) == ("auto", "tiny", "")
    assert (list(spec.milestones), spec.task.options["target"]) == (["a"], "y=z")
    assert loaded.places.where(("train", "lr"), loaded.file) == "command line"
    assert loaded.places.where(("train", "seed"), loaded.file) == "product.yaml:7"
    assert loaded.notes == ("command line: `train.batch_size` is read as `train.batch`",)


def test_other_names_are_noted(tmp_path: Path) -> None:
    text = "task:\n  kind: k\n  label: y\ndata: {path: a.csv}\ntrain: {learning_rate: 0, n_epochs: 2, random_state: 3}"
    found = errors(written(tmp_path, text))
    assert found == [("5", "`train.lr` must be more than 0, not `0`", "change it to more than 0")]
    loaded = load(tmp_path / "product.yaml", ["train.learning_rate=1"])
    assert (loaded.spec.train.lr, loaded.spec.train.epochs, loaded.spec.train.seed) == (1, 2, 3)
    assert loaded.notes[0] == "product.yaml:3: `task.label` is read as `task.target`"
    assert len(loaded.notes) == 6
    both = errors(written(tmp_path, "task: {kind: k}\ndata: {source: a, path: b}"))
    assert both[0][1] == "there is no key `data.path`"


HEAD = "task: {kind: k}\ndata: {source: a.csv}\n"


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("", "1", "the file is empty", "milepost new"),
        ("# nothing\n", "1", "the file is empty", "milepost new"),
        ("- a\n- b", "1", "the file is a list", "key: value"),
        ("name:heart", "1", "the file is a single text", "space after the colon"),
        ("data: {source: a}", "1", "`task` is missing", "add `task: ...`"),
        ("name: x\ntask: {target: y}\ndata: {source: a}", "2", "`task.kind` is missing", "`kind: ...` under `task`"),
        ("task: {kind: k}\ndata: {}", "2", "`data` names no data", "`source: FILE`"),
        ("task: {kind: k}\ndata: {source: a, test: b}", "2", "`data` names a `source`", "keep one"),
        ("task: {kind: k}\ndata: {source: ''}", "2", "`data.source` must not be empty", "remove"),
        ("task: {kind: k}\ndata: a.csv", "2", "`data` must be a group of keys", "`data: {key: value}`"),
        (HEAD + "names: x", "3", "there is no key `names`", "did you mean `name`?"),
        (HEAD + "lr: 1", "3", "there is no key `lr`", "write it under `train:`"),
        (HEAD + "name: a/b", "3", "`name` must be a name that a folder", "letters"),
        (HEAD + "name: ..", "3", "`name` must be a name that a folder", "letters"),
        (HEAD + "need: [a]", "3", "`need` must be text, not a list", "quotes"),
        (HEAD + "model: [a]", "3", "`model` must be text", "text"),
        (HEAD + "model: {size: big}", "3", "`model.size` cannot be `big`", "known: base, large, small, tiny"),
        (
            HEAD + "model: {name: trees}",
            "3",
            "there is no key `model.name`",
            "known: from, lora, pretrained, size, tune",
        ),
        (HEAD + "platform: locl", "3", "`platform` cannot be `locl`", "did you mean `local`?"),
        (HEAD + "train:\n  lr:0.1", "3", "`train` must be a group of keys", "space after each colon"),
        (HEAD + "train:\n  seed: -1", "4", "`train.seed` must be at least 0, not `-1`", "at least 0"),
        (HEAD + "train:\n  seed: yes", "4", "`train.seed` must be a whole number, not `yes`", "number"),
        (HEAD + "train:\n  seed: true", "4", "`train.seed` must be a number, not true", "number"),
        (HEAD + "train: {budget: {time: " + "9" * 400 + "}}", "3", "`train.budget.time` must be a time", "90s"),
        (HEAD + "train: {epochs: 2.5}", "3", "`train.epochs` must be a whole number, not `2.5`", "fraction"),
        (HEAD + "train: {lr: .inf}", "3", "`train.lr` must be a number, not `inf`", "1e-3"),
        (HEAD + "train: {lr: 1..2}", "3", "`train.lr` must be a number, not `1..2`", "1e-3"),
        (HEAD + "train: {budget: {time: soon}}", "3", "`train.budget.time` must be a time", "1h30m"),
        (HEAD + "train: {budget: {time: [5m]}}", "3", "`train.budget.time` must be a time", "1h30m"),
        (HEAD + "train: {budget: {time: 0}}", "3", "`train.budget.time` must be more than 0", "more than 0"),
        (HEAD + "train: {budget: {time: .nan}}", "3", "`train.budget.time` must be", "number"),
        (HEAD + "milestones: [a > 1]", "3", "`milestones` must be a group of keys", "key: value"),
        (HEAD + "milestones:\n  a: x > 1", "4", "`milestones.a` must be a list of gates", "`[x > 1]`"),
        (HEAD + "milestones:\n  a:", "4", "`milestones.a` must be a list of gates", "`[accuracy > naive]`"),
        (HEAD + "milestones:\n  a: []", "4", "`milestones.a` must have an entry", "add one"),
        (HEAD + "milestones:\n  a: {by: 2026-03-31}", "4", "`milestones.a.gates` is missing", "under `milestones.a`"),
        (HEAD + "milestones:\n  a:\n   - x > 1\n   - [y]", "6", "`milestones.a[1]` must be text, not a list", "text"),
        (HEAD + "milestones: {a: {gates: [x], by: 2026}}", "3", "`milestones.a.by` must be a date", "2026-03-31"),
        (HEAD + "milestones: {a: {gates: [x], befor: deploy}}", "3", "no key `milestones.a.befor`", "`before`"),
        (HEAD + "milestones: {a: {gates: [x], before: lunch}}", "3", "`milestones.a.before` cannot be", "deploy"),
        (HEAD + "privacy: {epsilon: 8}", "3", "`privacy` is not built yet", "never ignores a promise"),
        (HEAD + "optimize: [prune]", "3", "`optimize` is not built yet", "never ignores a promise"),
        (HEAD + "value: {tp: 1}", "3", "`value` lacks some of its four cells", "write all of tp, fp, fn and tn"),
        (HEAD + "value: {requests_per_day: 9}", "3", "`value` must say what answers bring", "or a matrix"),
        (HEAD + "value: {tp: 1, matrix: {a: {a: 1}}}", "3", "`value` must say what answers bring", "or a matrix"),
        (HEAD + "train: {search: {trials: 3}}", "3", "`train.search` is not built yet", "never ignores a promise"),
        (HEAD + "train: {budget: {money: 3}}", "3", "`train.budget.money` is not built yet", "never ignores"),
        (HEAD + "model: {lora: {rank: 3}}", "3", "says how a pretrained model learns, but not which", "from: FOLDER"),
        (b"name: a\nneed: caf\xe9\n", "2", "the file is not UTF-8 text", "save it as UTF-8"),
        ("name: x".encode("utf-16-le"), "1", "the text holds the control character U+0000", "UTF-8"),
        (b"#" * 1_000_001, None, "the file is larger than 1,000,000 bytes", "files of its own"),
    ],
)
def test_refused(tmp_path: Path, text: str | bytes, line: str | None, what: str, fix: str) -> None:
    found = errors(written(tmp_path, text))
    assert what in found[0][1], found
    assert fix in found[0][2], found
    assert line is None or found[0][0] == line, found
    assert len(found) == 1


def test_all_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "name: a/b\nlr: 1\ntrain: {seed: -1}\ndata: {}\nmilestones: {a: []}\nplatform: moon"
    found = errors(written(tmp_path, text), "train.x", "train.lr=0", "train.batch=[", "name.first=a", "=3")
    assert [f[0] for f in found] == [*["command line"] * 5, "1", "1", "2", "3", "4", "5", "6"]
    assert found[0][1:] == ("`train.x` sets nothing", "write key=value, e.g. train.seed=1")
    assert "`train.batch=[` cannot be read" in found[1][1]
    assert "`name.first` cannot be set" in found[2][1]
    assert "`train.lr` must be more than 0" in found[4][1]


def test_no_file(tmp_path: Path) -> None:
    assert errors(tmp_path / "product.yaml")[0][1:] == ("there is no such file", "run `milepost new`")
    assert errors(tmp_path)[0][1] == "this is no file"


class Options(BaseModel):
    """A kind's options, as the roadmap validates them."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    target: str
    positive: str | None = None
    features: tuple[str, ...] = ()
    horizon: int | Literal["auto"] = "auto"


def test_options_of_a_kind() -> None:
    tree, places = parse("task:\n  target: 1\n  positive: True\n  features:\n    - a\n    - FALSE\n", "f")
    read = validate(Options, tree["task"], at=("task",), places=places, file="f")
    assert (read.target, read.positive, read.features) == ("1", "True", ("a", "FALSE"))
    tree, places = parse("task:\n  positives: 1\n  features: [[a]]\n  horizon: soon\n", "f")
    with pytest.raises(MilepostError) as caught:
        validate(Options, tree["task"], at=("task",), places=places, file="f")
    assert [(e.where, e.what, e.fix) for e in caught.value.errors] == [
        ("f:1", "`task.target` is missing", "add `target: ...` under `task`"),
        ("f:2", "there is no key `task.positives`", "did you mean `positive`?"),
        (
            "f:3",
            "`task.features[0]` must be text, not a list",
            "write one text; put it in quotes if it holds : # [ or {",
        ),
        ("f:4", "`task.horizon` must be a whole number, not `soon`", "write a number without a fraction"),
    ]


KEYS = [
    "task",
    "data",
    "model",
    "train",
    "milestones",
    "name",
    "seed",
    "budget",
    "time",
    "gates",
    "by",
    "kind",
    "label",
]
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text("a5m/ .:", max_size=5),
    lambda t: st.lists(t, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text("ab:", max_size=2), t),
)


@given(st.dictionaries(st.sampled_from(KEYS), trees), st.lists(st.text("task.by=[5m:a ", max_size=12), max_size=2))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_meets_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, tree: object, flags: list[str]
) -> None:
    path = written(tmp_path_factory.getbasetemp(), yaml.safe_dump(tree))
    try:
        load(path, flags)
    except MilepostError as error:
        assert all(e.what and e.where and e.fix for e in error.errors)
        assert not any(jargon in str(error) for jargon in ("Input should", "pydantic", "Traceback"))


def test_stays_light() -> None:
    heavy = "import sys, milepost.spec.load; print({'torch', 'numpy', 'polars', 'pandas'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout.strip() == "set()"
