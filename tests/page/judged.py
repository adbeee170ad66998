"""What evaluate measured of an invented product, and how its milestones were judged."""

from __future__ import annotations

import math
from typing import Any

AGAIN = "about 1,130 test rows would prove it, 200 are there"
WHY = "linear ships (log_loss 0.412 on 160 validation rows): network scores 0.405, but the difference "
WHY += "(-0.011 to +0.025) may be chance, and linear is cheaper"


def score(value: float, half: float = 0.03, n: int = 200) -> dict[str, Any]:
    """One score with its interval."""
    return {"value": value, "low": round(value - half, 6), "high": round(value + half, 6), "n": n}


def gate(text: str, verdict: str, value: float | None = None, half: float = 0.03, **others: Any) -> dict[str, Any]:
    """One judged gate as gates.json has it."""
    subject, op, bound = text.rsplit(" ", 2)
    metric, _, piece = subject.partition("@")
    against = bound if bound in ("naive", "baseline") else ""
    out = {"gate": text, "metric": metric, "slice": piece, "op": op, "bound": 0.0 if against else float(bound)}
    out |= {"against": against, "verdict": verdict, "next": "", "value": None, "low": None, "high": None, "n": 0}
    return out | ({} if value is None else score(value, half)) | others


def gates() -> dict[str, Any]:
    """gates.json with every verdict there is."""
    fall, late = "latency_p95_ms must fall", "deploy measures it: milepost run"
    milestones = [
        ("prototype", "passed", None, None, [gate("accuracy > naive", "passed", 0.121)]),
        (
            "product",
            "not_proven",
            "2027-03-01",
            96,
            [
                gate("accuracy >= 0.8", "not_proven", 0.815, next=AGAIN),
                gate("size_mb <= 10", "passed", 0.41, 0.0),
                gate("accuracy > baseline", "not_proven", 0.005, next="the simple model is the product"),
            ],
        ),
        ("speed", "failed", "2026-11-20", -5, [gate("latency_p95_ms <= 1", "failed", 1.9, next=fall)]),
        ("launch", "not_measured", None, None, [gate("recall@sex=f >= 0.7", "not_measured", next=late)]),
    ]
    return {
        "product": "heart-check",
        "need": "Tell a clinic which patients to examine first.",
        "run": "0001-abc",
        "model": "linear",
        "why": WHY,
        "headline": {"metric": "accuracy", **score(0.815)},
        "milestones": [
            {
                "name": n,
                "verdict": v,
                "by": by,
                "days": days,
                "before": "deploy" if n == "prototype" else None,
                "gates": g,
            }
            for n, v, by, days, g in milestones
        ],
        "test_looks": 3,
        "notes": [],
        "next": f"product: accuracy >= 0.8: {AGAIN}",
        "evidence": {"data_report.json": "d" * 64, "metrics.json": "e" * 64, "product/manifest.json": "a" * 64},
    }


