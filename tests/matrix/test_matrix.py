"""Every kind x every capability, through the commands a user types. `make matrix` writes the table of the READMEs."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.tasks import find, kinds

from .checkpoint import write

MILEPOST = Path(sys.executable).with_name("milepost")
SMALL = ("train.steps=20", "model.size=tiny")


def milepost(folder: Path, *words: str) -> str:
    """Run a command; fail unless it is done, or a gate failed."""
    done = subprocess.run([MILEPOST, *words], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def product(folder: Path) -> Path:
    return folder / "runs" / "latest" / "product"


def metrics(folder: Path) -> dict:
    return json.loads((folder / "runs" / "latest" / "metrics.json").read_text())


def check(folder: Path, kind: str) -> None:
    assert json.loads(milepost(folder, "check", "--json"))["rows_kept"] > 0


def simple_model(folder: Path, kind: str) -> None:
    milepost(folder, "run", f"model={find(kind).models[0]}")
    assert metrics(folder)["model"] == find(kind).models[0]


def from_scratch(folder: Path, kind: str) -> None:
    milepost(folder, "run", "model=network", *SMALL)
    assert (product(folder) / "weights.safetensors").exists()


def choose_by_itself(folder: Path, kind: str) -> None:
    milepost(folder, "run", *SMALL)
    assert len(metrics(folder)["candidates"]) == len(find(kind).models)


def go_on_from_a_product(folder: Path, kind: str) -> None:
    milepost(folder, "run", "model=network", *SMALL)
    shutil.copytree(product(folder), folder / "former")
    milepost(folder, "run", "model=./former", "train.steps=5")
    assert metrics(folder)["model"] == "./former"
    assert (product(folder) / "weights.safetensors").exists()


def pretrained(folder: Path, kind: str) -> str | None:
    write(folder / "base")
    if not find(kind).pretrained:
        return refused(folder, f"{kind} starts from no pretrained model", "model=./base")
    milepost(folder, "run", "model=./base", "train.steps=5")
    assert metrics(folder)["model"] == "./base"
    return None


def adapters(folder: Path, kind: str) -> str | None:
    write(folder / "base")
    options = "model.from=./base", "model.lora.rank=4"
    if not find(kind).pretrained:
        return refused(folder, f"{kind} with `model: ./base` starts from no pretrained model", *options)
    milepost(folder, "run", *options, "train.steps=5")
    assert metrics(folder)["model"] == "./base"
    return None


def refused(folder: Path, sentence: str, *options: str) -> str:
    """Return the sentence with which `check` refuses what a kind cannot have."""
    done = subprocess.run([MILEPOST, "check", *options], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and sentence in done.stderr, done.stderr
    return sentence


def resume(folder: Path, kind: str) -> None:
    long = "model=network", "model.size=tiny", "train.steps=200", "train.seed=3"
    started = subprocess.Popen([MILEPOST, "run", *long], cwd=folder)
    lock = folder / "runs" / "latest" / "lock.json"
    while started.poll() is None and "network" not in chosen(lock):
        time.sleep(0.05)
    started.send_signal(signal.SIGKILL)
    started.wait()
    kept = chosen(lock)["network"]
    milepost(folder, "run", *long)
    assert chosen(lock)["network"] == kept


def chosen(lock: Path) -> dict:
    return json.loads(lock.read_text())["chosen"] if lock.exists() else {}


def evaluate(folder: Path, kind: str) -> None:
    milepost(folder, "run", *SMALL)
    found = metrics(folder)
    for side in ("test", "naive", "baseline"):
        assert found["headline"] in found[side], side
    assert set(found["gain"]) == {"naive", "baseline"}


def predict(folder: Path, kind: str) -> None:
    milepost(folder, "run", *SMALL)
    data = next(p.name for p in folder.iterdir() if p.suffix in (".csv", ".jsonl", ".parquet"))
    answers = milepost(folder, "predict", data, "--json").splitlines()
    assert answers and all(json.loads(a) for a in answers)


def serve(folder: Path, kind: str) -> None:
    milepost(folder, "run", *SMALL)
    server = subprocess.Popen([MILEPOST, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        asked = urllib.request.Request(f"{url}/predict", b"{}", {"content-type": "application/json"})
        assert json.loads(urllib.request.urlopen(asked, timeout=10).read())
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0


CAPABILITIES: dict[str, Callable[[Path, str], str | None]] = {
    "check": check,
    "simple model": simple_model,
    "network from scratch": from_scratch,
    "pretrained": pretrained,
    "LoRA": adapters,
    "auto": choose_by_itself,
    "warm start": go_on_from_a_product,
    "resume after a kill": resume,
    "evaluate + baseline": evaluate,
    "deploy + predict": predict,
    "serve": serve,
}


@pytest.mark.slow
@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize("kind", kinds())
def test_matrix(kind: str, capability: str, tmp_path: Path, record_property: Callable[[str, str], None]) -> None:
    record_property("kind", kind)
    record_property("capability", capability)
    milepost(tmp_path, "new", kind, "--folder", ".")
    if (sentence := CAPABILITIES[capability](tmp_path, kind)) is not None:
        record_property("refused", sentence)


@pytest.mark.parametrize("kind", kinds())
def test_one_tiny_product_of_every_kind(kind: str, tmp_path: Path) -> None:
    """The default suite's share of the matrix."""
    milepost(tmp_path, "new", kind, "--folder", ".")
    evaluate(tmp_path, kind)
    predict(tmp_path, kind)
