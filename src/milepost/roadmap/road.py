"""The stages of a road, each done once: what a stage reads is its key, what it makes lies in the store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from milepost.compute.choices import Choices, Wish
from milepost.errors import OUT_OF_BUDGET, MilepostError, raise_all
from milepost.files import file_hash, key_of
from milepost.product import Product
from milepost.roadmap import evidence
from milepost.roadmap.choose import Tried, choose
from milepost.roadmap.looks import looks
from milepost.roadmap.opened import Opened
from milepost.roadmap.store import Store
from milepost.stages.base import Candidate, Prepared, Trained
from milepost.stages.deploy import deploy
from milepost.stages.evaluate import as_json, measured, measured_naive
from milepost.stages.initialize import initialize
from milepost.stages.prepare import prepare
from milepost.stages.train import load_trained, train
from milepost.types import Progress
from milepost.units import time_text

AUTO = "auto"


@dataclass
class Road:
    """Take a roadmap's stages through its store; `notes` collects what a founder should be told."""

    opened: Opened
    store: Store
    progress: Progress
    choices: Choices = field(default_factory=Choices)
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The models to try, cheapest first: the baseline is always among them."""
        models, wanted = self.opened.task.models, self.opened.spec.model.name
        return list(models) if wanted == AUTO else list(dict.fromkeys((models[0], wanted)))

    def prepare(self) -> Prepared:
        """Clean, split and fit, once for these bytes of data."""
        o = self.opened
        inputs = {"kind": o.spec.task.kind, "task": o.task.model_dump(mode="json"), "data": o.data_hashes}
        wishes = {name: wish.model_dump(mode="json") for name, wish in o.columns.items()}
        inputs |= {"reading": {**o.reading, "columns": wishes}}

        def make(out: Path, work: Path) -> None:
            try:
                prepare(o.sources, o.task, folder=out, base=o.folder, progress=self.progress, **o.reading)
            except MilepostError as error:
                raise_all([o.placed(e) for e in error.errors])

        return Prepared(self._once("prepare", inputs, make))

    def initialize(self, prepared: Prepared, name: str) -> Candidate:
        """Give a model its first weights."""
        try:
            return initialize(prepared, name, seed=self.opened.spec.train.seed, base=self.opened.folder)
        except MilepostError as error:
            raise self.opened.placed(error) from error

    def train(self, prepared: Prepared) -> dict[str, Path]:
        """Train every model, each in a fair share of what is left; return their folders, cheapest first."""
        spec, trained = self.opened.spec, dict[str, Path]()
        left = spec.train.budget.time
        for i, name in enumerate(self.names):
            if left <= 0 and trained:
                if spec.model.name != AUTO:
                    raise self._spent()
                self.notes.append(f"{name} was not tried: the budget was used up")
                continue
            try:
                trained[name] = self._train_one(prepared, name, left / (len(self.names) - i))
            except MilepostError as error:
                if spec.model.name != AUTO or not trained:
                    raise self.opened.placed(error) from error
                self.notes.append(f"{name} was left out: {error.what}")
                continue
            left -= json.loads((trained[name] / "training.json").read_text("utf-8"))["seconds"]
        return trained

    def _spent(self) -> MilepostError:
        what = f"the budget of {time_text(self.opened.spec.train.budget.time)} is used up"
        where = self.opened.at("train", "budget", "time")
        return MilepostError(what, where, "raise it, or use a cheaper model", exit_code=OUT_OF_BUDGET)

    def _train_one(self, prepared: Prepared, name: str, left: float) -> Path:
        spec = self.opened.spec.train
        wish = Wish(left, spec.epochs, spec.steps, spec.lr, spec.batch, spec.seed)
        inputs = {"prepared": prepared.folder.name, "model": name, "train": spec.model_dump(mode="json")}

        def make(out: Path, work: Path) -> None:
            candidate = self.initialize(prepared, name)
            train(prepared, candidate, wish, folder=out, work=work, choices=self.choices, progress=self.progress)

        folder = self._once("train", {**inputs, "bytes": self._bytes_of(name)}, make, f"train {name}")
        report = json.loads((folder / "training.json").read_text("utf-8"))
        self.choices.once(name, lambda: report["chosen"])
        if report.get("rows", 0) < report.get("of_rows", 0):
            few, every = report["rows"], report["of_rows"]
            self.notes.append(f"{name} learned from {few:,} of {every:,} rows: the budget buys no more")
        return folder

    def _bytes_of(self, name: str) -> str:
        """Stand for the bytes behind a model that is a file or folder of the user's."""
        path = self.opened.folder / name.rpartition(":")[0] if ":" in name else self.opened.folder / name
        files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
        return key_of([file_hash(f) for f in files if f.is_file()])

    def _loaded(self, prepared: Prepared, name: str, folder: Path) -> Trained:
        return load_trained(folder, self.initialize(prepared, name))

    def choose(self, prepared: Prepared, trained: dict[str, Path]) -> dict[str, Any]:
        """Score every model on the validation rows; return the winner, why, and its scores, for metrics.json."""
        wanted = self.opened.spec.model.name
        inputs = {"trained": [[n, f.name] for n, f in trained.items()], "wanted": wanted}

        def make(out: Path, work: Path) -> None:
            valid, tried = prepared.table("valid"), list[Tried]()
            for name, folder in trained.items():
                model = self._loaded(prepared, name, folder)
                tried.append(Tried(name, measured(model, valid, self.progress, f"validate {name}")))
            sound = [t for t in tried if t.found.task.select in t.found.scores()]
            if wanted not in (AUTO, *(t.name for t in sound)) or not sound:
                what = f"`{wanted}` diverged: its answers are not finite"
                raise MilepostError(what, self.opened.at("train", "lr"), "lower train.lr, or train for more steps")
            choice = choose(sound, None if wanted == AUTO else wanted)
            winner = choice.winner
            found: dict[str, Any] = {"model": winner.name, "why": choice.why, "candidates": choice.table}
            found["diverged"] = [t.name for t in tried if t not in sound]
            found["valid"] = as_json(winner.found.scores())
            (out / "choice.json").write_text(json.dumps(found), "utf-8")

        folder = self._once("evaluate", inputs, make)
        choice: dict[str, Any] = json.loads((folder / "choice.json").read_text("utf-8"))
        self.notes += [f"{name} was left out: its answers are not finite" for name in choice["diverged"]]
        return choice

    def deploy(self, prepared: Prepared, trained: dict[str, Path], choice: dict[str, Any]) -> Path:
        """Make the product of the chosen model; return its folder in the store."""
        spec, name = self.opened.spec, choice["model"]
        inputs = {"prepared": prepared.folder.name, "model": trained[name].name, "why": choice["why"]}
        inputs |= {"name": spec.name, "need": spec.need}
        about = {"why": choice["why"], "valid": choice["valid"], "data": self.opened.data_hashes}

        def make(out: Path, work: Path) -> None:
            model = self._loaded(prepared, name, trained[name])
            deploy(prepared, model, out / "product", name=spec.name, need=spec.need, about=about)

        return self._once("deploy", inputs, make) / "product"

    def test(self, prepared: Prepared, trained: dict[str, Path], made: Path) -> dict[str, Any]:
        """Look at the test rows, once for this product, through the product; the ledger counts."""
        slices, baseline = evidence.wanted_slices(self.opened), self.names[0]
        inputs = {"prepared": prepared.folder.name, "product": made.parent.name, "slices": sorted(slices)}

        def make(out: Path, work: Path) -> None:
            test, task, product = prepared.table("test"), prepared.task, Product.open(made)
            others = {"naive": measured_naive(task, prepared, "test")}
            others["baseline"] = measured(self._loaded(prepared, baseline, trained[baseline]), test)
            mine = measured(product, test, self.progress, "test")
            found = evidence.gathered(product, test, mine, others, slices)
            (out / "test.json").write_text(json.dumps(found), "utf-8")
            self.store.log(event="test_look", rows=prepared.folder.name, product=made.parent.name)

        folder = self._once("test", {**inputs, "baseline": trained[baseline].name}, make)
        found: dict[str, Any] = json.loads((folder / "test.json").read_text("utf-8"))
        return found

    def test_looks(self, prepared: Prepared) -> int:
        """Count how often products have looked at these test rows; note where the count cannot be trusted."""
        self.notes += self.store.audit()
        return looks(self.store, prepared.folder.name, self.opened.folder / "runs")

    def _once(self, stage: str, inputs: dict[str, Any], make: Callable[[Path, Path], None], what: str = "") -> Path:
        def shown(out: Path, work: Path) -> None:
            self.progress(what or stage, 0, 0)
            make(out, work)

        def say(reason: str) -> None:
            self.progress(what or stage, 0, 0, reason)
            self.notes.append(reason)

        return self.store.once(stage, inputs, shown, what or stage, say)