def metrics() -> dict[str, Any]:
    """metrics.json with every key there is."""
    test = {
        "accuracy": score(0.815),
        "auc": score(0.872, 0.025),
        "f1": score(0.731, 0.05),
        "log_loss": score(0.412, 0.04),
    }
    shipped = {"size_mb": score(0.41, 0.0, 1), "latency_p50_ms": score(0.31, 0.02, 400)}
    shipped |= {"latency_p95_ms": score(1.9, 0.03, 400), "ece": score(0.034, 0.012)}
    value = {"value_per_1k_usd": score(1520.0, 410.0), "cost_per_1k_usd": score(0.002, 0.0)}
    return {
        "headline": "accuracy",
        "model": "linear",
        "why": WHY,
        "ships_baseline": False,
        "candidates": [
            {"model": "linear", "metric": "log_loss", **score(0.412, 0.04, 160), "inside": True},
            {"model": "trees", "metric": "log_loss", **score(0.471, 0.05, 160), "inside": False},
            {"model": "network", "metric": "log_loss", **score(0.405, 0.04, 160), "inside": True},
        ],
        "valid": {"accuracy": score(0.83, 0.04, 160)},
        "test": {**test, **shipped, **value},
        "naive": {"accuracy": score(0.694), "log_loss": score(0.62, 0.03)},
        "baseline": {
            "accuracy": score(0.81),
            "auc": score(0.86),
            "f1": score(0.72, 0.05),
            "log_loss": score(0.43, 0.04),
        },
        "gain": {"naive": {"accuracy": score(0.121)}, "baseline": {"accuracy": score(0.005)}},
        "slices": {f"city={c}": {"accuracy": score(v, h, n)} for c, v, h, n in SLICES},
        "worst": [
            {
                "slice": "age<40, smoker=yes",
                "metric": "accuracy",
                **score(0.61, 0.09, 48),
                "rest": 0.86,
                "certain": True,
            },
            {"slice": "grade=low", "metric": "accuracy", **score(0.75, 0.08, 41), "rest": 0.83, "certain": False},
        ],
        "gaps": {"city": {"accuracy": score(0.14, 0.11, 12)}},
        "details": {
            "confusion": {"classes": ["healthy", "ill"], "counts": [[133, 17], [20, 30]]},
            "calibration": [calibrated(i) for i in range(8)],
            "classes": [scored("healthy", 150, 153, 133), scored("ill", 50, 47, 30), scored("lost", 2, 0, 0)],
        },
        "mistakes": [mistaken(i) for i in range(9)],
        "importance": [{"column": c, "value": v, "low": v - h, "high": v + h} for c, v, h in COLUMNS],
        "curves": {"network": [curved(s) for s in range(0, 1200, 20)]},
        "threshold": {"value": 0.31, "metric": "value_per_1k_usd", "positive": "ill"},
        "cost": {"seconds": SECONDS, "total": 11.4},
        "evidence": {"data_report.json": "d" * 64, "test": "4f1d" * 4, "product": "a" * 64},
        "units": {"log_loss": "nats", "latency_p95_ms": "ms", "value_per_1k_usd": "USD"},
        "better": {"accuracy": "higher", "auc": "higher", "f1": "higher", "log_loss": "lower", "ece": "lower"}
        | {"size_mb": "lower", "latency_p50_ms": "lower", "latency_p95_ms": "lower", "cost_per_1k_usd": "lower"},
    }


SLICES = (("Berlin", 0.84, 0.06, 61), ("北京", 0.79, 0.07, 52), ("上海", 0.83, 0.06, 63), ("Oslo", 0.7, 0.2, 12))
COLUMNS = (
    ("grade", 0.21, 0.03),
    ("age", 0.12, 0.025),
    ("income", 0.03, 0.02),
    ("city", 0.004, 0.01),
    ("note", -0.002, 0.006),
)
SECONDS = {
    "prepare": 1.2,
    "train linear": 0.3,
    "train trees": 1.4,
    "train network": 6.9,
    "evaluate": 0.7,
    "deploy": 0.9,
}


def scored(name: str, rows: int, called: int, both: int) -> dict[str, Any]:
    precision = both / called if called else None
    f1 = 2 * both / (rows + called)
    return {"class": name, "rows": rows, "called": called, "precision": precision, "recall": both / rows, "f1": f1}


def mistaken(i: int) -> dict[str, Any]:
    cells = {"note": "胸口发闷三天，" + "he says that it began at night " * i, "age": str(40 + i), "city": "北京"}
    about = {"row": 17 * i + 3, "truth": "healthy", "answer": "ill", "probability": 0.99 - i / 30}
    return about | {"cells": cells}


def calibrated(i: int) -> dict[str, Any]:
    said = (i + 0.5) / 8
    seen = min(max(said + 0.05 * math.sin(3 * i), 0.02), 0.98)
    return {"said": said, "seen": seen, "low": max(seen - 0.09, 0), "high": min(seen + 0.09, 1), "n": 20 + 3 * i}


def curved(step: int) -> dict[str, Any]:
    train = 0.34 + 0.35 * math.exp(-step / 200)
    return {"step": step, "train_loss": train, "valid_loss": 0.39 + 0.3 * math.exp(-step / 180) + 6e-8 * step**2}
