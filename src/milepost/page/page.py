"""A run as one page: its sections in the order of a reader's questions, in a frame that fetches nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from milepost.page.answers import answers
from milepost.page.choice import choice
from milepost.page.classes import classes
from milepost.page.columns import chosen, columns
from milepost.page.cost import cost
from milepost.page.evidence import DATA, Evidence, origin, warning
from milepost.page.findings import findings
from milepost.page.glance import glance
from milepost.page.html import Html, joined, tag
from milepost.page.masthead import STONE, masthead
from milepost.page.milestones import milestones
from milepost.page.missing import missing
from milepost.page.provenance import provenance
from milepost.page.steps import steps
from milepost.page.verdict import verdict
from milepost.page.voice import TAGS, Voice
from milepost.version import VERSION

STYLES = ("page.css", "road.css", "evidence.css", "data.css", "narrow.css", "print.css")
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    f"%3Cpath d='{STONE}' fill='%230f766e'/%3E%3C/svg%3E"
)
Sections = dict[str, tuple[Html, Html]]  # anchor -> title, what it says


def page(found: Evidence, run: str, lang: str = "en") -> str:
    """Return the page of a run as HTML; where the evidence is not what was judged, nothing on it is passed."""
    voice = Voice(lang)
    evidence = found.trusted(voice)
    parts = {**_evidence(evidence, voice), **_data(evidence, voice)}
    parts["provenance"] = (voice("Where the numbers come from"), provenance(found, run, voice))
    there = {anchor: (title, part) for anchor, (title, part) in parts.items() if part}
    body = [
        warning(found, voice),
        masthead(evidence.gates, run, evidence.report, voice),
        tag("nav", [tag("a", t, href=f"#{a}") for a, (t, _) in there.items()], aria_label=voice("Sections")),
        tag("main", [tag("section", tag("h2", t), part, id=a) for a, (t, part) in there.items()]),
        tag("footer", voice("written by Milepost {0} from the files of the run; no number on it is typed", VERSION)),
    ]
    title = voice("{0} · milestones and evidence", str(evidence.gates.get("product") or run))
    return "<!doctype html>\n" + tag("html", _head(title), tag("body", body), lang=TAGS[lang])


def _evidence(evidence: Evidence, voice: Voice) -> Sections:
    return {
        "verdict": (voice("The verdict"), verdict(evidence, voice)),
        "milestones": (voice("Milestones"), milestones(evidence.gates, voice)),
        "next": (voice("What to do next"), steps(evidence.gates, voice)),
        "choice": (voice("Why this model"), choice(evidence, voice)),
        "answers": (voice("How it answers"), answers(evidence, voice)),
        "cost": (voice("What it costs"), cost(evidence, voice)),
    }


def _data(evidence: Evidence, voice: Voice) -> Sections:
    report, places = evidence.report, chosen(evidence.report)
    found = {
        "glance": (voice("The data at a glance"), glance(report, voice), ("rows_read", "split")),
        "findings": (voice("Findings"), findings(report, places, voice), ("findings",)),
        "classes": (voice("Classes"), classes(report, voice), ("split.classes",)),
        "missing": (voice("Missing cells"), missing(report, places, voice), ("missing_map",)),
        "columns": (voice("Columns"), columns(report, places, voice), ("columns",)),
    }
    return {
        anchor: (title, joined([part, origin(voice, DATA, *keys)]) if part else part)
        for anchor, (title, part, keys) in found.items()
    }


def _head(title: Html) -> Html:
    """Return a head that allows the page's own style and nothing else."""
    style = "\n".join((Path(__file__).parent / name).read_text("utf-8") for name in STYLES)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", href=ICON),
        tag("style", Html(style)),
    )
