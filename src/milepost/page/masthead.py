"""What the page is about: the product, its need, the run, the files that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.page.html import Html, name, tag
from milepost.page.voice import Voice, number

FILES = 4  # named
STONE = "M5 22V10a7 7 0 0 1 14 0v12z"


def masthead(gates: Mapping[str, Any], run: str, report: Mapping[str, Any], voice: Voice) -> Html:
    """Return the head of the page."""
    facts = [_fact(voice("Run"), tag("code", run))]
    if gates.get("model"):
        facts.append(_fact(voice("Model"), tag("code", str(gates["model"]))))
    if report.get("source"):
        facts.append(_fact(voice("Data"), voice.listed(_sources(report["source"], voice))))
    stone = tag("svg", tag("path", d=STONE), viewBox="0 0 24 24", aria_hidden="true")
    return tag(
        "header",
        tag("p", stone, tag("span", "Milepost"), class_="brand"),
        tag("h1", name(str(gates.get("product") or run))),
        tag("p", tag("bdi", str(gates["need"])), class_="need") if gates.get("need") else None,
        tag("dl", facts, class_="facts"),
    )


def _sources(files: Sequence[Mapping[str, Any]], voice: Voice) -> list[Html]:
    """Name the first files with their rows, and count the others."""
    shown = files if len(files) <= FILES else files[: FILES - 1]
    out = [Html(name(str(f["name"])) + " " + _soft(voice("{0} rows", number(f["rows"])))) for f in shown]
    rest = files[len(shown) :]
    if rest:
        rows = number(sum(f["rows"] for f in rest))
        out.append(voice("{0} more files with {1} rows", number(len(rest)), rows))
    return out


def _soft(words: str) -> Html:
    return tag("span", words, class_="soft")


def _fact(label: str, value: str) -> Html:
    return tag("div", tag("dt", label), tag("dd", value))
