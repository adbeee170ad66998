"""The road: prepare -> initialize -> train -> evaluate -> deploy, each stage done once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from milepost.compute.choices import Choices, Wish, write_atomically
from milepost.errors import OUT_OF_BUDGET, MilepostError, did_you_mean, raise_all
from milepost.product import Product
from milepost.roadmap import evidence
from milepost.roadmap.check import checked
from milepost.roadmap.choose import Choice, Tried, choose
from milepost.roadmap.opened import Opened, opened
from milepost.roadmap.progress import progress
from milepost.roadmap.store import Store, key_of
from milepost.stages.base import Candidate, Prepared, Trained
from milepost.stages.deploy import deploy
from milepost.stages.evaluate import answered, as_json, scores, statistics
from milepost.stages.initialize import initialize
from milepost.stages.prepare import prepare
from milepost.stages.train import load_trained, train
from milepost.types import Progress, quiet
from milepost.units import time_text

STAGES = ("prepare", "initialize", "train", "evaluate", "deploy")


@dataclass
class Road:
    """One run of a roadmap: where it lives and what it has said."""

    opened: Opened
    progress: Progress = quiet
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(self.opened.folder / ".milepost")
        self.run_key = self.opened.key()
        self.folder = self._folder()
        self.choices = Choices(self.folder / "lock.json")

    def _folder(self) -> Path:
        """Find the folder of this very run, or make the next one; `latest` points to it."""
        runs = self.opened.folder / "runs"
        runs.mkdir(exist_ok=True)
        mine = sorted(runs.glob(f"[0-9]*-{self.run_key[:8]}"))
        numbers = [int(p.name.split("-")[0]) for p in runs.glob("[0-9]*-*") if p.name.split("-")[0].isdigit()]
        folder = mine[0] if mine else runs / f"{max(numbers, default=0) + 1:04d}-{self.run_key[:8]}"
        folder.mkdir(exist_ok=True)
        latest, link = runs / "latest", runs / ".latest.part"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.replace(latest)
        return folder

    def go(self, until: str = STAGES[-1]) -> dict[str, Any]:
        """Take the road up to a stage; return the status, as gates.json has it."""
        prepared = self._prepare()
        metrics: dict[str, Any] = {}
        if until not in ("prepare", "initialize"):
            tried = self._train(prepared)
            if until != "train":
                metrics = self._evaluate_and_deploy(prepared, tried, until == "deploy")
        return self._conclude(metrics)

    def _prepare(self) -> Prepared:
        """Clean, split and fit, once for these bytes of data."""
        o, hashes = self.opened, self.opened.data_hashes()
        inputs = {"kind": o.spec.task.kind, "task": o.task.model_dump(mode="json"), "data": hashes}
        say(self.progress, "prepare")

        def make(out: Path, work: Path) -> None:
            try:
                prepare(o.sources, o.task, folder=out, base=o.folder)
            except MilepostError as error:
                raise_all([o.placed(e) for e in error.errors])

        self.prepared_key = key_of(inputs)
        prepared = Prepared(self.store.once("prepare", inputs, make))
        for name in ("data_report.json", "quarantine.csv"):
            shutil.copyfile(prepared.folder / name, self.folder / name)
        return prepared

    def _names(self) -> list[str]:
        """List the models to try, cheapest first: the baseline is always among them."""
        models, wanted = self.opened.task.models, self.opened.spec.model.name
        return list(models) if wanted == "auto" else list(dict.fromkeys((models[0], wanted)))

    def _train(self, prepared: Prepared) -> list[Tried]:
        """Train every candidate in what is left of the budget."""
        left, tried, names = self.opened.spec.train.budget.time, list[Tried](), self._names()
        for name in names:
            if left <= 0 and tried:
                if self.opened.spec.model.name != "auto":
                    raise self._spent()
                self.notes.append(f"{name} was not tried: the budget was used up")
                continue
            try:
                trained = self._train_one(prepared, name, left)
            except MilepostError as error:
                if len(names) == 1 or self.opened.spec.model.name != "auto" or not tried:
                    raise
                self.notes.append(f"{name} was left out: {error.what}")
                continue
            left -= trained.report["seconds"]
            tried.append(Tried(name, trained, statistics(trained, prepared.table("valid"))))
        return tried

    def _spent(self) -> MilepostError:
        what = f"the budget of {time_text(self.opened.spec.train.budget.time)} is used up"
        where = self.opened.at("train", "budget", "time")
        return MilepostError(what, where, "raise it, or use a cheaper model", exit_code=OUT_OF_BUDGET)

    def _train_one(self, prepared: Prepared, name: str, left: float) -> Trained:
        o, spec = self.opened, self.opened.spec.train
        wish = Wish(left, spec.epochs, spec.steps, spec.lr, spec.batch, spec.seed)
        inputs: dict[str, Any] = {"prepared": self.prepared_key, "model": name, "file": self._file_of(name)}
        inputs |= {"train": spec.model_dump(mode="json"), "size": o.task.size}
        fresh: list[Candidate] = []

        def candidate() -> Candidate:
            fresh[:] = fresh or [initialize(prepared, name, seed=spec.seed, base=o.folder)]
            return fresh[0]

        def make(out: Path, work: Path) -> None:
            train(prepared, candidate(), wish, folder=out, work=work, choices=self.choices, progress=self.progress)

        say(self.progress, f"train {name}")
        folder = self.store.once("train", inputs, make)
        trained = load_trained(folder, candidate())
        self.choices.once(name, lambda: trained.report.get("chosen", {"seed": spec.seed}))
        return trained

    def _file_of(self, name: str) -> str:
        """Stand for the bytes behind a model that is a file or folder of the user's."""
        path = self.opened.folder / name.split(":")[0]
        files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
        return key_of([f.read_bytes().hex() for f in files if f.is_file()]) if files else ""

    def _evaluate_and_deploy(self, prepared: Prepared, tried: Sequence[Tried], ship: bool) -> dict[str, Any]:
        """Choose on validation; then deploy, and look at the test rows once, through the product."""
        wanted = self.opened.spec.model.name
        choice = choose(tried, None if wanted == "auto" else wanted)
        winner, task = choice.winner, prepared.task
        metrics: dict[str, Any] = {"headline": next(iter(task.metrics)), "test": {}, "naive": {}, "baseline": {}}
        metrics |= {"valid": as_json(scores(winner.trained.task, winner.stats)), "slices": {}, "gain": {}}
        metrics |= {"model": winner.name, "why": choice.why, "candidates": choice.table}
        metrics["ships_baseline"] = winner.name == task.models[0]
        held = evidence.waiting(self.opened, metrics) if ship else []
        self.notes += held
        if ship and not held:
            product = self._deploy(prepared, choice, metrics)
            metrics |= self._test(prepared, tried, product, winner)
        return metrics

    def _deploy(self, prepared: Prepared, choice: Choice, metrics: dict[str, Any]) -> Product:
        spec, winner = self.opened.spec, choice.winner
        about = {"why": choice.why, "valid": metrics["valid"], "data": self.opened.data_hashes()}
        inputs = {"prepared": self.prepared_key, "model": winner.trained.folder.name, "name": spec.name}
        inputs |= {"need": spec.need, "why": choice.why}
        say(self.progress, "deploy")

        def make(out: Path, work: Path) -> None:
            deploy(prepared, winner.trained, out / "product", name=spec.name, need=spec.need, about=about)

        folder = self.store.once("deploy", inputs, make) / "product"
        self.deployed_key = folder.parent.name
        self._ship(folder)
        return Product.open(self.folder / "product")

    def _ship(self, made: Path) -> None:
        """Copy the product out of the store into the run's folder, whole or not at all."""
        part, final = self.folder / ".product.part", self.folder / "product"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(made, part)
        shutil.rmtree(final, ignore_errors=True)
        part.rename(final)

    def _test(self, prepared: Prepared, tried: Sequence[Tried], product: Product, winner: Tried) -> dict[str, Any]:
        """Look at the test rows, once for this product; the ledger counts."""
        slices = evidence.wanted_slices(self.opened)
        inputs = {"prepared": self.prepared_key, "deployed": self.deployed_key, "slices": sorted(slices)}
        inputs["baseline"] = tried[0].trained.folder.name

        def make(out: Path, work: Path) -> None:
            test, task = prepared.table("test"), prepared.task
            say(self.progress, "evaluate")
            naive = answered(task, task.naive(prepared.batches("train")), test)
            base = statistics(tried[0].trained, test)
            mine = statistics(product, test, self.progress)
            found = evidence.gathered(product, test, mine, {"naive": naive, "baseline": base}, slices)
            (out / "test.json").write_text(json.dumps(found), "utf-8")
            self.store.log(event="test_look", rows=self.prepared_key, product=self.deployed_key)

        folder = self.store.once("test", inputs, make)
        found: dict[str, Any] = json.loads((folder / "test.json").read_text("utf-8"))
        return found

    def _conclude(self, metrics: dict[str, Any]) -> dict[str, Any]:
        """Write metrics.json and gates.json, and return the latter."""
        looks = [e for e in self.store.events() if e.get("event") == "test_look" and e.get("rows") == self.prepared_key]
        status = evidence.status(self.opened, self.folder.name, metrics, len(looks), self.notes)
        for name, content in (("metrics.json", metrics), ("gates.json", status)):
            if content:
                write_atomically(self.folder / name, json.dumps(content, ensure_ascii=False, indent=1).encode())
        return status


def say(progress: Progress, what: str) -> None:
    """Announce a stage."""
    progress(what, 0, 1)


def run(path: Path, overrides: Sequence[str] = (), until: str = STAGES[-1]) -> dict[str, Any]:
    """Take the road that `path` describes up to a stage; return the status. Raise MilepostErrors for what blocks it."""
    if until not in STAGES:
        raise MilepostError(f"there is no stage `{until}`", "--until", did_you_mean(until, STAGES))
    found = opened(path, overrides)
    if found.errors:
        checked(found)
    return Road(found, progress()).go(until)
