"""The two pages: a form to try the product, and its API in words. Self-contained; nothing is fetched from elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from milepost.server.limits import Limits
from milepost.server.openapi import STATUSES, lone_text, seen
from milepost.types import Answer

Page = tuple[bytes, str]  # HTML, and the content-security-policy that allows its own style and script alone
HERE = Path(__file__).parent
SHORT = """
["text", "text"]  gives  [{...}, {...}]
"text"  gives  {...}"""  # where a text may stand for a row


def facts(product: Any) -> dict[str, str]:
    """Name the product."""
    return {"name": product.name, "version": product.version, "kind": product.kind, "need": product.need}


def form(product: Any, row: Mapping[str, Any], *, needs_token: bool) -> Page:
    """Return the page at `/`: a form made from the fields, filled with `row`."""
    fields = [
        {"name": f.name, "type": f.type, "choices": f.choices, "low": f.low, "high": f.high, "example": row[f.name]}
        for f in product.fields
    ]
    data = json.dumps(facts(product) | {"fields": fields, "needs_token": needs_token}, ensure_ascii=False)
    return _page(product, "form.html", data=data.replace("<", "\\u003c"))  # no value can close the script element


def docs(product: Any, row: Mapping[str, Any], answer: Answer, limits: Limits, *, needs_token: bool) -> Page:
    """Return the page at `/docs`."""
    return _page(
        product,
        "docs.html",
        request=escape(curl(row, needs_token=needs_token)),
        answer=escape(json.dumps(answer, ensure_ascii=False, indent=2)),
        fields=_table((_code(f.name), escape(seen(f)), _code(json.dumps(row[f.name]))) for f in product.fields),
        statuses=_table((_code(s), escape(said)) for s, said in STATUSES.items()),
        short=escape(SHORT) if lone_text(product.fields) else "",
        limits=f"At most {limits.body_bytes / 1e6:g} MB and {limits.queue_rows:,} rows a request; "
        f"an answer comes within {limits.deadline_s:g} s or not at all.",
        token="<p>Every request but those for health needs the token.</p>" if needs_token else "",
    )


def curl(row: Mapping[str, Any], *, needs_token: bool) -> str:
    """Return a command line that asks about `row`."""
    token = ' \\\n  -H "authorization: Bearer $MILEPOST_TOKEN"' if needs_token else ""
    body = shlex.quote(json.dumps(row, ensure_ascii=False))
    return f"curl $SERVER/predict \\\n  -H 'content-type: application/json'{token} \\\n  -d {body}"


def _page(product: Any, name: str, **parts: str) -> Page:
    """Fill the `{{part}}`s of a page: a style of its own and a <main>, put into the frame that both pages share."""
    style, main, rest = (HERE / name).read_text("utf-8").partition("<main>")
    frame = (HERE / "frame.html").read_text("utf-8").replace("{{style}}", style.strip())
    known = {k: escape(v) for k, v in facts(product).items()} | parts
    page = re.sub(r"\{\{(\w+)\}\}", lambda m: known[m[1]], frame.replace("{{main}}", main + rest))
    styles = " ".join(_hashes("style", page))
    scripts = " ".join(_hashes("script", page)) or "'none'"
    policy = f"default-src 'none'; connect-src 'self'; img-src data:; style-src {styles}; script-src {scripts}; "
    return page.encode(), policy + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _hashes(tag: str, page: str) -> list[str]:
    """Return what a content-security-policy calls each inline element of the page."""
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    return [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in found]


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
