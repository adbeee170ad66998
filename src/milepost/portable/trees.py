"""Gradient-boosted trees on a table, exported threshold by threshold, so that runtimes answer as LightGBM does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from milepost.portable.base import forward, starts
from milepost.types import Array, Graphs

NAN = 2  # of LightGBM's missing types
FOLDS = 5
PRIOR = 10.0  # rows that pull the mean of a rare category towards the mean of all
ROUNDS, PATIENCE = 500, 40
STYLES: tuple[dict[str, Any], ...] = (
    # thresholds drawn at random: mean log loss of six small tables .347, where searched ones give .355
    {"extra_trees": True, "num_leaves": 6, "learning_rate": 0.05},
    {"num_leaves": 64, "learning_rate": 0.1},
)
JUDGES, MANY = 1_000, 20_000  # held-out rows that can tell the styles apart; and so many that the second always wins
THREADED = 1_000_000  # cells from which threads gain more than they wait for each other
RECIPE = {
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def classifier(number: Array, category: Array, sizes: Sequence[int], y: Array, classes: int, seed: int) -> Graphs:
    """Fit trees on number [M, N] (nan = missing) and category [M, C] (0 = unknown); the graph gives logits.

    A category becomes the share of the second class among its rows, or its count where there are more classes.
    """
    if classes > 2:
        objective = {"objective": "multiclass", "num_class": classes}
        return _graphs(number, category, sizes, y, None, objective, classes, seed)
    return _graphs(number, category, sizes, y, y, {"objective": "binary"}, classes, seed)


def regressor(number: Array, category: Array, sizes: Sequence[int], y: Array, seed: int) -> Graphs:
    """Fit trees on number [M, N] (nan = missing) and category [M, C] (0 = unknown) to y [M].

    A category becomes the mean of `y` among its rows.
    """
    return _graphs(number, category, sizes, y, y, {"objective": "regression"}, 1, seed)


def _graphs(
    number: Array,
    category: Array,
    sizes: Sequence[int],
    y: Array,
    mean_of: Array | None,
    objective: dict[str, Any],
    outputs: int,
    seed: int,
) -> Graphs:
    fill, ids = _fill(number), category + starts(sizes)
    order = np.random.default_rng(seed).permutation(len(y))
    x = np.hstack([np.where(np.isnan(number), fill, number), _levels(ids, sum(sizes), mean_of, order)])
    booster = _boosted(x, y, order, {**objective, **RECIPE, "seed": seed})
    return _export(booster, fill, sizes, _table(ids, sum(sizes), mean_of), outputs)


def _fill(number: Array) -> Array:
    """Return float32 [N], what a missing number becomes: the median, or nan still where training rows lack some."""
    return np.median(number, 0).astype(np.float32)


def _table(ids: Array, rows: int, mean_of: Array | None) -> Array:
    """Return float32 [rows], the number that stands for each category: its smoothed mean, or its count."""
    count = np.bincount(ids.ravel(), minlength=rows)
    if mean_of is None:
        return count.astype(np.float32)
    total = np.bincount(ids.ravel(), np.repeat(mean_of, ids.shape[1]), rows)
    return ((total + PRIOR * mean_of.mean()) / (count + PRIOR)).astype(np.float32)


def _levels(ids: Array, rows: int, mean_of: Array | None, order: Array) -> Array:
    """Look every row's categories up [M, C]; means come from the other folds, lest a row see its own truth."""
    if mean_of is None:
        return _table(ids, rows, None)[ids]
    out, fold = np.empty(ids.shape, np.float32), order % FOLDS
    for k in range(FOLDS):
        others = fold != k
        out[~others] = _table(ids[others], rows, mean_of[others])[ids[~others]]
    return out


