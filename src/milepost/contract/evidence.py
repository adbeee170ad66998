"""Promises about evidence: scores with intervals, pairs, decisions, pictures."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from milepost.contract.base import Case
from milepost.data.columns_file import Writer, load
from milepost.product import difference
from milepost.stages.evaluate import Measured, measured
from milepost.tasks.base import Task
from milepost.types import Columns, Run, take

ROWS = 120


class _Fresh(NamedTuple):
    """A task with the case's fresh network, which is wrong often enough."""

    task: Task[Any]
    run: Run


def _found(case: Case, task: Task[Any] | None = None) -> Measured:
    """Measure the fresh network on some rows, as the fitted task or as another says."""
    return measured(_Fresh(task or case.fitted, case.run), case.rows.head(ROWS))


def intervals_hold_their_scores(case: Case) -> None:
    """Every score is announced and lies in its interval; a proportion is the share of its rows."""
    found = _found(case)
    scores, shares = found.scores(), case.fitted.shares(found.stats)
    assert next(iter(case.fitted.metrics)) in scores, "the headline metric is not scored"
    assert case.fitted.select in scores, "the metric by which candidates are compared is not scored"
    assert {*shares, *case.fitted.limits(found.stats)} <= {*found.values}, "an interval is of no score"
    for name, s in scores.items():
        metric = case.fitted.metrics[name]
        assert s.low <= s.value <= s.high and s.n <= found.rows, f"{name} does not lie in its interval"
        assert metric.low <= s.low + 1e-9 and s.high - 1e-9 <= metric.high, f"{name} reaches where it cannot be"
    for name, share in shares.items():
        assert (share.counted_N | ~share.hit_N).all(), f"{name} has hits that it does not count"
        if share.counted_N.any():
            mean = share.hit_N.sum() / share.counted_N.sum()
            assert abs(found.values[name][0] - mean) < 1e-9, f"{name} is not the share of its rows"


def pairs_compare(case: Case) -> None:
    """A model is no better than itself, and groups of one row are rows."""
    found = _found(case)
    for name, s in _found(case).minus(found).items():
        assert s.value == 0 and s.low <= 0 <= s.high, f"{name} of a model differs from itself"
    grouped = replace(found, group_N=np.arange(found.rows)).scores()
    for name, s in found.scores().items():
        low, high, slack = grouped[name].low, grouped[name].high, 1e-9 * max(1.0, abs(s.value))
        assert low <= s.low + slack and high >= s.high - slack, f"{name} is surer of groups of one row"
    half = replace(found, group_N=np.arange(found.rows) // 2).scores()
    assert all(s.n <= (found.rows + 1) // 2 for s in half.values()), "rows that hang together count more than once"


def tuning_helps(case: Case) -> None:
    """A tuned decision is no worse on the rows that it was tuned on, and ships in the task's JSON."""
    task, plain = case.fitted, _found(case)
    for metric in task.tunable:
        tuned = task.tuned(plain.stats, metric)
        if metric in plain.values:
            after, sign = _found(case, tuned), 1 if task.metrics[metric].better == "higher" else -1
            assert sign * (after.values[metric][0] - plain.values[metric][0]) > -1e-9, f"tuning for {metric} harms it"
        assert type(task).model_validate_json(tuned.model_dump_json()) == tuned, "the decision is lost in JSON"


def pictures_add_up(case: Case) -> None:
    """What is drawn of the answers counts every row at most once, and does not depend on their order."""
    found = _found(case)
    details = case.fitted.details(found.stats)
    assert set(details) <= {"confusion", "calibration", "classes"}, "nobody knows how to draw this"
    rows = [m["row"] for m in case.fitted.mistakes(found.stats)]
    assert len({*rows}) == len(rows) and {*rows} <= {*range(found.rows)}, "mistakes are of rows that are not there"
    if "confusion" in details:
        counts = np.array(details["confusion"]["counts"])
        assert counts.shape == (len(details["confusion"]["classes"]),) * 2 and counts.sum() <= found.rows
    each = 1 if "confusion" in details or "classes" not in details else len(details["classes"])  # of several labels
    assert sum(b["n"] for b in details.get("calibration", ())) in (0, found.rows * each), "calibration loses rows"
    turned: Columns = take(found.stats, np.arange(found.rows)[::-1])
    assert difference(details, case.fitted.details(turned)) < 1e-9, "a picture depends on the order of rows"


def statistics_survive_the_disk(case: Case) -> None:
    """What is kept of every test row gives the same scores when it is read again."""
    found = _found(case)
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "stats") as writer:
            writer.append(found.stats, found.rows)
        again = Measured(case.fitted, load(Path(folder) / "stats"))
        close = partial(np.testing.assert_allclose, rtol=1e-12, equal_nan=True)
        for name, value in found.values.items():
            close(again.values[name], value, err_msg=f"{name} changes on disk")
