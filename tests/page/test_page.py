"""The page as a whole: what it says, in whose words, and that nothing in the data becomes part of it."""

from __future__ import annotations

import ast
import copy
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from milepost.page.evidence import Evidence
from milepost.page.page import page
from milepost.words.say import entries

from . import sample
from .reader import Reader

ROOM = Path(__file__).parents[2] / "src" / "milepost" / "page"
EVIL = """</style></title><script>hit=1</script>"'><img src=//x.example onerror=hit=1>&lt;`{0}\u202e\0 """ + "x" * 300
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}")


def renamed(found: Any, names: dict[str, str]) -> Any:
    """Put other words, wherever they stand, into JSON."""
    if isinstance(found, dict):
        return {names.get(k, k): renamed(v, names) for k, v in found.items()}
    if isinstance(found, list | tuple):
        return [renamed(v, names) for v in found]
    if isinstance(found, str):
        return names.get(found.removeprefix("column "), found).replace("`age`", f"`{EVIL}`")
    return found


def evil() -> Evidence:
    """A run in which every name, value and sentence is an attack."""
    words = ["age", "city", "ill", "healthy", "北京", "yes", "CN", "patients.csv", "heart-check", "linear", "network"]
    words += ["launch", "accuracy", "accuracy >= 0.8", "Tell a clinic which patients to examine first.", "grade"]
    words += ["city=Berlin", "grade=low", "log_loss", "prepare", "value_per_1k_usd", "deploy measures it: milepost run"]
    names = {w: f"{i}{EVIL}" for i, w in enumerate(words)}
    report = renamed(sample.report(), names)
    report["columns"]["note"]["type"] = "text"
    report["findings"][0]["where"] = f"column {names['age']}"
    return Evidence(report, renamed(sample.gates(), names), renamed(sample.metrics(), names), sample.evidence().hashes)


def bare(report: dict[str, Any]) -> Evidence:
    """A run that was only prepared."""
    return Evidence(report, {}, {}, {"data_report.json": "d" * 64})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_in_the_data_becomes_markup(lang: str) -> None:
    honest = Reader(page(sample.evidence(), "0001-abc", lang))
    found = Reader(page(evil(), EVIL, lang))
    assert {e.name for e in found.elements} == {e.name for e in honest.elements}
    assert [n for e in found.elements for n in e.attributes if n.startswith("on") or n in ("style", "src")] == []
    assert sum("<script>hit=1</script>" in t.words for t in found.texts) >= 20


def test_the_page_can_fetch_nothing() -> None:
    found = Reader(page(sample.evidence(), "0001-abc"))
    policy = next(e.attributes["content"] for e in found.elements if "http-equiv" in e.attributes)
    assert "default-src 'none'" in str(policy) and "unsafe" not in str(policy)
    assert {e.name for e in found.elements}.isdisjoint({"script", "img", "iframe", "object", "form"})
    links = [str(v) for e in found.elements for k, v in e.attributes.items() if k in ("href", "src")]
    assert [link for link in links if not link.startswith(("#", "data:"))] == []


def test_every_link_leads_somewhere() -> None:
    found = Reader(page(sample.evidence(), "0001-abc"))
    ids = [e.attributes["id"] for e in found.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {str(e.attributes["href"])[1:] for e in found.elements if e.name == "a"} <= set(ids)


def test_every_chart_has_a_title() -> None:
    text = page(sample.evidence(), "0001-abc")
    charts = re.findall(r'<svg[^>]*role="img"[^>]*>(<title>[^<]+</title>)?', text)
    assert len(charts) > 20 and all(charts)


def test_headings_step_down_one_by_one() -> None:
    found = [int(e.name[1]) for e in Reader(page(sample.evidence(), "r")).elements if e.name[0] == "h"
             and e.name[1:].isdigit()]  # fmt: skip
    assert found[0] == 1 and found.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(found))


def test_the_chinese_page_has_no_english_left() -> None:
    text = page(sample.evidence(), "0001-abc", "zh")
    for word in (
        "a rather long name of a town by the sea",
        "milepost run",
        "train linear",
        "train trees",
        "train network",
    ):
        text = text.replace(word, "")
    found = list(Reader(text).words())
    assert len(found) > 100
    assert [words for words in found if ENGLISH.search(words)] == []
    assert [w for w in found if re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", w)] == []
    assert [w for w in found if re.search(r"[\u4e00-\u9fff][0-9]|[0-9,%][\u4e00-\u9fff]", w)] == []
    assert '<html lang="zh-Hans">' in text


def said() -> set[str]:
    """Every message that the room hands to its voice as it is written."""
    out = set[str]()
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "voice":
                message = node.args[0]
                out |= {str(message.value)} if isinstance(message, ast.Constant) else set()
    return out


def test_every_message_has_its_chinese_with_the_same_holes() -> None:
    known = dict(entries("zh"))
    assert len(said()) > 40
    for message in said():
        assert message in known, f"`{message}` is not in zh.txt"
        assert sorted(re.findall(r"\{\d\}", message)) == sorted(re.findall(r"\{\d\}", known[message]))


def test_a_run_that_was_only_prepared_has_its_page() -> None:
    report = sample.report() | {"findings": [], "dropped": {}, "quarantined": {}, "source": []}
    report["split"].pop("classes")
    report["missing_map"]["shares"] = {}
    text = page(bare(report), "0001-abc")
    assert "nothing odd was found" in text
    titles = re.findall(r"<h2>([^<]*)</h2>", text)
    assert titles == ["The data at a glance", "Columns", "Where the numbers come from"]


def test_the_rows_add_up_on_the_page() -> None:
    text = re.sub(r"<[^>]*>", " ", page(bare(sample.report()), "r"))
    for words in (r"Rows read\s+1,006", r"kept\s+1,000\s+99\.4%", r"dropped\s+2\s+0\.2%", r"quarantined\s+4\s+0\.4%"):
        assert re.search(words, text), words
    assert re.search(r"train\s+640\s+64\.0%\s+valid\s+160\s+16\.0%\s+test\s+200\s+20\.0%", text)


def test_of_a_personal_column_no_cell_is_shown() -> None:
    report = sample.report()
    assert report["columns"]["mail"]["personal"]
    assert "somebody@example.org" not in page(bare(report), "r")
    other = copy.deepcopy(report)
    other["columns"]["mail"]["top"] = [{"value": "somebody@example.org", "train": 1}]  # should it ever get so far
    assert "somebody@example.org" not in page(bare(other), "r")
