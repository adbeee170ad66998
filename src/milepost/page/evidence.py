"""What a page is written from, and whether it is still what was judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milepost.page.doubt import contradicts, doubted
from milepost.page.html import Html, coded, joined, tag
from milepost.page.voice import Voice

METRICS, GATES, DATA, PRODUCT = "metrics.json", "gates.json", "data_report.json", "product/manifest.json"
SHIPPED = {"size_mb": "MB", "latency_p50_ms": "ms", "latency_p95_ms": "ms", "cost_per_1k_usd": "USD"}  # less is better
Json = Mapping[str, Any]


class Evidence(NamedTuple):
    """The files of a run as JSON, {} where one is not there; the SHA-256 of those that are; the day of the page."""

    report: Json
    gates: Json
    metrics: Json
    hashes: Mapping[str, str]
    day: str = ""

    def promised(self) -> dict[str, tuple[str, str]]:
        """Return the hashes that the evidence itself names, and by which file."""
        judged, measured = self.gates.get("evidence") or {}, self.metrics.get("evidence") or {}
        found = {DATA: measured.get(DATA), PRODUCT: measured.get("product") if PRODUCT in self.hashes else None}
        named = {file: (str(digest), METRICS) for file, digest in found.items() if digest}
        return named | {str(file): (str(digest), GATES) for file, digest in judged.items()}

    def changed(self) -> list[str]:
        """Return the files that are not what was judged."""
        unlike = [file for file, (digest, _) in self.promised().items() if self.hashes.get(file) != digest]
        return [*unlike, GATES] if contradicts(self.gates, self.metrics) else unlike

    def trusted(self, voice: Voice) -> Evidence:
        """Return the evidence; where a file is not what was judged, no gate and no milestone passes."""
        return self._replace(gates=doubted(self.gates, voice)) if self.changed() else self

    def unit(self, metric: str) -> str:
        """Return the unit of a metric."""
        return str((self.metrics.get("units") or {}).get(metric) or SHIPPED.get(metric, ""))

    def up(self, metric: str) -> bool:
        """Tell whether more is better."""
        usual = "lower" if metric in SHIPPED else "higher"
        return (self.metrics.get("better") or {}).get(metric, usual) != "lower"

    def better(self, metric: str, voice: Voice) -> Html:
        """Say whether more is better."""
        return voice("more is better" if self.up(metric) else "less is better")


def warning(evidence: Evidence, voice: Voice) -> Html:
    """Return what is to be said before all else: which files are not those that were judged."""
    changed = evidence.changed()
    if not changed:
        return Html()
    files = voice.listed(tag("code", file) for file in changed)
    words = (
        voice("The evidence does not match: {0} is not what the milestones were judged by.", files),
        voice("Nothing counts as passed here. Run `milepost run` and write the page again."),
    )
    return tag("div", tag("p", tag("b", words[0])), tag("p", coded(words[1])), class_="warning", role="alert")


def origin(voice: Voice, file: str, *keys: str) -> Html:
    """Return the small print under a section: from which file and keys its numbers are."""
    where = joined(_where(file, keys), " ")
    return tag("p", voice("Source: {0}", where), class_="origin")


def _where(file: str, keys: Sequence[str]) -> Iterator[Html]:
    yield tag("a", tag("code", file), href="#provenance")
    yield from (tag("code", key) for key in keys)
