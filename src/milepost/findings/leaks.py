"""Columns that give the answer away: too good to be known when the product is asked."""

from __future__ import annotations

import numpy as np
import polars as pl

from milepost.findings.base import Look
from milepost.types import Array, Finding

CELLS = 600_000  # cells that are looked at
FEWEST = 30  # rows from which a coincidence is unlikely
ERRORS = 15  # that a blind guess must make for the lack of them to mean anything
NEARLY = 0.99  # share of rows
KNOWN = 0.9  # share of rows in which a number must be known
LEFT = 0.02  # share of a blind guess's errors that a column which gives the answer away may leave
SEEN = 0.8  # share of held-out rows whose value must be known
ROWS_A_VALUE = 3  # rows for every value of a column that is looked up
AUC = 0.995
RANK = 0.995  # Spearman's correlation
MINORITY = 0.55  # share of all rows above which a class is what most cells say anyway
TELLING = 0.1  # share of its class that the filled (or the empty) cells must cover
FIX = "if not, remove the column or list the others in task.features"


def notice_leaks(look: Look) -> list[Finding]:
    """Report columns that are a target, or tell it by their value or by being filled in, in nearly every row."""
    train = look.sides["train"]
    every = max(1, -(-train.height * max(1, train.width) // CELLS))
    out = list[Finding]()
    for target in look.targets:
        if target not in train.columns:
            continue
        some = train[::every].drop_nulls(target).unique(maintain_order=True)
        if some.height < FEWEST or some[target].n_unique() < 2:
            continue
        classes = target == look.classes or not some[target].dtype.is_numeric()
        truth = _Classes(some[target]) if classes else _Numbers(some[target])
        columns = {*some.columns} - {*look.targets}
        names = [c for c in look.features if c in columns]
        out += [f for name in names if (f := _noticed(some[name], truth, name, target, look.totals["train"]))]
    return out


def _noticed(column: pl.Series, truth: _Classes | _Numbers, name: str, target: str, rows: int) -> Finding | None:
    if same(column, truth.column):
        what = f"`{name}` is `{target}` in nearly every row; will it be known when the product is asked?"
    elif truth.told_by(column):
        what = f"`{name}` tells `{target}` in nearly every row; will it be known when the product is asked?"
    elif truth.told_by_gaps(column):
        what = f"whether `{name}` is filled in tells `{target}`; will it be known when the product is asked?"
    else:
        return None
    return Finding("leak", f"column {name}", what, FIX, "warning", rows)


def same(a: pl.Series, b: pl.Series) -> bool:
    """Tell whether two columns [N] say the same in nearly every row, whatever the case or the form of numbers."""
    same_N = numbers(a)[0] == numbers(b)[0]  # nan is like nothing
    if a.dtype == b.dtype == pl.String:
        same_N |= (_plain(a) == _plain(b)).fill_null(False).to_numpy()
    return bool(same_N.sum() >= NEARLY * len(a))


def _plain(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).str.strip_chars().str.to_lowercase()


def halves(rows: int) -> Array:
    """Return which of the rows are learned from, bool [N], the others being held out; always the same."""
    return np.random.default_rng(0).random(rows) < 0.5


class _Classes:
    """A target of classes, and what it takes to tell them."""

    def __init__(self, column: pl.Series) -> None:
        self.column, self.y_N = column, codes(column)
        self.counts = np.bincount(self.y_N)
        self.fit_N = halves(len(self.y_N))

    def told_by(self, column: pl.Series) -> bool:
        x_N, known_N = numbers(column)
        if known_N.sum() >= KNOWN * len(x_N) and self._by_order(x_N, known_N):
            return True
        return self._by_value(codes(column))

    def _by_value(self, x_N: Array) -> bool:
        """Look each held-out row's value up among the others: what remains of a blind guess's errors?"""
        values, classes = int(x_N.max()) + 1, len(self.counts)
        if ROWS_A_VALUE * values > len(x_N) or values * classes > 4 * CELLS:
            return False
        table = np.bincount(x_N[self.fit_N] * classes + self.y_N[self.fit_N], minlength=values * classes)
        table = table.reshape(values, classes)
        held_x, held_y = x_N[~self.fit_N], self.y_N[~self.fit_N]
        seen = table.sum(1)[held_x] > 0
        wrong = table.argmax(1)[held_x[seen]] != held_y[seen]
        return seen.sum() >= SEEN * len(held_x) and self._hardly_any(int(wrong.sum()), held_y[seen])

    def _hardly_any(self, errors: int, truth_M: Array) -> bool:
        blind = len(truth_M) - int(np.bincount(truth_M, minlength=1).max(initial=0))
        return blind >= ERRORS and errors <= LEFT * blind

    def _by_order(self, x_N: Array, known_N: Array) -> bool:
        """Part the classes by a stretch of the numbers each; two classes also by rank alone."""
        fit_N, held_N = self.fit_N & known_N, ~self.fit_N & known_N
        if len(self.counts) == 2:
            return self._auc(x_N[known_N], self.y_N[known_N]) or self._by_stretch(x_N, fit_N, held_N, (1,))
        return self._by_stretch(x_N, fit_N, held_N, range(len(self.counts)) if len(self.counts) <= 50 else ())

    def _by_stretch(self, x_N: Array, fit_N: Array, held_N: Array, classes: range | tuple[int, ...]) -> bool:
        errors, blind = 0, 0
        order = np.flatnonzero(fit_N)[np.argsort(x_N[fit_N], kind="stable")]
        for k in classes:
            low, high = stretch(x_N[order], self.y_N[order] == k)
            truth = self.y_N[held_N] == k
            errors += int((((x_N[held_N] >= low) & (x_N[held_N] <= high)) != truth).sum())
            blind += int(min(truth.sum(), (~truth).sum()))
        return blind >= ERRORS and errors <= LEFT * blind

    def _auc(self, x_M: Array, y_M: Array) -> bool:
        """The area under the ROC curve by ranks (Mann and Whitney 1947)."""
        ones = int(y_M.sum())
        zeros = len(y_M) - ones
        if min(ones, zeros) < ERRORS:
            return False
        area = (ranks(x_M)[y_M == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros)
        return bool(max(area, 1 - area) >= AUC)

    def told_by_gaps(self, column: pl.Series) -> bool:
        """Tell whether the filled cells, or the empty ones, are all of one class that is no majority."""
        gone_N = column.is_null().to_numpy()
        if not gone_N.any():
            return False
        for state_N in (gone_N, ~gone_N):
            inside = np.bincount(self.y_N[state_N], minlength=len(self.counts))
            k = int(inside.argmax())
            blind = state_N.sum() * (1 - self.counts[k] / len(self.y_N))
            pure = inside[k] >= NEARLY * state_N.sum() and blind >= ERRORS
            if pure and self.counts[k] <= MINORITY * len(self.y_N) and inside[k] >= TELLING * self.counts[k]:
                return True
        return False


class _Numbers:
    """A target of numbers, and what it takes to tell them."""

    def __init__(self, column: pl.Series) -> None:
        self.column, self.y_N = column, column.cast(pl.Float64).to_numpy()
        self.fit_N = halves(len(self.y_N))

    def told_by(self, column: pl.Series) -> bool:
        x_N, known_N = numbers(column)
        if known_N.sum() >= max(FEWEST, KNOWN * len(x_N)):
            a, b = ranks(x_N[known_N]), ranks(self.y_N[known_N])
            if a.std() > 0 and b.std() > 0 and abs(np.corrcoef(a, b)[0, 1]) >= RANK:
                return True
        return self._by_value(codes(column))

    def _by_value(self, x_N: Array) -> bool:
        """Compare the squared error of each value's mean, learned on the other half, with that of the whole's."""
        values = int(x_N.max()) + 1
        if ROWS_A_VALUE * values > len(x_N):
            return False
        some, held = x_N[self.fit_N], x_N[~self.fit_N]
        count = np.bincount(some, minlength=values)
        mean = np.bincount(some, self.y_N[self.fit_N], values) / np.maximum(1, count)
        seen, truth = count[held] > 0, self.y_N[~self.fit_N]
        left = np.square(truth - mean[held])[seen].sum()
        blind = np.square(truth - truth.mean())[seen].sum()
        return bool(seen.sum() >= SEEN * len(held) and blind > 0 and left <= (1 - RANK) * blind)

    def told_by_gaps(self, column: pl.Series) -> bool:
        gone = column.is_null()
        return bool(gone.any()) and self._by_value(gone.cast(pl.Int64).to_numpy())


def numbers(column: pl.Series) -> tuple[Array, Array]:
    """Return the cells as numbers, float64 [N], and which of them are numbers or dates, bool [N]."""
    x_N = column.cast(pl.Float64, strict=False).to_numpy()
    return x_N, np.isfinite(x_N)


def codes(column: pl.Series) -> Array:
    """Return a small number for every different cell, int64 [N]; a missing cell is a value of its own."""
    if column.dtype.is_float() and not column.null_count():
        return np.unique(column.to_numpy(), return_inverse=True)[1]
    return (column.rank("dense") - 1).fill_null(column.n_unique()).cast(pl.Int64).to_numpy()


def ranks(x_N: Array) -> Array:
    """Return average ranks from 1, float64 [N]."""
    _, place, count = np.unique(x_N, return_inverse=True, return_counts=True)
    return (count.cumsum() - (count - 1) / 2)[place]


def stretch(x_N: Array, inside_N: Array) -> tuple[float, float]:
    """Return the stretch of increasing `x_N` that holds the most rows inside and the fewest outside.

    The maximum subarray, by sums up to the start of each run of equal numbers.
    """
    starts = np.flatnonzero(np.concatenate([[True], x_N[1:] != x_N[:-1]])) if len(x_N) else np.empty(0, int)
    if not len(starts):
        return np.inf, -np.inf
    gain = np.concatenate([[0], np.add.reduceat(np.where(inside_N, 1, -1), starts).cumsum()])
    least = np.minimum.accumulate(gain)
    stop = int((gain[1:] - least[:-1]).argmax())
    start = int(gain[: stop + 1].argmin())
    values = x_N[starts]
    low = -np.inf if start == 0 else (values[start - 1] + values[start]) / 2
    return low, np.inf if stop == len(values) - 1 else (values[stop] + values[stop + 1]) / 2
