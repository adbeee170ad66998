"""The card of a run says what the evidence says, in a form that model hubs read."""

from __future__ import annotations

import re

import yaml

from milepost.roadmap.model_card import model_card

SCORE = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 60}
MANIFEST = {
    "name": "a | b",
    "need": "Help.",
    "kind": "tabular-classification",
    "model": "linear",
    "version": "1",
    "schema": [{"name": "x|y\nz <b>", "type": "number"}],
}
METRICS = {
    "headline": "accuracy",
    "why": "linear ships",
    "test": {"accuracy": SCORE, "size_mb": {"value": 1, "low": 1, "high": 1, "n": 1}},
    "naive": {"accuracy": SCORE | {"value": 0.5, "low": 0.4, "high": 0.6}},
    "threshold": {"value": 0.25, "metric": "f1", "positive": "yes"},
    "slices": {"sex=f": {"accuracy": SCORE}},
    "worst": [SCORE | {"slice": "age 1 to 2", "certain": True}],
    "evidence": {"product": "abc"},
}
GATES = {"milestones": [{"name": "p", "gates": [{"gate": "accuracy > 0.5", "verdict": "not_proven", "next": "test"}]}]}
REPORT = {
    "rows_read": 10,
    "rows_kept": 9,
    "split": {"train": 5, "valid": 2, "test": 2, "how": "by hash"},
    "findings": [{"code": "leak", "severity": "warning"}],
}


def card() -> str:
    return model_card(MANIFEST, METRICS, GATES, REPORT)


def test_the_head_is_what_model_hubs_read() -> None:
    head = yaml.safe_load(card().split("---")[1])
    [index] = head["model-index"]
    assert index["results"][0]["metrics"][0] == {"type": "accuracy", "value": 0.9}
    assert head["pipeline_tag"] == "tabular-classification" and index["name"] == "a | b"


def test_every_section_is_there_with_its_numbers() -> None:
    text = card()
    assert "| accuracy | 0.9 [0.8, 0.95] | 0.5 [0.4, 0.6] | - | 60 |" in text and "| size_mb | 1 | - | - | 1 |" in text
    assert "`yes` is called from 0.25 on, chosen for f1." in text
    assert (
        "| sex=f | 0.9 [0.8, 0.95] |  |" in text and "| age 1 to 2 | 0.9 [0.8, 0.95] | worse than all others |" in text
    )
    assert "| p | `accuracy > 0.5` | not proven | test |" in text
    assert "9 of 10 rows: train 5, valid 2, test 2; by hash." in text and "`leak`" in text and "`abc`" in text


def test_a_name_breaks_no_table() -> None:
    line = next(ln for ln in card().splitlines() if "x" in ln and "number" in ln)
    assert line == "| x\\|y z &lt;b> | number |"
    tables = re.findall(r"(?m)^\|.*\|$", card())
    assert tables and all(row.count("|") - row.count("\\|") >= 3 for row in tables)
