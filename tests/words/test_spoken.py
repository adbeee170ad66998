"""What a Chinese reader gets from the commands: no English but names, code and what is typed."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from page import sample

from milepost import cli
from milepost.errors import MilepostError
from milepost.roadmap import check, new, report, status
from milepost.spec.load import load
from milepost.tasks import find
from milepost.words.say import say

ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,]+[a-z]{2,}")
TYPED = re.compile(r"`[^`]*`|milepost [\w-]+( \w+)?|可选：[\w, -]+")  # code, names and commands
zh = say("zh")


def left(text: str) -> list[str]:
    """English that is left in a text."""
    return ENGLISH.findall(TYPED.sub("", text))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def run(words: Sequence[str], lang: str | None = None) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["milepost", *words])
        monkeypatch.setenv("MILEPOST_LANG", lang) if lang else monkeypatch.delenv("MILEPOST_LANG", raising=False)
        with pytest.raises(SystemExit) as end:
            cli.main()
        out = capsys.readouterr()
        return int(end.value.code or 0), out.out + out.err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--lang", "zh", "--nosuch"),
        ("check", "--lang=zh", "--fil", "x"),
        ("nosuch", "--lang", "zh"),
        ("predict", "--lang", "zh"),
        ("serve", "--lang", "zh", "--port", "x"),
        ("schema", "a", "--lang", "zh"),
        ("explain-code", "leek", "--lang", "zh"),
        ("status", "--lang", "zh"),
        ("check", "--lang", "zh", "--file", "there is none"),
        ("check", "--lang"),
    ],
)
def test_every_error_is_in_the_language_asked_for(told, words: tuple[str, ...], tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    code, text = told(words, "zh" if words[-1] == "--lang" else None)
    assert code == 2 and not left(text.replace("there is none", "")), text
    assert re.search("[\u4e00-\u9fff]", text)


def test_the_language_of_all_commands_and_of_one(told, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    assert "尚未运行过" in told(["status"], "zh")[1]
    assert "nothing has run yet" in told(["status", "--lang", "en"], "zh")[1]
    assert "nothing has run yet" in told(["status"])[1]
    assert '"nothing has run yet"' in told(["status", "--json"], "zh")[1]
    assert "泄露" in told(["explain-code", "leak"], "zh")[1] or "答案" in told(["explain-code", "leak"], "zh")[1]


@pytest.mark.parametrize(("words", "lang"), [(["status", "--lang", "fr"], None), (["status"], "fr")])
def test_a_language_that_nobody_speaks_is_an_error(told, words: list[str], lang: str | None) -> None:  # type: ignore[no-untyped-def]
    code, text = told(words, lang)
    assert (code, text) == (2, "--lang: there is no language `fr`\n  fix: known: en, zh\n")


@pytest.mark.parametrize(
    "yaml",
    [
        "", "- a", "a", "a: [", "a: 'x", "a:\tb", "\ta: 1", "a: *b", "a: !!set x", "a: 1\na: 2", "---\na: 1\n---\nb: 2",
        "name: x\ntask: {kind: tabular-classification, target: y}\n",
        "task: {target: y, kind: tabular-classification}\ndata: {source: a, bad_rows: 2, sheet: [], split: x}\n"
        "train: {seed: -1, epochs: 1.5, lr: x, budget: {time: x}, bach: 3}\nprivacy: {}\nmilestones: {a: 3, b: []}\n"
        "name: ' '\nplatform: x\nneed: {}\nmodel: {size: 3}\ncolumns: {a: 1}\nlr: 3\n",
        "task: {kind: tabular-classification, targets: y, features: 3}\ndata: {source: a, train: b}",
    ],
)  # fmt: skip
def test_every_problem_of_product_yaml_is_chinese(yaml: str, tmp_path: Path) -> None:
    (tmp_path / "product.yaml").write_text(yaml, "utf-8")
    with pytest.raises(MilepostError) as error:
        load(tmp_path / "product.yaml", ["train.lr", "a.b.c=[", "need.x=1"], find)
    text = error.value.told(zh)
    assert not left(text), text
    assert text.count("：") >= len(error.value.errors)


def test_a_check_is_chinese() -> None:
    found = {**sample.report(), "product": "train", "notes": ["product.yaml:3: `task.label` is read as `task.target`"]}
    text = check.text(found | {"errors": []}, zh)
    assert not left(text), text
    assert text.startswith("train：共 1,006 行，其中 1,000 行可用")  # a name is no word
    assert "第 3、8 等行" in text and "\n警告     列 grade：" in text and "修正：" in text
    assert check.text(found | {"errors": []}).startswith("train: 1,000 of 1,006 rows can be used")


def test_a_status_is_chinese() -> None:
    why = "linear ships (log_loss 0.07 on 86 validation rows): network scores 0.05, but the difference (-0.006 to "
    why += "+0.05) may be chance, and linear is cheaper"
    headline = {"metric": "accuracy", "value": 0.9, "low": 0.8, "high": 0.95, "n": 2000}
    found = sample.gates() | {"why": why, "notes": [], "headline": headline, "test_looks": 3}
    text = status.text(found, zh)
    assert not left(text), text
    assert "2,000 行测试数据上 accuracy 为 0.9 [0.8, 0.95]" in text and "测试集已被查看 3 次" in text
    assert text.endswith("下一步：product: accuracy >= 0.8：约需 1,130 行测试数据才能证实，现有 200 行")


def test_what_new_and_report_say_is_chinese() -> None:
    inferred = ["target: `y`, by its name or place; change it with --target"]
    inferred += ["kind: `tabular-regression`, because `y` holds 1,234 different numbers"]
    text = new.text({"files": ["product.yaml", "train"], "folder": "a", "inferred": inferred}, zh)
    assert not left(text) and "product.yaml、train" in text, text
    assert report.text({"report": "runs/1/report.html"}, zh) == "报告已写入 runs/1/report.html"
