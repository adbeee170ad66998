"""A folder to start from: a kind's example, or what the user's own data suggests."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milepost.columns.judge import found
from milepost.columns.scan import Scan, glance
from milepost.data.split import TEST
from milepost.errors import MilepostError, did_you_mean
from milepost.metrics.decision import WORTH
from milepost.roadmap.propose import propose
from milepost.sources.read import opened, sides
from milepost.tasks import find, kinds
from milepost.words.say import Say, listed

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
    scan = _scanned(data)
    columns, said = list(scan.place), list[str]()
    if target is None:
        target = _guess_target(columns)
        said.append(f"target: `{target}`, by its name or place; change it with --target")
    if target not in columns:
        raise MilepostError(f"there is no column `{target}`", "--target", did_you_mean(target, columns))
    if kind is None:
        kind, why = _guess_kind(scan, target)
        said.append(f"kind: `{kind}`, {why}")
    classes = scan.seen(target).words if WORTH in find(kind).metrics else None
    proposal = propose(find(kind).metrics, classes, _tested(data, scan))
    _make_folder(folder)
    source = data.resolve()
    where = source.name if source.parent == folder.resolve() else str(source)
    text = _yaml(folder.resolve().name, kind, target, where, proposal.gates)
    (folder / "product.yaml").write_text(text, "utf-8")
    return {"folder": str(folder), "kind": kind, "files": ["product.yaml"], "inferred": said + proposal.said}


def _tested(data: Path, scan: Scan) -> int:
    """Return about how many rows will be tested on: those of a test file, or the share that is held back."""
    test = sides(data).get("test")
    return _rows(test) if test is not None else round(TEST * scan.rows)


def _rows(data: Path | str) -> int:
    return sum(block.parse().table.height for part in opened(data).parts for block in part.blocks())


def _scanned(data: Path) -> Scan:
    """Look at every row of the data, or of their training rows, a piece at a time."""
    scan, source = Scan(), sides(data)
    for part in opened(source.get("train", data)).parts:
        for block in part.blocks():
            scan.add(glance(block.parse().table))
    if not scan.rows:
        raise MilepostError("there are no rows that can be read", str(data), "name a file with a header and rows")
    return scan


def _guess_target(columns: Sequence[str]) -> str:
    """Return the column with a telling name, else the last."""
    named = [c for c in columns if c.strip().lower() in TARGETS]
    return named[0] if len(named) == 1 else columns[-1]


def _guess_kind(scan: Scan, target: str) -> tuple[str, str]:
    """Numbers of many values are predicted, few values are classes."""
    seen = scan.seen(target)
    if found(seen, named=True) == "number" and (seen.distinct > FEW_CLASSES or not seen.whole):
        return "tabular-regression", f"because `{target}` holds {seen.distinct:,} different numbers"
    return "tabular-classification", f"because `{target}` has {seen.distinct:,} different values"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror}"
        raise MilepostError(what, str(folder), "choose another with --folder") from error


def _yaml(name: str, kind: str, target: str, source: str, gates: Mapping[str, Sequence[str]]) -> str:
    """Write a product.yaml with gates that the rows at hand can prove."""
    milestones = "\n".join(f"  {milestone}: [{', '.join(some)}]" for milestone, some in gates.items())
    return f"""# Every key and its values: milepost schema
name: {_quoted(name)}
need: ""                       # what the product is for, in a sentence
task: {{kind: {kind}, target: {_quoted(target)}}}
data: {{source: {_quoted(source)}}}
model: auto                    # auto | {" | ".join(find(kind).models)}
train: {{seed: 0, budget: {{time: 5m}}}}
platform: local
milestones:
{milestones}
"""


def _quoted(text: str) -> str:
    """Write a text so that YAML reads the very same."""
    return json.dumps(text, ensure_ascii=False)


def text(found: dict[str, Any], say: Say = str) -> str:
    """Say what was written, what was inferred, and what to do next."""
    lines = [say("wrote {0} in {1}").format(listed(say, found["files"]), found["folder"])]
    lines += [say("inferred {0}").format(say(s)) for s in found["inferred"]]
    go = "" if found["folder"] == "." else f"cd {found['folder']} && "
    return "\n".join([*lines, say("next: {0}").format(f"{go}milepost run")])
