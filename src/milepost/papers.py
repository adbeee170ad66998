"""The papers of a product, written from its manifest: a model card and a Dockerfile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def card(manifest: Mapping[str, Any]) -> str:
    """Return the model card as Markdown."""
    read = [(f["name"], f["type"], _choices(f["choices"])) for f in manifest["schema"]]
    lines = [f"# {manifest['name']}", ""]
    lines += [str(manifest["need"]), ""] if manifest["need"] else []
    lines += [
        f"A `{manifest['kind']}` product, model `{manifest['model']}`, made by Milepost {manifest['version']}.",
        "",
        "## What it reads",
        "",
        table(("field", "type", "values"), read),
    ]
    if scores := manifest.get("valid"):
        lines += ["", "## How well it does", "", "On validation rows, which chose it; the test is in metrics.json.", ""]
        rows = [(k, f"{s['value']:.4g}", f"{s['low']:.4g} to {s['high']:.4g}", str(s["n"])) for k, s in scores.items()]
        lines.append(table(("metric", "value", "95 % interval", "rows"), rows))
    if why := manifest.get("why"):
        lines += ["", "## Why this model", "", str(why)]
    if proof := manifest.get("proof"):
        lines += ["", "## Proof", "", _proof(proof)]
    return "\n".join(
        [*lines, "", "## Use", "", "```sh", "pip install 'milepost[serve]'", "milepost serve --product .", "```", ""]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown, nothing without rows; a stroke or a line feed in a name does not break it."""
    lines = [" | ".join(_cell(c) for c in row) for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(f"| {line} |" for line in lines) if len(lines) > 2 else ""


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def _choices(known: Sequence[str]) -> str:
    return ", ".join(known[:8]) + (" ..." if len(known) > 8 else "")


def _proof(proof: Mapping[str, Any]) -> str:
    return (
        f"In a fresh process without torch it answered {proof['rows']} rows as the evaluated model did; "
        f"the largest difference was {proof['largest_difference']:.1e}."
    )


def dockerfile(manifest: Mapping[str, Any]) -> str:
    """Return a Dockerfile that serves the folder it lies in, as a user without rights."""
    packages = " ".join(f"'{r.replace(']', ']==' + manifest['version'], 1)}'" for r in manifest["requires"])
    return f"""FROM python:3.12-slim
RUN pip install --no-cache-dir {packages} && useradd --system product
COPY . /product
USER product
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=2)"
CMD ["milepost", "serve", "--product", "/product", "--host", "0.0.0.0", "--port", "8000"]
"""
