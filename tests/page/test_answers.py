"""How it answers: what is there is shown, what is not is left out, what is too much is counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from milepost.page import answers, by_class, calibration, choice, confusion, cost, curves, mistakes, slices, steps
from milepost.page.evidence import Evidence
from milepost.page.page import page
from milepost.page.voice import Voice

from . import judged, sample
from .reader import Reader

KEYS = tuple(sample.metrics())


def having(**others: Any) -> Evidence:
    return sample.evidence(metrics=sample.metrics() | others)


def words(html: str) -> str:
    return " ".join(" ".join(t.words for t in Reader(html).texts).split())


def cells(html: str) -> list[list[str]]:
    """The rows of a table, as words."""
    return [
        [" ".join(re.sub("<title>.*?</title>|<[^>]*>", " ", c).split()) for c in re.findall("<t[hd].*?</t[hd]>", row)]
        for row in re.findall("<tr.*?</tr>", html)
    ]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_may_be_absent(key: str) -> None:
    metrics = {k: v for k, v in sample.metrics().items() if k != key}
    Reader(page(sample.evidence(metrics=metrics), "r"))


@pytest.mark.parametrize("key", KEYS)
def test_a_run_may_have_one_key_alone(key: str) -> None:
    Reader(page(sample.evidence(metrics={key: sample.metrics()[key]}, gates={}), "r"))


def test_what_was_not_measured_has_no_card() -> None:
    titles = re.findall(
        "<h3>([^<]*)</h3>", answers.answers(having(details={}, worst=[], curves={}, threshold={}, mistakes=[]), Voice())
    )
    assert titles == ["Scores", "For whom it works", "What the answers rest on"]
    assert (
        answers.answers(sample.evidence(metrics={}), Voice()) == "" == cost.cost(sample.evidence(metrics={}), Voice())
    )


def test_the_confusion_has_counts_and_their_share_of_the_truth() -> None:
    found = cells(confusion.confusion(sample.evidence(), Voice()))
    assert found[1:] == [["healthy", "133 88.7%", "17 11.3%"], ["ill", "20 40.0%", "30 60.0%"]]
    shades = re.findall(r'class="heat (\w+) h(\d)"', confusion.confusion(sample.evidence(), Voice()))
    assert shades == [("right", "8"), ("wrong", "1"), ("wrong", "4"), ("right", "5")]


def test_of_some_classes_the_names_stand_and_the_card_is_broad() -> None:
    found = having(details={"confusion": {"classes": list("abcdef"), "counts": [[1] * 6] * 6}})
    assert '<article class="card broad"><h3>What it calls what' in answers.answers(found, Voice())
    assert 'class="confusion many"' in confusion.confusion(found, Voice())


def test_of_many_classes_the_pairs_confused_most_are_named() -> None:
    names = [f"c{i}" for i in range(50)]
    counts = [[100 if i == j else (i * 7 + j) % 5 for j in range(50)] for i in range(50)]
    counts[3][9] = 77
    text = confusion.confusion(having(details={"confusion": {"classes": names, "counts": counts}}), Voice())
    found = cells(text)
    assert found[1][:3] == ["c3", "c9", "77"] and len(found) == 1 + confusion.PAIRS
    assert "more pairs are in metrics.json" in text and "50 classes; 5,000 of" in words(text)


def test_the_worst_slice_is_first_by_the_direction_of_the_metric() -> None:
    order = [row[0] for row in cells(slices.slices(sample.evidence(), Voice()))[1:-1]]
    assert order == ["city=Oslo", "city=北京", "city=上海", "city=Berlin"]
    falling = slices.slices(having(better={"accuracy": "lower"}), Voice())
    assert [row[0] for row in cells(falling)[1:-1]] == order[::-1]
    assert 'class="t-pale"' in falling and "fewer than 30 rows" in falling


def test_two_hundred_slices_are_bounded() -> None:
    many = {f"city={i}": {"accuracy": judged.score(0.5 + i / 1000)} for i in range(200)}
    text = slices.slices(having(slices=many), Voice())
    assert text.count('class="interval"') == slices.SHOWN and "176 more slices are in metrics.json" in text


def test_the_largest_difference_between_groups_is_told() -> None:
    text = re.sub("<[^>]*>", "", slices.slices(sample.evidence(), Voice()))
    assert "largest difference between the groups of city: 0.140 [0.030, 0.250]" in text


def test_found_slices_say_whether_they_are_certain() -> None:
    found = cells(slices.worst(sample.evidence(), Voice()))
    assert [row[0] for row in found[1:-1]] == [
        "age<40, smoker=yes certain".replace("<", "&lt;"),
        "grade=low may be chance",
    ]


def test_the_best_step_is_marked_and_a_long_curve_is_thinned() -> None:
    points = [{"step": s, "train_loss": 1 / (s + 1), "valid_loss": abs(s - 7000) / 1e4} for s in range(10_000)]
    text = curves.curves(having(curves={"network": points, "empty": []}), Voice())
    assert "lowest at step 7,000: 0" in text and len(text) < 40_000
    assert curves.curves(having(curves={"trees": [{"step": None, "valid_loss": float("nan")}]}), Voice()) == ""


def test_the_choice_says_who_ships_and_who_is_as_good() -> None:
    found = cells(choice.choice(sample.evidence(), Voice()))
    assert [row[0] for row in found[1:-1]] == ["linear ships", "trees behind the best", "network as good within chance"]
    assert "The simple model is the product" in choice.choice(having(ships_baseline=True), Voice())


def test_a_threshold_names_its_class_where_it_is_known() -> None:
    named = re.sub("<[^>]*>", "", calibration.threshold(sample.evidence(), Voice()))
    assert named.startswith("ill is called from 0.31 on: chosen on validation rows for value_per_1k_usd")
    unnamed = calibration.threshold(having(threshold={"value": 0.5, "metric": "f1"}), Voice())
    assert "the positive class is called from" in unnamed


def test_the_larger_a_dot_the_more_rows_are_behind_it() -> None:
    bins = [{"said": 0.2, "seen": 0.2, "n": 4}, {"said": 0.7, "seen": 0.8, "low": 0.6, "high": 0.9, "n": 400}]
    text = calibration.calibration(having(details={"calibration": bins}), Voice())
    small, large = (float(r) for r in re.findall(r'<circle[^>]* r="([\d.]+)"', text))
    assert small < large == 6.5 and text.count('class="whisker') == 1


def test_a_run_says_what_it_cost_wherever_that_stands() -> None:
    gates = sample.gates() | {"cost": {"seconds": {"prepare": 2.0}, "total": 2.0}}
    text = cost.cost(sample.evidence(metrics={}, gates=gates), Voice())
    assert "2 s on one machine" in words(text) and "<code>gates.json</code>" in text


def test_the_cost_has_every_stage_and_its_share() -> None:
    text = cost.cost(sample.evidence(), Voice())
    assert ["train network", "", "6.9 s", "60.5%"] in cells(text)
    assert "11.4 s on one machine" in words(text) and "1520 USD" in words(text)
    hours = cost.cost(having(cost={"seconds": {"train": 7200.0, "deploy": 120.0}, "total": 7320.0}), Voice())
    assert "2 h" in words(hours) and "2 min" in words(hours)


def test_every_gate_that_is_not_passed_is_a_step_and_the_next_is_first() -> None:
    gates = sample.gates() | {"next": "speed: latency_p95_ms <= 1: latency_p95_ms must fall"}
    text = steps.steps(gates, Voice())
    found = [words(item) for item in re.findall("<li.*?</li>", text)]
    assert len(found) == 4 and found[0] == "✗ speed · latency_p95_ms <= 1 failed Next step latency_p95_ms must fall"
    assert "accuracy >= 0.8" in found[1] and "about 1,130 test rows would prove it" in found[1]
    done = steps.steps({"milestones": [], "next": "milepost serve"}, Voice())
    assert words(done).startswith("Next step milepost serve")


def test_every_class_has_a_row_the_weakest_first_and_those_with_none_last() -> None:
    nobody = judged.scored("nobody", 1, 0, 0) | {"rows": 0, "recall": None, "f1": None}
    classes = [nobody, *sample.metrics()["details"]["classes"]]
    text = by_class.by_class(having(details={"classes": classes}), Voice())
    found = cells(text)
    assert [row[0] for row in found] == ["class", "lost", "ill", "healthy", "nobody"]
    assert found[2][1:] == ["0.619", "0.638", "0.600", "50"] and found[4][1:4] == ["–", "–", "–"]
    assert text.count('class="t-pale"') == 2 and "fewer than 30 rows" in words(text)
    many = [judged.scored(f"c{i}", 90, 90, i) for i in range(50)]
    assert "38 more classes" in words(by_class.by_class(having(details={"classes": many}), Voice()))


def test_from_where_classes_or_labels_are_called_is_said() -> None:
    cuts = {"metric": "macro_f1", "values": [0.7, 0.2, 0.1]}
    said = words(by_class.by_class(having(cuts=cuts), Voice()))
    assert (
        "divided by these before the largest is called" in said
        and "macro_f1 : healthy 0.7 , ill 0.2 , lost 0.1" in said
    )
    labels = sample.metrics()["details"] | {"confusion": None}
    assert "each label is given from" in words(by_class.by_class(having(cuts=cuts, details=labels), Voice()))


def test_mistakes_of_classes_labels_and_numbers_are_said() -> None:
    def said(**one: Any) -> str:
        return words(mistakes.mistakes(having(mistakes=[{"row": 7, "cells": {"note": "n"}, **one}]), Voice()))

    found = said(truth="healthy", answer="ill", probability=0.98)
    assert "called ill with 98.0% , true is healthy" in found and "note n" in found and "row 7 of the test" in found
    labels = said(truth=["a", "b"], answer=[], label="a", probability=0.9)
    assert "called no label , true is a , b ; surest of a : 90.0%" in labels
    assert "said 9.5 , true is 3 : off by 6.5" in said(truth=3.0, answer=9.5, error=6.5)
    assert "wrong with 70.0%" in said(probability=0.7), "of classes that are personal data"


def test_the_first_mistakes_are_seen_and_the_others_are_folded() -> None:
    text = mistakes.mistakes(having(), Voice())
    assert text.count("<li>") == 9 and text.split("<details>")[0].count("<li>") == mistakes.SHOWN
    assert "4 more" in words(text)
