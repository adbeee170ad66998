"""The model card of a run, written from its evidence: what it is for, how well it does, for whom, and what is unproven.

Its sections are those of Mitchell et al. 2019; its head is what model hubs read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from milepost.papers import table

NAME = "model_card.md"
WORST = 5  # parts of the test rows that are named


def model_card(
    manifest: Mapping[str, Any], metrics: Mapping[str, Any], gates: Mapping[str, Any], report: Mapping[str, Any]
) -> str:
    """Return the card as Markdown, from manifest.json, metrics.json, gates.json and data_report.json."""
    parts = [
        _head(manifest, metrics),
        f"# {manifest['name']}\n\n{manifest['need'] or 'Nothing is said of what it is for.'}",
        _details(manifest, metrics),
        _section("What it reads", table(("field", "type"), ((f["name"], f["type"]) for f in manifest["schema"]))),
        _section("How well it does", _scores(metrics)),
        _section("For whom", _groups(metrics)),
        _section("What was promised", _promises(gates)),
        _section("What it learned from", _data(report)),
        _section("Where the numbers come from", _hashes(metrics)),
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _head(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Write the YAML that model hubs read; JSON is YAML."""
    found = [{"type": name, "value": score["value"]} for name, score in metrics["test"].items()]
    result = {"task": {"type": manifest["kind"]}, "dataset": {"name": "test", "type": "test"}, "metrics": found}
    index = [{"name": manifest["name"], "results": [result]}]
    lines = [f"library_name: {json.dumps('milepost')}", f"pipeline_tag: {json.dumps(manifest['kind'])}"]
    return "\n".join(["---", *lines, f"model-index: {json.dumps(index, ensure_ascii=False)}", "---"])


def _details(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    said = [f"A `{manifest['kind']}` product, model `{manifest['model']}`, made by Milepost {manifest['version']}."]
    said.append(f"Why this model: {metrics['why']}.")
    if threshold := metrics.get("threshold"):
        called = f"`{threshold['positive']}`" if threshold.get("positive") else "The positive class"
        said.append(f"{called} is called from {threshold['value']:.4g} on, chosen for {threshold['metric']}.")
    if cuts := metrics.get("cuts"):
        names = [str(c["class"]) for c in metrics.get("details", {}).get("classes", ())]
        each = ", ".join(f"`{name}` {cut:.4g}" for name, cut in zip(names, cuts["values"], strict=False))
        what = "Probabilities are divided by these before the largest is called"
        if "confusion" not in metrics.get("details", {}):
            what = "Each label is given from its own probability on"
        said.append(f"{what}, chosen for {cuts['metric']}: {each}.")
    return "\n".join(said)


def _scores(metrics: Mapping[str, Any]) -> str:
    """Write every score on the test rows beside the naive answer and the baseline."""
    rows = (
        (name, *(_score(metrics.get(who, {}).get(name)) for who in ("test", "naive", "baseline")), str(score["n"]))
        for name, score in metrics["test"].items()
    )
    return table(("metric", "the product", "naive", "baseline", "rows"), rows)


def _groups(metrics: Mapping[str, Any]) -> str:
    """Write the headline of every part of the rows that was asked for, and of those on which it is worst."""
    headline = metrics["headline"]
    rows = [(name, _score(found.get(headline)), "") for name, found in metrics.get("slices", {}).items()]
    for part in metrics.get("worst", ())[:WORST]:
        certain = "worse than all others" if part["certain"] else "may be chance"
        rows.append((part["slice"], _score(part), certain))
    return table((f"rows ({headline})", "95 % interval", ""), rows) if rows else ""


def _promises(gates: Mapping[str, Any]) -> str:
    rows = (
        (m["name"], f"`{g['gate']}`", g["verdict"].replace("_", " "), g["next"])
        for m in gates["milestones"]
        for g in m["gates"]
    )
    return table(("milestone", "gate", "verdict", "next"), rows)


def _data(report: Mapping[str, Any]) -> str:
    split = report["split"]
    sizes = ", ".join(f"{side} {split[side]:,}" for side in ("train", "valid", "test"))
    weighty = sorted({f["code"] for f in report["findings"] if f["severity"] != "info"})
    said = [f"{report['rows_kept']:,} of {report['rows_read']:,} rows: {sizes}; {split['how']}."]
    return "\n".join([*said, f"Findings to know: {', '.join(f'`{c}`' for c in weighty)}."] if weighty else said)


def _hashes(metrics: Mapping[str, Any]) -> str:
    return table(("what", "hash"), ((k, f"`{v}`") for k, v in metrics.get("evidence", {}).items()))


def _score(score: Mapping[str, Any] | None) -> str:
    if score is None:
        return "-"
    if score["low"] == score["high"]:
        return f"{score['value']:.4g}"
    return f"{score['value']:.4g} [{score['low']:.4g}, {score['high']:.4g}]"


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""
