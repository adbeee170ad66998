"""No verdict is passed on a page whose evidence is not what was judged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from milepost.page.evidence import Evidence
from milepost.page.page import page

from . import sample

HONEST = sample.evidence()


def edited(**others: Any) -> Evidence:
    """The sample with something put into its product milestone's first gate."""
    gates = sample.gates()
    gates["milestones"][1]["gates"][0] |= others
    return sample.evidence(gates=gates)


def passes(text: str) -> int:
    return len(re.findall("v-passed", text.split("</style>")[1]))


def test_honest_evidence_is_trusted_and_every_file_is_checked() -> None:
    text = page(HONEST, "r")
    assert HONEST.changed() == [] and 'role="alert"' not in text and passes(text) == 3
    assert all(digest in text for digest in HONEST.hashes.values())
    assert text.count('class="kept"') == 3 and 'class="changed"' not in text


@pytest.mark.parametrize("file", ["metrics.json", "data_report.json", "product/manifest.json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_changed_file_is_named_at_the_top_and_nothing_is_passed(file: str, lang: str) -> None:
    found = sample.evidence(hashes={**HONEST.hashes, file: "0" * 64})
    text = page(found, "r", lang).split("</style>")[1]
    assert found.changed() == [file] and passes(page(found, "r", lang)) == 0
    before = text[: text.index("<header")]
    assert 'role="alert"' in before and f"<code>{file}</code>" in before
    assert text.count('class="changed"') == 1
    lead = re.sub("<[^>]*>", "", text.split('class="lead">')[1].split("</p>")[0])
    assert ("None of 4 milestones is passed" if lang == "en" else "4 个里程碑均未通过") in lead


@pytest.mark.parametrize("file", ["metrics.json", "product/manifest.json"])
def test_evidence_that_is_gone_is_not_trusted(file: str) -> None:
    found = sample.evidence(hashes={k: v for k, v in HONEST.hashes.items() if k != file})
    assert found.changed() == [file] and "it is not there" in page(found, "r")


@pytest.mark.parametrize(
    "others",
    [
        {"verdict": "passed"},  # its interval is not beyond the bound
        {"value": 0.99},  # measured by nobody
        {"verdict": "passed", "low": None, "high": None, "value": None},
    ],
)
def test_gates_that_contradict_their_own_numbers_are_not_trusted(others: dict[str, Any]) -> None:
    found = edited(**others)
    assert found.changed() == ["gates.json"]
    assert 'role="alert"' in page(found, "r") and passes(page(found, "r")) == 0


def test_a_milestone_passes_with_all_its_gates_only() -> None:
    gates = sample.gates()
    gates["milestones"][1]["verdict"] = "passed"
    assert sample.evidence(gates=gates).changed() == ["gates.json"]


def test_older_runs_name_no_hashes_and_are_shown_as_they_are() -> None:
    gates = {k: v for k, v in sample.gates().items() if k != "evidence"}
    metrics = {k: v for k, v in sample.metrics().items() if k != "evidence"}
    assert sample.evidence(gates=gates, metrics=metrics).changed() == []
