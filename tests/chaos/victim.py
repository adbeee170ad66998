"""A small roadmap to be harmed, and what must be left of it afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from milepost.files import file_hash, unsealed
from milepost.roadmap.store import Store

TESTS = Path(__file__).parents[1]
YAML = """\
name: victim
task: {kind: tabular-classification, target: y}
data: {source: rows.csv}
model: MODEL
train: {seed: 0, steps: STEPS, budget: {time: 10m}}
milestones:
  prototype: [accuracy > naive]
  product: [accuracy >= 0.55]
"""


def project(folder: Path, model: str = "linear", steps: int = 200, rows: int = 300) -> Path:
    """Write a product.yaml and its data into `folder`; return the file."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    a, b, c = rng.normal(size=rows), rng.normal(size=rows), rng.choice(["red", "green", "blue"], rows)
    y = np.where(a + 0.5 * b + (c == "red") + rng.normal(0, 0.5, rows) > 0.3, "yes", "no")
    lines = ["a,b,c,y", *(f"{i:.4f},{j:.4f},{k},{m}" for i, j, k, m in zip(a, b, c, y, strict=True))]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    (folder / "product.yaml").write_text(YAML.replace("MODEL", model).replace("STEPS", str(steps)))
    return folder / "product.yaml"


def start(folder: Path, *words: str, **how: str) -> subprocess.Popen[str]:
    """Start `milepost WORDS` in a folder; `how` is told to the driver."""
    paths = [str(TESTS), os.environ.get("PYTHONPATH", "")]
    env = os.environ | {"PYTHONPATH": ":".join(p for p in paths if p), "MILEPOST_TRACEBACK": ""} | how
    command = [sys.executable, "-m", "chaos.driver", *(words or ("run",))]
    return subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], seconds: float = 300) -> tuple[int, str]:
    """Wait for a process; return its exit code and all it said."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out + err


def milepost(folder: Path, *words: str, **how: str) -> tuple[int, str]:
    """Run `milepost WORDS` to its end."""
    return finish(start(folder, *words, **how))


def left(folder: Path) -> dict[str, Any]:
    """Return what a finished project holds, by stage and file: hashes, and JSON without what was timed."""
    out = dict[str, Any]()
    for entry in sorted((folder / ".milepost" / "done").iterdir()):
        about = unsealed((entry / "MANIFEST.json").read_bytes())
        for path in _files(entry):
            out[f"{about['what']}/{path.relative_to(entry)}"] = _bare(path)
    for run in sorted((folder / "runs").glob("[0-9]*")):
        out |= {str(p.relative_to(folder)): _bare(p) for p in _files(run)}
    return out


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("MANIFEST.json", "report.html"))


def _bare(path: Path) -> Any:
    """Return what a file holds but for times."""
    if path.suffix == ".json":
        return _untimed(json.loads(path.read_bytes()))
    return _timeless(path.read_text("utf-8")) if path.suffix == ".md" else file_hash(path)


def _timeless(card: str) -> str:
    """Leave out the lines of a card that hold times, a gate on one too, the size, and hashes of what holds times."""
    said = card.partition("## Where the numbers come from")[0]
    lines = [line for line in said.splitlines() if not any(w in line for w in ("latency", "size_mb"))]
    return re.sub(r"[\d.]+ ms", "", "\n".join(lines))


def _untimed(value: Any) -> Any:
    """Leave out times, hashes of files with times, and the size, which follows the digits of a time."""
    if isinstance(value, dict):
        skipped = {"seal", "size_mb", "evidence", "cost", "README.md", "seconds", "step_ms", "notes"}
        kept = {k: v for k, v in value.items() if k not in skipped and "latency" not in k}
        return {k: _untimed(v) for k, v in kept.items()}
    if isinstance(value, list):
        return [_untimed(v) for v in value]
    return value


def broken(folder: Path) -> list[str]:
    """List what is wrong with a store that nobody is writing to."""
    store, out = Store(folder / ".milepost"), list[str]()
    out += [f"{p.name} is visible and not whole" for p in (store.root / "done").iterdir() if not store.whole(p)]
    out += store.audit()
    done = Counter(e["key"] for e in store.events() if e["event"] == "done")
    out += [f"{key} was done {n} times" for key, n in done.items() if n > 1]
    return out


def fresh(folder: Path, of: Path, lock: Path | None = None) -> Path:
    """Copy a project's file and data, and the lock of its run, so that the same choices hold."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("product.yaml", "rows.csv"):
        shutil.copy2(of / name, folder)
    if lock:
        run = folder / "runs" / lock.parent.name
        run.mkdir(parents=True)
        shutil.copy2(lock, run)
    return folder
