"""A folder to start from: a kind's example, or what the user's own data suggests."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milepost.columns.scan import Scan
from milepost.data.split import TEST
from milepost.errors import MilepostError
from milepost.metrics.decision import WORTH
from milepost.roadmap.infer import Guess, guessed, scanned
from milepost.roadmap.propose import propose
from milepost.sources.read import opened, sides
from milepost.tasks import find, kinds
from milepost.words.say import Say, listed

EXAMPLES = Path(__file__).parents[1] / "examples"


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
    """Infer the kind, its options and gates from the user's data."""
    scan = scanned(data)
    guess = guessed(scan, data, kind, target)
    metrics = find(guess.kind).metrics
    classes = scan.seen(guess.options["target"]).words if WORTH in metrics else None
    proposal = propose(metrics, classes, _tested(data, scan))
    _make_folder(folder)
    source = data.resolve()
    where = source.name if source.parent == folder.resolve() else str(source)
    text = _yaml(folder.resolve().name, guess, where, proposal.gates)
    (folder / "product.yaml").write_text(text, "utf-8")
    inferred = [*guess.said, *proposal.said]
    return {"folder": str(folder), "kind": guess.kind, "files": ["product.yaml"], "inferred": inferred}


def _tested(data: Path, scan: Scan) -> int:
    """Return about how many rows will be tested on: those of a test file, or the share that is held back."""
    test = sides(data).get("test")
    return _rows(test) if test is not None else round(TEST * scan.rows)


def _rows(data: Path | str) -> int:
    return sum(block.parse().table.height for part in opened(data).parts for block in part.blocks())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror}"
        raise MilepostError(what, str(folder), "choose another with --folder") from error


def _yaml(name: str, guess: Guess, source: str, gates: Mapping[str, Sequence[str]]) -> str:
    """Write a product.yaml with gates that the rows at hand can prove."""
    options = "".join(f", {key}: {_quoted(value)}" for key, value in guess.options.items())
    models, more = find(guess.kind).models, " | a pretrained folder or Hugging Face id"
    milestones = "\n".join(f"  {milestone}: [{', '.join(some)}]" for milestone, some in gates.items())
    return f"""# Every key and its values: milepost schema
name: {_quoted(name)}
need: ""                       # what the product is for, in a sentence
task: {{kind: {guess.kind}{options}}}
data: {{source: {_quoted(source)}}}
model: auto                    # auto | {" | ".join(models)}{more if find(guess.kind).pretrained else ""}
train: {{seed: 0, budget: {{time: 5m}}}}
platform: local
milestones:
{milestones}
"""


def _quoted(value: Any) -> str:
    """Write a text, or a list of them, so that YAML reads the very same."""
    return json.dumps(value, ensure_ascii=False)


def text(found: dict[str, Any], say: Say = str) -> str:
    """Say what was written, what was inferred, and what to do next."""
    lines = [say("wrote {0} in {1}").format(listed(say, found["files"]), found["folder"])]
    lines += [say("inferred {0}").format(say(s)) for s in found["inferred"]]
    go = "" if found["folder"] == "." else f"cd {found['folder']} && "
    return "\n".join([*lines, say("next: {0}").format(f"{go}milepost run")])
