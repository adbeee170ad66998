"""The papers of a product, written from its manifest: a model card and a Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def card(manifest: Mapping[str, Any]) -> str:
    """Return the model card as Markdown."""
    lines = [f"# {manifest['name']}", ""]
    lines += [str(manifest["need"]), ""] if manifest["need"] else []
    lines += [
        f"A `{manifest['kind']}` product, model `{manifest['model']}`, made by Milepost {manifest['version']}.",
        "",
        "## What it reads",
        "",
        "| field | type | values |",
        "| --- | --- | --- |",
    ]
    for field in manifest["schema"]:
        values = ", ".join(field["choices"][:8]) + (" ..." if len(field["choices"]) > 8 else "")
        lines.append(f"| {field['name']} | {field['type']} | {values} |")
    if scores := manifest.get("valid"):
        lines += ["", "## How well it does", "", "On validation rows, which chose it; the test is in metrics.json.", ""]
        lines += ["| metric | value | 95 % interval | rows |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {k} | {s['value']:.4g} | {s['low']:.4g} to {s['high']:.4g} | {s['n']} |" for k, s in scores.items()
        ]
    if why := manifest.get("why"):
        lines += ["", "## Why this model", "", str(why)]
    if proof := manifest.get("proof"):
        lines += ["", "## Proof", "", _proof(proof)]
    return "\n".join(
        [*lines, "", "## Use", "", "```sh", "pip install 'milepost[serve]'", "milepost serve --product .", "```", ""]
    )


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
