"""Labels that contradict each other, or that all other rows contradict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.findings.base import Joined, Look, joined
from milepost.findings.guess import CELLS, FINE, Views, guess, promising, views
from milepost.findings.leaks import codes
from milepost.findings.slips import slips
from milepost.findings.trees import chances
from milepost.types import Array, Finding

FEW = 5  # rows that are named
LISTED = 10  # of rows whose label is doubted: they are to be looked at one by one
SHARED = 0.3  # share of rows that are like another from which conflicts are what such columns give
BY_CHANCE = 0.05  # pairs of like rows, of those there are, that chance alone may give before a conflict is no surprise
APART = 0.5  # standard deviations between two numbers that contradict each other
ROWS, CLASSES, MOST = 100, (2, 50), 20_000  # from so many rows on labels are doubted, of so many at most
TOKENS = 2_000_000  # characters of text that are read
WRONG, OF_BLIND = 0.16, 0.4  # share of rows guessed wrong, of all and of a blind guess's, up to which a guess may doubt
OF_TEXTS, CLEARER = 1.7, 2.0  # times as often may a guess by texts be wrong, if there is as much more evidence
EVIDENCE, AND_MORE = 4.0, 12.0  # for slips, by either view of where errors are honest, and by the clearer one
SURE, SLIPS = 0.85, 5  # chance of being a slip from which a row is listed, and rows from which they are said
GLIMPSE, SLACK = 2_000, 2.0  # rows that show whether many are worth the while, and how much worse they may guess
SMALL, MUCH = 0.008, 0.018  # shares of slips: below the first they are not said, from the second they are a warning


def notice_conflicts(look: Look) -> list[Finding]:
    """Report rows alike in every feature whose truth differs, where likeness is no matter of chance."""
    every, out = joined(look), list[Finding]()
    features = _features(look, every)
    for target in look.targets:
        if features and target in every.table.columns:
            out += _conflicts(look, every, features, target)
    return out


def _features(look: Look, every: Joined) -> list[str]:
    columns = {*every.table.columns} - {*look.targets}
    return [c for c in look.features if c in columns]


def _texts(features: list[str], look: Look) -> list[str]:
    return [c for c in features if look.types.get(c) == "text"]


def _conflicts(look: Look, every: Joined, features: list[str], target: str) -> list[Finding]:
    known = every.table[target].is_not_null().to_numpy()
    table = every.table if known.all() else every.table.filter(pl.Series(known))
    if table.height < 2:
        return []
    group_N = codes(table.select(features).hash_rows())
    count_N = np.bincount(group_N)[group_N]
    index = np.flatnonzero(count_N > 1)
    if not len(index) or not _surprising(table.select(features), count_N):
        return []
    differ = _differ(table[target], group_N, target == look.classes)
    inside = np.flatnonzero(differ[group_N])
    if not len(inside):
        return []
    n, rows = len(inside), every.first(np.flatnonzero(known)[inside], FEW)
    what = (
        f"{n:,} rows are like others in every feature but differ in `{target}`; no model can be right about all of them"
    )
    fix = "correct them, or add a column that tells them apart"
    return [Finding("conflicting_labels", f"column {target}", what, fix, "warning", n, rows)]


def _surprising(features: pl.DataFrame, count_N: Array) -> bool:
    """Tell whether rows are like others though columns that knew nothing of each other would hardly make them so."""
    if float((count_N > 1).mean()) > SHARED:
        return False
    distinct, chance = features.unique(), 1.0
    for column in distinct:
        count = column.alias("word").value_counts()["count"].to_numpy().astype(np.float64)
        chance *= float((count * (count - 1)).sum()) / max(1, distinct.height * (distinct.height - 1))
    return chance * len(count_N) * (len(count_N) - 1) <= BY_CHANCE * float((count_N - 1).sum())


def _differ(truth: pl.Series, group_N: Array, classes: bool) -> Array:
    """Return which groups of like rows hold different classes, or numbers far apart, bool [groups]."""
    values_N = truth.cast(pl.Float64).to_numpy() if truth.dtype.is_numeric() and not classes else codes(truth)
    least, most = np.full(group_N.max() + 1, np.inf), np.full(group_N.max() + 1, -np.inf)
    np.minimum.at(least, group_N, values_N)
    np.maximum.at(most, group_N, values_N)
    return (most - least) > (0 if classes or not truth.dtype.is_numeric() else APART * float(np.std(values_N)))


def notice_label_errors(look: Look) -> list[Finding]:
    """Report rows whose class a guess from all other rows contradicts with confidence (Northcutt et al. 2021).

    Silent where the guess is often wrong: then an error is no sign of a wrong label.
    """
    if look.classes is None or look.classes not in look.sides["train"].columns:
        return []
    every = _some(look)
    features = _features(look, every)
    y_N = codes(every.table[look.classes])
    count_K = np.bincount(y_N, minlength=1)
    if len(y_N) < ROWS or not CLASSES[0] <= len(count_K) <= CLASSES[1] or not features:
        return []
    if len(y_N) > 2 * GLIMPSE:  # where few rows teach hardly anything, many teach too little to doubt a label
        few = np.arange(0, len(y_N), -(-len(y_N) // GLIMPSE))
        if _guessed(every.table[few], features, look, codes(every.table[look.classes][few]), SLACK) is None:
            return []
    doubted, share = _doubted(every.table, features, look, y_N)
    if not len(doubted):
        return []
    n = len(doubted)
    what = f"{n:,} rows of `{look.classes}` may have the wrong class: all other rows contradict them"
    fix = "look at them, the first ones first, and correct what is wrong; nothing is removed"
    severity = "warning" if share >= MUCH else "info"
    first = every.row_N[doubted[:LISTED]]
    return [Finding("label_errors", f"column {look.classes}", what, fix, severity, n, tuple(first.tolist()))]  # type: ignore[arg-type]


def _some(look: Look) -> Joined:
    """Return rows with a known class, evenly thinned out where they are many."""
    every = joined(look)
    known = np.flatnonzero(every.table[look.classes or ""].is_not_null().to_numpy())
    texts = _texts(_features(look, every), look)
    size = sum(int(every.table[c].str.len_bytes().sum()) for c in texts)
    step = max(1, -(-len(known) // MOST), -(-size // (4 * TOKENS)))
    index = known[::step]
    table = every.table if len(index) == every.table.height else every.table[index]
    return Joined(table, every.side_N[index], every.row_N[index])


class _Guess(NamedTuple):
    """A class for every row by the other rows, which is seldom wrong."""

    seen: Views
    scores_NK: Array  # log probabilities
    wrong_N: Array  # bool


def _guessed(table: pl.DataFrame, features: list[str], look: Look, y_N: Array, slack: float = 1.0) -> _Guess | None:
    """Guess every class; None where the guess is wrong more often than `slack` times what may doubt a label."""
    classes = int(y_N.max()) + 1
    seen = views(table, promising(table, features, look.types, y_N, classes), look.types, y_N, classes)
    if not seen.plain.shape[1]:
        return None
    scores_NK = guess(seen, y_N, classes)
    wrong_N, blind = scores_NK.argmax(1) != y_N, 1 - np.bincount(y_N).max() / len(y_N)
    slack *= OF_TEXTS if _texts(features, look) else 1
    return None if wrong_N.mean() > slack * min(WRONG, OF_BLIND * blind) else _Guess(seen, scores_NK, wrong_N)


def _doubted(table: pl.DataFrame, features: list[str], look: Look, y_N: Array) -> tuple[Array, float]:
    """Return the places of rows whose class is doubted, the surest first, and the share of slips."""
    rows, nobody = np.arange(len(y_N)), np.empty(0, np.int64)
    found = _guessed(table, features, look, y_N)
    if found is None:
        return nobody, 0.0
    seen, scores_NK, wrong_N = found
    guess_N = scores_NK.argmax(1)
    second, first = np.sort(scores_NK, 1)[:, -2:].T
    by_margin = slips(second - first, wrong_N)
    if by_margin.evidence < EVIDENCE or by_margin.share < SMALL:
        return nobody, 0.0
    fine_NF = np.stack([*seen.fine, *_ranked(np.column_stack([scores_NK[:, :CELLS], first - second]))], 1)
    by_place = slips(chances(fine_NF, wrong_N.astype(np.float64)), wrong_N)
    share = min(by_margin.share, by_place.share)
    chance_N = np.minimum(by_margin.chance_N, by_place.chance_N) * wrong_N
    doubted = np.flatnonzero(chance_N >= SURE)
    evidence = sorted((by_margin.evidence, by_place.evidence))
    more = AND_MORE * (CLEARER if _texts(features, look) else 1)
    if evidence[0] < EVIDENCE or evidence[1] < more or share < SMALL or len(doubted) < SLIPS:
        return nobody, 0.0
    surest = scores_NK[rows, guess_N] - scores_NK[rows, y_N]
    return doubted[np.argsort(-surest[doubted], kind="stable")], share


def _ranked(x_NF: Array) -> list[Array]:
    """Return which of about `FINE` equally full parts every number is in."""
    return [np.argsort(np.argsort(x, kind="stable")) * (FINE - 1) // len(x) for x in x_NF.T]
