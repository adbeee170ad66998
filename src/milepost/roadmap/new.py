"""A folder to start from: a kind's example, or what the user's own data suggests."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import polars as pl

from milepost.columns.scan import Scan, glance
from milepost.columns.schema import typed
from milepost.data.split import TEST
from milepost.errors import MilepostError, did_you_mean
from milepost.roadmap.gates import FEW
from milepost.sources.read import read
from milepost.tasks import find, kinds

EXAMPLES = Path(__file__).parents[1] / "examples"
FEW_CLASSES = 20  # different whole numbers that are still taken for classes
TARGETS = ("target", "label", "class", "y", "outcome", "churn", "default", "fraud", "diagnosis", "disease")


def new(kind: str | None, folder: Path, data: Path | None = None, target: str | None = None) -> dict[str, Any]:
    """Write a product.yaml (and, without data, an example) into `folder`; return what was written and inferred.

    Raises MilepostError if the folder holds a product.yaml already, or the data do not say enough.
    """
    if kind is not None:
        find(kind, "KIND")
    if (folder / "product.yaml").exists():
        raise MilepostError("there is a product.yaml already", str(folder), "name another folder with --folder")
    if data is None:
        return _example(kind, folder)
    return _from_data(kind, folder, data, target)


def _example(kind: str | None, folder: Path) -> dict[str, Any]:
    """Write the example of a kind."""
    if kind is None:
        raise MilepostError("say what to make", "", f"milepost new KIND (known: {', '.join(kinds())}), or --data FILE")
    source = EXAMPLES / kind
    if not source.is_dir():
        raise MilepostError(f"`{kind}` has no example", "KIND", "use --data FILE")
    _make_folder(folder)
    files = runpy.run_path(str(source / "make.py"))["make"](folder)
    (folder / "product.yaml").write_text((source / "product.yaml").read_text("utf-8"), "utf-8")
    return {"folder": str(folder), "kind": kind, "files": ["product.yaml", *files], "inferred": []}


def _from_data(kind: str | None, folder: Path, data: Path, target: str | None) -> dict[str, Any]:
    """Infer the kind, the target and gates from the user's data."""
    table = read(data)
    said = list[str]()
    if target is None:
        target = _guess_target(table)
        said.append(f"target: `{target}`, by its name or place; change it with --target")
    if target not in table.columns:
        raise MilepostError(f"there is no column `{target}`", "--target", did_you_mean(target, table.columns))
    if kind is None:
        kind, why = _guess_kind(table.select(target))
        said.append(f"kind: {kind}, {why}")
    tested = round(TEST * table.height)
    if tested < FEW:
        said.append(f"{table.height} rows leave about {tested} to test on: {FEW} are the fewest that prove anything")
    _make_folder(folder)
    source = data.resolve()
    where = source.name if source.parent == folder.resolve() else str(source)
    text = _yaml(folder.resolve().name, kind, target, where)
    (folder / "product.yaml").write_text(text, "utf-8")
    return {"folder": str(folder), "kind": kind, "files": ["product.yaml"], "inferred": said}


def _guess_target(table: pl.DataFrame) -> str:
    """Return the column with a telling name, else the last."""
    named = [c for c in table.columns if c.strip().lower() in TARGETS]
    return named[0] if len(named) == 1 else table.columns[-1]


def _guess_kind(target: pl.DataFrame) -> tuple[str, str]:
    """Numbers of many values are predicted, few values are classes."""
    scan = Scan()
    scan.add(glance(target))
    rules, _ = scan.rules({}, {})
    column = typed(rules, target).to_series().drop_nulls()
    distinct = column.n_unique()
    if column.dtype.is_numeric() and (distinct > FEW_CLASSES or (column != column.floor()).any()):
        return "tabular-regression", f"because `{column.name}` holds {distinct} different numbers"
    return "tabular-classification", f"because `{column.name}` has {distinct} different values"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror}"
        raise MilepostError(what, str(folder), "choose another with --folder") from error


def _yaml(name: str, kind: str, target: str, source: str) -> str:
    """Write a product.yaml that the rows at hand can prove something about."""
    headline = next(iter(find(kind).metrics))
    better = ">" if find(kind).metrics[headline].better == "higher" else "<"
    return f"""# Every key and its values: milepost schema
name: {_quoted(name)}
need: ""                       # what the product is for, in a sentence
task: {{kind: {kind}, target: {_quoted(target)}}}
data: {{source: {_quoted(source)}}}
model: auto                    # auto | {" | ".join(find(kind).models)}
train: {{seed: 0, budget: {{time: 5m}}}}
platform: local
milestones:
  prototype: [{headline} {better} naive]
  product: [{headline} {better} baseline, latency_p95_ms <= 50]
"""


def _quoted(text: str) -> str:
    """Write a text so that YAML reads the very same."""
    return json.dumps(text, ensure_ascii=False)


def text(found: dict[str, Any]) -> str:
    """Say what was written, what was inferred, and what to do next."""
    lines = [f"wrote {', '.join(found['files'])} in {found['folder']}"]
    lines += [f"inferred {s}" for s in found["inferred"]]
    go = "" if found["folder"] == "." else f"cd {found['folder']} && "
    return "\n".join([*lines, f"next: {go}milepost run"])
