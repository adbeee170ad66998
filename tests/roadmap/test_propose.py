"""Gates that the rows can prove, and the least that they can."""

from __future__ import annotations

import pytest

from milepost.metrics import classification, regression
from milepost.metrics.interval import paired_shares
from milepost.roadmap.gates import parse
from milepost.roadmap.propose import propose, smallest_gain


@pytest.mark.parametrize("rows", [30, 100, 1000])
def test_the_smallest_gain_is_just_proven(rows: int) -> None:
    won = round(smallest_gain(rows) * rows)
    assert paired_shares(won, 0, rows)[0] > 0 >= paired_shares(won - 1, 0, rows)[0]


@pytest.mark.parametrize("metrics", [classification.METRICS, regression.METRICS])
@pytest.mark.parametrize("tested", [0, 29, 30, 5000])
def test_proposals_are_gates(metrics, tested: int) -> None:
    found = propose(metrics, {"a": 60, "b": 40}, tested)
    gates = [parse(text, metrics, "here") for some in found.gates.values() for text in some]
    assert gates and found.said
    assert tested >= 30 or all(g.metric in ("size_mb", "latency_p95_ms") for g in gates), "few rows promise no score"


def test_a_rare_class_is_not_promised_accuracy() -> None:
    found = propose(classification.METRICS, {"no": 9900, "yes": 100}, 100)
    assert found.gates["prototype"] == ["roc_auc > naive"] and "0.990 where one class" in found.said[1]
