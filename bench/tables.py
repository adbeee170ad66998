"""Raw file to proven product on real tables, beside scaled logistic regression and LightGBM untuned, in one run.

python bench/tables.py [DATA] [NAME ...]       DATA: the folder of real data sets
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

MILEPOST = Path(sys.executable).with_name("milepost")
TARGETS = {
    "breast_cancer_wdbc": "target",
    "heart_disease_cleveland": "diameter narrowing",
    "german_credit": "class",
    "credit_data_missing": "Status",
    "pima_diabetes": "outcome",
    "lending_club_risk": "Class",
}
PEER = """
import sys, json, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from sklearn.compose import make_column_transformer, make_column_selector as pick
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
folder, target, name = sys.argv[1:]
train, test = (pd.read_csv(f"{folder}/{s}.csv") for s in ("train", "test"))
x, y, xt, yt = train.drop(columns=target), train[target], test.drop(columns=target), test[target]
words = pick(dtype_exclude=np.number)
if name == "logistic":
    model = make_pipeline(make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), pick(dtype_include=np.number)),
        (OneHotEncoder(handle_unknown="ignore"), words)), LogisticRegression(max_iter=2000))
else:
    from lightgbm import LGBMClassifier
    model = make_pipeline(make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1), words),
        remainder="passthrough"), LGBMClassifier(verbose=-1, random_state=0))
p = model.fit(x, y).predict_proba(xt)
print(json.dumps({"auc": roc_auc_score(yt == model.classes_[1], p[:, 1]),
                  "accuracy": accuracy_score(yt, model.classes_[p.argmax(1)])}))
"""
ROADMAP = """
name: bench
task: {{kind: tabular-classification, target: "{target}"}}
data: {{train: "{data}/train.csv", test: "{data}/test.csv"}}
model: {model}
"""


def spent(command: list[str], folder: Path) -> tuple[str, float]:
    """Run a command; return what it printed and the CPU seconds of all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(data: Path, target: str, model: str) -> tuple[dict, float]:
    """Take the road in a fresh folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "product.yaml").write_text(ROADMAP.format(target=target, data=data, model=model))
        _, cpu = spent([str(MILEPOST), "run"], folder)
        return json.loads((folder / "runs" / "latest" / "metrics.json").read_text()), cpu


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data").resolve()
    names = sys.argv[2:] or list(TARGETS)
    print(f"{'data':<24} {'model':<9} {'accuracy':>8} {'AUC':>6} {'95 % interval':>16} {'CPU s':>6}")
    for name in names:
        for peer in ("logistic", "lightgbm"):
            out, cpu = spent([sys.executable, "-c", PEER, str(data / name), TARGETS[name], peer], Path())
            found = json.loads(out)
            print(f"{name:<24} {peer:<9} {found['accuracy']:>8.3f} {found['auc']:>6.3f} {'':>16} {cpu:>6.1f}")
        for model in ("auto", "linear", "trees", "network"):
            metrics, cpu = ours(data / name, TARGETS[name], model)
            auc, accuracy = metrics["test"]["roc_auc"], metrics["test"]["accuracy"]["value"]
            shipped = f"{model}={metrics['model']}" if model == "auto" else model
            between = f"[{auc['low']:.3f}, {auc['high']:.3f}]"
            print(f"{'':<24} {shipped:<11} {accuracy:>6.3f} {auc['value']:>6.3f} {between:>16} {cpu:>6.1f}", flush=True)


if __name__ == "__main__":
    main()
