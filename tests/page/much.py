"""A run with more of everything than a page can show."""

from __future__ import annotations

from typing import Any

from milepost.page.evidence import Evidence

from . import judged, sample

LONG = "a name of a class that goes on and on until nobody remembers how it began "


def much() -> Evidence:
    """50 classes, 200 slices, 500 columns, 40 gates of a milestone, long names and huge numbers."""
    return sample.evidence(report=report(), gates=gates(), metrics=metrics())


def report() -> dict[str, Any]:
    number = {"type": "number", "missing": 3, "missing_share": 0.003, "distinct": 2, "min": 0, "max": 1, "mean": 0.5}
    found = sample.report()
    found["columns"] = {f"{LONG}{i}": dict(number) for i in range(500)}
    found["findings"], found["missing_map"]["shares"] = [], {}
    return found


def gates() -> dict[str, Any]:
    found = sample.gates()
    huge = [judged.gate(f"{LONG * 3}{i} >= 0.5", "failed", 0.1, next=f"{LONG}must rise") for i in range(40)]
    wide = [judged.gate("value_per_1k_usd >= 123456789", "not_proven", 98765432.1, 12345678.9, next=judged.AGAIN)]
    found["milestones"][1]["gates"] += wide
    found["milestones"] += [{"name": LONG * 2, "verdict": "failed", "by": None, "gates": huge}]
    return found


def metrics() -> dict[str, Any]:
    found = sample.metrics()
    found["test"]["value_per_1k_usd"] = judged.score(98765432.1, 12345678.9)
    classes = [f"{i} {LONG}" for i in range(50)]
    counts = [[90 if i == j else (i * 7 + j) % 5 for j in range(50)] for i in range(50)]
    found["details"]["confusion"] = {"classes": classes, "counts": counts}
    found["details"]["classes"] = [judged.scored(c, 100 + i, 90, 7 * i // 5) for i, c in enumerate(classes)]
    wrong = {"answer": classes[0], "truth": classes[1], "cells": {LONG: "x" * 200}}
    found["mistakes"] = [judged.mistaken(i) | wrong for i in range(20)]
    found["slices"] = {f"city={LONG}{i}": {"accuracy": judged.score(0.5 + i / 500)} for i in range(200)}
    found["worst"] = [
        {"slice": f"{LONG}{i}", "metric": "accuracy", **judged.score(0.4), "rest": 0.8, "certain": i < 2}
        for i in range(60)
    ]
    found["importance"] = [
        {"column": f"{LONG}{i}", "value": 1e6 / (i + 1), "low": -1e5, "high": 2e6} for i in range(500)
    ]
    found["curves"] = {f"network {i}": [judged.curved(s) for s in range(0, 900, 30)] for i in range(9)}
    found["cost"] = {"seconds": {f"train {LONG}{i}": 4000.0 * i for i in range(40)}, "total": 4e6}
    found["test"] |= {f"{LONG.replace(' ', '_')}{i}": judged.score(123456789.0 + i, 2345678.0) for i in range(50)}
    return found
