"""Where every number comes from: the files of the run with their hashes, and what they say of each other."""

from __future__ import annotations

from milepost.page.evidence import METRICS, Evidence
from milepost.page.html import Html, coded, joined, tag
from milepost.page.voice import Voice, number

NOTES = 12


def provenance(evidence: Evidence, run: str, voice: Voice) -> Html:
    """Return the section of the files, the run, the test rows and the looks at them."""
    heads = [voice("file"), "SHA-256", voice("checked")]
    head = tag("tr", [tag("th", words, scope="col") for words in heads])
    rows = [_file(file, evidence, voice) for file in dict.fromkeys([*evidence.hashes, *evidence.promised()])]
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="files") if rows else ""
    facts = tag("dl", [tag("div", tag("dt", k), tag("dd", v)) for k, v in _facts(evidence, run, voice)], class_="proof")
    said = voice(
        "The hashes were computed when this page was written. Each section says from which file and keys it is."
    )
    return tag("div", tag("p", said, class_="about"), table, facts, _notes(evidence, voice), class_="card")


def _file(file: str, evidence: Evidence, voice: Voice) -> Html:
    digest = evidence.hashes.get(file)
    there = tag("code", digest) if digest else voice("it is not there")
    return tag(
        "tr", tag("th", tag("code", file), scope="row"), tag("td", there), tag("td", _checked(file, evidence, voice))
    )


def _checked(file: str, evidence: Evidence, voice: Voice) -> Html:
    """Say whether a file is what the evidence says that it is, and which file says so."""
    says = evidence.promised().get(file, ("", METRICS))[1]
    if file in evidence.changed():
        return tag("b", voice("✗ not what {0} names", tag("code", says)), class_="changed")
    if file not in evidence.promised():
        return tag("span", "–", class_="soft")
    return tag("span", voice("✓ as {0} names it", tag("code", says)), class_="kept")


def _facts(evidence: Evidence, run: str, voice: Voice) -> list[tuple[Html, Html]]:
    own = evidence.metrics.get("evidence") or {}
    out = [(voice("Run"), tag("code", run))]
    if own.get("test"):
        out.append((voice("Test rows"), tag("code", str(own["test"]))))
    if own.get("product"):
        out.append((voice("Product"), tag("code", str(own["product"]))))
    if evidence.day:
        out.append((voice("Written on"), joined(evidence.day)))
    if evidence.gates.get("test_looks"):
        out.append((voice("Looks at the test rows"), tag("b", number(evidence.gates["test_looks"]))))
    return out


def _notes(evidence: Evidence, voice: Voice) -> Html:
    notes = [str(n) for n in evidence.gates.get("notes") or []]
    items = [tag("li", coded(voice.sentence(n))) for n in notes[:NOTES]]
    left = len(notes) - NOTES
    items += [tag("li", voice("{0} more notes are in gates.json", number(left)))] if left > 0 else []
    return joined([tag("h3", voice("Notes")), tag("ul", items, class_="notes")]) if items else Html()
