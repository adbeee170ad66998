"""The stages of a road, each done once: what a stage reads is its key, what it makes lies in the store."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from milepost.compute.choices import Choices, Wish
from milepost.data.columns_file import load
from milepost.errors import OUT_OF_BUDGET, MilepostError, raise_all
from milepost.files import file_hash, key_of
from milepost.metrics.decision import WORTH
from milepost.product import Product
from milepost.roadmap import evidence
from milepost.roadmap.judged import Judged, decided, decided_task, keep, tuned
from milepost.roadmap.looks import looks
from milepost.roadmap.opened import Opened
from milepost.roadmap.starts import AUTO, Start, starts
from milepost.roadmap.store import Store
from milepost.stages.base import Candidate, Prepared, Trained
from milepost.stages.deploy import deploy
from milepost.stages.evaluate import Measured, measured, measured_naive
from milepost.stages.initialize import initialize, own_network
from milepost.stages.prepare import prepare
from milepost.stages.train import load_trained, train
from milepost.tasks import load_task
from milepost.tasks.base import Task
from milepost.types import Columns, Progress
from milepost.units import time_text


@dataclass
class Road:
    """Take a roadmap's stages through its store; `notes` collects what a founder should be told."""

    opened: Opened
    store: Store
    progress: Progress
    choices: Choices = field(default_factory=Choices)
    notes: list[str] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)  # stage -> its folder in the store

    @property
    def names(self) -> list[str]:
        """The models to try, cheapest first: the baseline is always among them."""
        return list(self.starts)

    @property
    def starts(self) -> dict[str, Start]:
        """What each of them starts from."""
        return starts(self.opened.spec.model, self.opened.task)

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
            seed, start = self.opened.spec.train.seed, self.starts[name]
            return initialize(prepared, **start._asdict(), seed=seed, base=self.opened.folder)
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
        start = self.starts[name]
        inputs = {"prepared": prepared.folder.name, "model": list(start), "train": spec.model_dump(mode="json")}

        def make(out: Path, work: Path) -> None:
            candidate = self.initialize(prepared, name)
            kept = type(candidate.task).adapted is not Task.adapted  # such rows are costly to encode
            columns = partial(self._encoded, prepared) if kept else None
            train(
                prepared,
                candidate,
                wish,
                folder=out,
                work=work,
                choices=self.choices,
                columns=columns,
                progress=self.progress,
            )

        folder = self._once("train", {**inputs, "bytes": self._bytes_of(start.model)}, make, f"train {name}")
        report = json.loads((folder / "training.json").read_text("utf-8"))
        self.choices.once(name, lambda: report["chosen"])
        self.notes += load_task(folder).notes()
        if report.get("rows", 0) < report.get("of_rows", 0):
            few, every = report["rows"], report["of_rows"]
            self.notes.append(f"{name} learned from {few:,} of {every:,} rows: the budget buys no more")
        return folder

    def _encoded(self, prepared: Prepared, task: Task[Any], side: str) -> Columns:
        """Encode the rows of a side, once for all models that read them alike."""
        inputs = {"prepared": prepared.folder.name, "side": side, "task": key_of(task.model_dump(mode="json"))}

        def make(out: Path, work: Path) -> None:
            prepared.encode(task, side, out, self.progress)

        return load(self._once("encode", inputs, make, f"encode {side}"))

    def _bytes_of(self, name: str) -> str:
        """Stand for the bytes behind a model that is a file or folder of the user's."""
        path = self.opened.folder / name.rpartition(":")[0] if ":" in name else self.opened.folder / name
        files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
        return key_of([file_hash(f) for f in files if f.is_file()])

    def _loaded(self, name: str, folder: Path) -> Trained:
        if ":" not in name:
            return load_trained(folder, name)
        return load_trained(folder, name, lambda task: own_network(name, task, self.opened.folder))

    @property
    def group(self) -> tuple[str, ...]:
        """The columns whose rows hang together, in the split and hence in the evidence."""
        how, _, column = self.opened.spec.data.split.partition(":")
        return (column,) if how == "group" else ()

    @property
    def objective(self) -> str:
        """The metric that decisions are tuned for: what answers bring, else the first that a gate asks for."""
        task, gates = self.opened.task, [g.metric for some in self.opened.gates.values() for g in some]
        return next((m for m in [WORTH] * (task.value is not None) + gates if m in task.tunable), "")

    def choose(self, prepared: Prepared, trained: dict[str, Path]) -> dict[str, Any]:
        """Score every model on the validation rows; return the winner, why, and its scores, for metrics.json."""
        early, model = evidence.early_slices(self.opened), self.opened.spec.model
        wanted = AUTO if model.name == AUTO else self.names[-1]
        inputs: dict[str, Any] = {"trained": [[n, f.name] for n, f in trained.items()], "wanted": wanted}
        inputs |= {"group": self.group, "objective": self.objective, "early": early}

        def make(out: Path, work: Path) -> None:
            valid = prepared.table("valid")
            models = {name: self._loaded(name, folder) for name, folder in trained.items()}
            judged = Judged(models, valid, self.group, self.objective, self.progress)
            if wanted not in (AUTO, *judged.sound) or not judged.sound:
                what = f"`{wanted}` diverged: its answers are not finite"
                raise MilepostError(what, self.opened.at("train", "lr"), "lower train.lr, or train for more steps")
            found = judged.found(None if wanted == AUTO else wanted)
            naive = measured_naive(prepared.task, prepared, "valid", self.group) if self.objective else None
            found["thresholds"]["naive"] = tuned(naive, self.objective) if naive else None
            if early is not None:
                naive = self._naive(prepared, "valid", found["thresholds"])
                found["early"] = judged.early(found["model"], self.names[0], naive, early)
            (out / "choice.json").write_text(json.dumps(found), "utf-8")

        folder = self._once("evaluate", inputs, make)
        choice: dict[str, Any] = json.loads((folder / "choice.json").read_text("utf-8"))
        self.notes += [f"{name} was left out: its answers are not finite" for name in choice.pop("diverged")]
        return choice

    def deploy(self, prepared: Prepared, trained: dict[str, Path], choice: dict[str, Any]) -> Path:
        """Make the product of the chosen model; return its folder in the store."""
        spec, name = self.opened.spec, choice["model"]
        inputs = {"prepared": prepared.folder.name, "model": trained[name].name, "why": choice["why"]}
        inputs |= {"name": spec.name, "need": spec.need, "threshold": choice["thresholds"][name]}
        told = ("why", "valid", "importance", "threshold", "cuts")
        about: dict[str, Any] = {name: choice[name] for name in told if name in choice}
        about["data"] = self.opened.data_hashes

        def make(out: Path, work: Path) -> None:
            model = decided(self._loaded(name, trained[name]), choice["thresholds"][name])
            deploy(prepared, model, out / "product", name=spec.name, need=spec.need, about=about)

        return self._once("deploy", inputs, make) / "product"

    def test(self, prepared: Prepared, trained: dict[str, Path], choice: dict[str, Any], made: Path) -> dict[str, Any]:
        """Look at the test rows, once for this product, through the product; the ledger counts."""
        baseline = self.names[0]
        slices = evidence.wanted_slices(self.opened, prepared.report["columns"], prepared.task.personal)
        inputs: dict[str, Any] = {"prepared": prepared.folder.name, "product": made.parent.name, "slices": slices}
        inputs |= {"baseline": trained[baseline].name}
        inputs |= {"thresholds": {n: choice["thresholds"].get(n) for n in ("naive", baseline)}}

        def make(out: Path, work: Path) -> None:
            test, product = prepared.table("test"), Product.open(made)
            others = {"naive": self._naive(prepared, "test", choice["thresholds"])}
            simple = decided(self._loaded(baseline, trained[baseline]), choice["thresholds"].get(baseline))
            others["baseline"] = measured(simple, test, group=self.group)
            mine = measured(product, test, self.progress, "test", self.group)
            found = evidence.gathered(product, test, mine, others, slices)
            parts = [file_hash(f) for f in sorted((prepared.folder / "test").rglob("*")) if f.is_file()]
            found["evidence"] = {"product": file_hash(made / "manifest.json"), "rows": key_of(parts)}
            found["evidence"]["data_report.json"] = file_hash(prepared.folder / "data_report.json")
            (out / "test.json").write_text(json.dumps(found), "utf-8")
            keep(mine, out)
            self.store.log(event="test_look", rows=prepared.folder.name, product=made.parent.name)

        folder = self._once("test", inputs, make)
        found: dict[str, Any] = json.loads((folder / "test.json").read_text("utf-8"))
        found["evidence"]["test"] = folder.name
        return found | {"curves": self._curves(trained)}

    def _naive(self, prepared: Prepared, side: str, thresholds: dict[str, Any]) -> Measured:
        """Measure the answer that looks at nothing, called as validation pays best."""
        return measured_naive(decided_task(prepared.task, thresholds["naive"]), prepared, side, self.group)

    def _curves(self, trained: dict[str, Path]) -> dict[str, Any]:
        """Return how the losses of each network fell."""
        reports = {name: json.loads((f / "training.json").read_text("utf-8")) for name, f in trained.items()}
        return {name: report["curve"] for name, report in reports.items() if report.get("curve")}

    def test_looks(self, prepared: Prepared) -> int:
        """Count how often products have looked at these test rows; note where the count cannot be trusted."""
        self.notes += self.store.audit()
        return looks(self.store, prepared.folder.name, self.opened.folder / "runs")

    def _once(self, stage: str, inputs: dict[str, Any], make: Callable[[Path, Path], None], what: str = "") -> Path:
        def shown(out: Path, work: Path) -> None:
            self.progress(what or stage, 0, 0)
            begun = time.perf_counter()
            make(out, work)
            spent = round(time.perf_counter() - begun, 3)
            self.store.log(event="spent", key=out.name.removesuffix(".out"), seconds=spent)

        def say(reason: str) -> None:
            self.progress(what or stage, 0, 0, reason)
            self.notes.append(reason)

        folder = self.store.once(stage, inputs, shown, what or stage, say)
        self.made[what or stage] = folder.name
        return folder

    def cost(self) -> dict[str, Any]:
        """Return the wall seconds of every stage, whichever run took it."""
        spent = {e["key"]: e["seconds"] for e in self.store.events() if e.get("event") == "spent"}
        seconds = {what: spent[key] for what, key in self.made.items() if key in spent}
        return {"seconds": seconds, "total": round(sum(seconds.values()), 3)}
