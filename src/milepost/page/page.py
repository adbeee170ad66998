"""A run as one page: its sections in order, in a frame that fetches nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from milepost.page.classes import classes
from milepost.page.columns import chosen, columns
from milepost.page.findings import findings
from milepost.page.glance import glance
from milepost.page.html import Html, tag
from milepost.page.masthead import STONE, masthead
from milepost.page.milestones import milestones
from milepost.page.missing import missing
from milepost.page.voice import TAGS, Voice
from milepost.version import VERSION

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    f"%3Cpath d='{STONE}' fill='%230f766e'/%3E%3C/svg%3E"
)


def page(report: Mapping[str, Any], gates: Mapping[str, Any], run: str, lang: str = "en") -> str:
    """Return the page of a run as HTML, from data_report.json and gates.json ({} where nothing is judged yet)."""
    voice, places = Voice(lang), chosen(report)
    parts = {
        "milestones": (voice("Milestones"), milestones(gates, voice)),
        "glance": (voice("At a glance"), glance(report, voice)),
        "findings": (voice("Findings"), findings(report, places, voice)),
        "classes": (voice("Classes"), classes(report, voice)),
        "missing": (voice("Missing cells"), missing(report, places, voice)),
        "columns": (voice("Columns"), columns(report, places, voice)),
    }
    there = {anchor: (title, part) for anchor, (title, part) in parts.items() if part}
    about = voice("written by Milepost {0} from data_report.json, which has every figure of this page", VERSION)
    body = [
        masthead(gates, run, report, voice),
        tag("nav", [tag("a", t, href=f"#{a}") for a, (t, _) in there.items()], aria_label=voice("Sections")),
        tag("main", [tag("section", tag("h2", t), part, id=a) for a, (t, part) in there.items()]),
        tag("footer", about),
    ]
    title = voice("{0} · data and milestones", str(gates.get("product") or run))
    return "<!doctype html>\n" + tag("html", _head(title), tag("body", body), lang=TAGS[lang])


def _head(title: Html) -> Html:
    """Return a head that allows the page's own style and nothing else."""
    style = (Path(__file__).parent / "page.css").read_text("utf-8")
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
