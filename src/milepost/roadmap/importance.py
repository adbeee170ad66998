"""What a model looks at: how much worse it validates when a column is shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from milepost.product import stream
from milepost.stages.evaluate import Answering, Measured
from milepost.types import Progress, quiet

ANSWERS = 100_000  # in all, so that wide tables take no longer
LEAST, MOST = 200, 2_000  # rows
DRAWS = 200
LISTED = 30


def importance(
    model: Answering, valid: pl.DataFrame, columns: Sequence[str], progress: Progress = quiet
) -> list[dict[str, Any]]:
    """Return by how much the kind's proper score worsens with each column shuffled (Breiman 2001), most first.

    The interval is the bootstrap's over the rows; a positive value is worse whichever way the score is better.
    """
    rows = int(np.clip(ANSWERS // max(1, len(columns)), LEAST, MOST))
    asked, truth = model.task.ask(valid.head(rows))
    shuffled_N = np.random.default_rng(0).permutation(asked.height)
    metric = model.task.select
    sign = 1 if model.task.metrics[metric].better == "lower" else -1

    def scored(table: pl.DataFrame) -> Measured:
        answers = [answer for some in stream(model.task, model.run, table) for answer in some]
        return Measured(model.task, model.task.measure(answers, truth), draws=DRAWS)

    base, out = scored(asked), list[dict[str, Any]]()
    for done, name in enumerate([c for c in columns if c in asked.columns], 1):
        worse = scored(asked.with_columns(asked[name][shuffled_N])).minus(base).get(metric)
        if worse is not None:
            ends = sorted((sign * worse.low, sign * worse.high))
            out.append({"column": name, "value": sign * worse.value, "low": ends[0], "high": ends[1]})
        progress("importance", done, len(columns))
    return sorted(out, key=lambda c: -float(c["value"]))[:LISTED]