def _boosted(x: Array, y: Array, order: Array, settings: dict[str, Any]) -> Any:
    """Find the number of trees, and of much data the style, on a fifth of the rows; then fit them to all."""
    import lightgbm

    held, rest = np.array_split(order, [max(1, len(y) // FOLDS)])
    threads = 1 if x.size < THREADED else 0
    settings = {**settings, "min_data_in_leaf": min(20, 1 + len(y) // 10), "num_threads": threads}

    def tried(style: dict[str, Any]) -> tuple[float, int]:
        data = lightgbm.Dataset(x[rest], y[rest])
        test, stop = data.create_valid(x[held], y[held]), lightgbm.early_stopping(PATIENCE, verbose=False)
        booster = lightgbm.train({**settings, **style}, data, ROUNDS, [test], ["held"], callbacks=[stop])
        return next(iter(booster.best_score["held"].values())), booster.best_iteration

    styles = STYLES[len(held) >= MANY : 1 + (len(held) >= JUDGES)]
    (_, rounds), style = min(((tried(s), s) for s in styles), key=lambda trial: trial[0])
    return lightgbm.train({**settings, **style}, lightgbm.Dataset(x, y), rounds)


def _export(booster: Any, fill: Array, sizes: Sequence[int], table_R: Array, outputs: int) -> Graphs:
    from onnx import helper

    node, constants, nodes, parts = helper.make_node, dict[str, Array](), [], []
    if len(fill):
        constants["fill"] = fill
        nodes += [node("IsNaN", ["number"], ["gone"]), node("Where", ["gone", "fill", "number"], ["filled"])]
        parts.append("filled")
    if sizes:
        constants |= {"table": table_R, "start": starts(sizes)}
        nodes += [node("Add", ["category", "start"], ["row"]), node("Gather", ["table", "row"], ["level"])]
        parts.append("level")
    nodes += [node("Concat", parts, ["narrow"], axis=1), node("Cast", ["narrow"], ["x"], to=11)]
    trees = _ensemble(booster.model_to_string(), outputs)
    nodes.append(node("TreeEnsembleRegressor", ["x"], ["scores"], domain="ai.onnx.ml", n_targets=outputs, **trees))
    return forward(nodes, constants, {"number": len(fill), "category": len(sizes)}, outputs)


def _ensemble(text: str, outputs: int) -> dict[str, Any]:
    """Turn LightGBM's model file into the attributes of TreeEnsembleRegressor.

    Thresholds and leaves stay float64: in float32 a number beside a threshold would fall on its other side.
    """
    from onnx import numpy_helper

    trees = [_tree(t, block, outputs) for t, block in enumerate(text.split("\nTree=")[1:])]
    joined = {k: np.concatenate([tree[k] for tree in trees]) for k in trees[0]}
    return {k: numpy_helper.from_array(a, k) if a.dtype == np.float64 else a.tolist() for k, a in joined.items()}


def _tree(t: int, block: str, outputs: int) -> dict[str, Array]:
    """Read tree `t`: its S splits become nodes 0 to S - 1, its S + 1 leaves (-1, -2, ... in LightGBM) follow them."""
    lines = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    splits = ("split_feature", "left_child", "right_child", "decision_type")
    feature, left, right, decision = (np.array(lines[k].split(), np.int64) for k in splits)
    threshold, leaf = (np.array(lines[k].split(), np.float64) for k in ("threshold", "leaf_value"))
    # bit 1 of a decision: missing goes left; bits 2 and 3: whether nan is missing, else LightGBM takes it for 0
    missing_left = np.where(decision >> 2 == NAN, decision >> 1 & 1, threshold >= 0)
    s, n = len(feature), len(leaf)
    target = 1 if outputs == 2 else t % outputs  # of two classes the trees speak for the second
    none = np.zeros(n, np.int64)
    return {
        "nodes_treeids": np.full(s + n, t),
        "nodes_nodeids": np.arange(s + n),
        "nodes_modes": np.repeat(["BRANCH_LEQ", "LEAF"], [s, n]),
        "nodes_featureids": np.concatenate([feature, none]),
        "nodes_values_as_tensor": np.concatenate([threshold, none]),
        "nodes_truenodeids": np.concatenate([np.where(left < 0, s + ~left, left), none]),
        "nodes_falsenodeids": np.concatenate([np.where(right < 0, s + ~right, right), none]),
        "nodes_missing_value_tracks_true": np.concatenate([missing_left, none]),
        "target_treeids": np.full(n, t),
        "target_nodeids": s + np.arange(n),
        "target_ids": np.full(n, target),
        "target_weights_as_tensor": leaf,
    }
