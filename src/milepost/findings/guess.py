"""Guess the class of every row from the other rows, out of fold: cheap, and good enough to doubt a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from milepost.data.grams import blocks, words
from milepost.findings.leaks import numbers
from milepost.findings.terms import told_by_terms
from milepost.types import Array

FOLDS = 5
STEPS = 8  # parts of a number's range, each with a share of the classes of its own
FINE = 24  # the same where trees look
FEW = 30  # categories of a column that are told apart
CELLS = 6  # parts of a column where two are looked at together
PAIRS, ROWS_A_PAIR = 8, 200  # pairs of columns that work together, as many as rows allow
COLUMNS, PAIRED = 60, 30  # that are looked at, and of these by pairs
TRIED, GLANCE = 300, 2_000  # columns, and rows, by which they are chosen
PULL = 10.0  # rows that pull the gain of a cell towards 0
RIDGE = (0.003, 0.03, 0.3)  # penalties a row; the best is taken
LEAN = 1e-3  # of the mean spread, added to that of every direction
THIN = 0.1  # of columns that hardly vary, the spread that they are taken to have
BUCKETS = 1 << 16  # for words
SMOOTH = 0.5  # added to the count of every word


class Views(NamedTuple):
    """A table as models see it."""

    plain: Array  # float32 [N, D]
    parts: list[Array]  # int64 [N] of each column: which of a few parts a cell is in
    fine: list[Array]  # int64 [N]: the same, finer, less than FINE


def views(table: pl.DataFrame, features: Sequence[str], types: Mapping[str, str], y_N: Array, classes: int) -> Views:
    """Turn columns into numbers; a text becomes how well its words fit every class, its own row left out."""
    out = Views(np.zeros((table.height, 0), np.float32), [], [])
    blocks = list[Array]()
    for name in features:
        column = table[name]
        found = _of_text(column, y_N, classes) if types.get(name) == "text" else _of(column)
        blocks.append(found.plain)
        out.parts.extend(found.parts)
        out.fine.extend(found.fine)
    return out._replace(plain=_scaled(np.concatenate([out.plain, *blocks], 1)))


def promising(
    table: pl.DataFrame, features: Sequence[str], types: Mapping[str, str], y_N: Array, classes: int
) -> list[str]:
    """Return texts and the columns that tell most about the classes by themselves, where there are many."""
    plain = [c for c in features if types.get(c) != "text"]
    if len(plain) <= COLUMNS:
        return list(features)
    step = -(-table.height // GLANCE)
    some, y_NK = table[::step], np.eye(classes)[y_N[::step]]
    y_NK -= y_NK.mean(0)
    gains = dict[str, float]()
    for name in plain[:: -(-len(plain) // TRIED)]:
        parts = _of(some[name]).parts
        gains[name] = _gain(parts[0], y_NK) if parts else 0.0
    best = {*sorted(gains, key=lambda c: -gains[c])[:COLUMNS]}
    return [c for c in features if c in best or types.get(c) == "text"]


def _gain(part_N: Array, left_NK: Array) -> float:
    """Return how much of what is left the means of parts explain."""
    count = np.bincount(part_N) + PULL
    return sum(float((np.bincount(part_N, left_N) ** 2 / count).sum()) for left_N in left_NK.T)


def _of(column: pl.Series) -> Views:
    return (_of_numbers if column.dtype.is_numeric() or column.dtype.is_temporal() else _of_categories)(column)


def _of_numbers(column: pl.Series) -> Views:
    x_N, known_N = numbers(column)
    known = np.sort(x_N[known_N])
    if not len(known) or known[0] == known[-1]:
        return Views(np.zeros((len(x_N), 0), np.float32), [], [])
    rank = (np.searchsorted(known, x_N) + np.searchsorted(known, x_N, "right")) / len(known) - 1
    scaled = np.clip((x_N - np.median(known)) / known.std(), -5, 5)
    straight = np.where(known_N, [rank, scaled], 0.0).T
    steps, parts, fine = (_stepped(x_N, known_N, known, n) for n in (STEPS, CELLS, FINE - 1))
    return Views(np.hstack([straight, _ones(steps)]), [parts], [fine])


def _stepped(x_N: Array, known_N: Array, known: Array, steps: int) -> Array:
    """Return which of about `steps` equally full parts a number is in, from 1; 0 = missing."""
    edges = np.unique(np.quantile(known, np.arange(1, steps) / steps))
    return np.where(known_N, 1 + np.searchsorted(edges, x_N), 0)


def _of_categories(column: pl.Series) -> Views:
    plain = column.cast(pl.String).fill_null("\0").alias("word")
    common = plain.value_counts().sort("count", "word", descending=[True, False])["word"].head(FEW).sort()
    codes = {v: i for i, v in enumerate(common)}
    x_N = plain.replace_strict(codes, default=len(codes), return_dtype=pl.Int64).to_numpy()
    ranked = np.argsort(np.argsort(-np.bincount(x_N), kind="stable"))[x_N]
    return Views(_ones(x_N), [np.minimum(ranked, CELLS)], [np.minimum(ranked, FINE - 1)])


def _of_text(column: pl.Series, y_N: Array, classes: int) -> Views:
    fit_NK = np.hstack([told_by_terms(column, y_N, classes), told_by_words(column, y_N, classes)])
    every = np.ones(len(fit_NK), bool)
    fine = [_stepped(f_N, every, np.sort(f_N), FINE - 1) for f_N in fit_NK.T[:CELLS]]
    return Views(fit_NK, [], fine)


def _ones(x_N: Array) -> Array:
    return np.eye(int(x_N.max()) + 1, dtype=np.float32)[x_N]


def _scaled(x_ND: Array) -> Array:
    x_ND = x_ND.astype(np.float32) - x_ND.mean(0, dtype=np.float64).astype(np.float32)
    spread = x_ND.std(0)
    return x_ND[:, spread > 0] / np.maximum(spread[spread > 0], THIN)


def told_by_words(texts: pl.Series, y_N: Array, classes: int) -> Array:
    """Return how well the words of N texts fit every class, float32 [N, K], by multinomial naive Bayes.

    A text's own words are taken out of the counts of its class first, so that it does not tell itself.
    """
    row, word = _words(texts)
    rows, length_N = len(texts), np.bincount(row, minlength=len(texts))
    count_KW = np.bincount(y_N[row] * BUCKETS + word, minlength=classes * BUCKETS).reshape(classes, BUCKETS)
    total_K, extra = count_KW.sum(1), SMOOTH * max(1, int(count_KW.any(0).sum()))
    out = np.empty((rows, classes))
    for k in range(classes):
        log_W = np.log(count_KW[k] + SMOOTH)
        out[:, k] = np.bincount(row, log_W[word], rows) - length_N * np.log(total_K[k] + extra)
    own = np.bincount(row, np.log(count_KW[y_N[row], word] + (SMOOTH - 1)), rows)
    out[np.arange(rows), y_N] = own - length_N * np.log(total_K[y_N] - length_N + extra)
    out -= out.mean(1, keepdims=True)
    return (out / np.sqrt(np.maximum(length_N, 1))[:, None]).astype(np.float32)


def _words(texts: pl.Series) -> tuple[Array, Array]:
    """Return the row and the number, less than `BUCKETS`, of every different word of every text."""
    keys, start = [np.empty(0, np.int64)], 0
    for block in blocks(texts):
        found = words(block)
        word = (found.hashes >> np.uint64(40)).astype(np.int64) % BUCKETS
        many = np.diff(found.offsets)
        keys.append(np.unique(np.repeat(np.arange(start, start + len(many)), many) * BUCKETS + word))
        start += len(many)
    row, word = np.divmod(np.concatenate(keys), BUCKETS)
    return row, word


def folds(rows: int) -> Array:
    """Return which fold each row is in, int64 [N]; always the same."""
    return np.random.default_rng(0).permutation(rows) % FOLDS


def guess(seen: Views, y_N: Array, classes: int) -> Array:
    """Return log probabilities, out of fold, [N, K].

    A ridge regression on steps of every column, then on the pairs of columns that explain most of what is left
    (generalised additive models with pairwise interactions, Lou et al. 2013).
    """
    y_NK = np.eye(classes, dtype=np.float32)[y_N]
    y_NK -= y_NK.mean(0)
    error, scores_NK = _ridge(seen.plain, y_NK)
    cells = _pairs(seen.parts, y_NK - scores_NK)
    if cells:
        again = _ridge(np.hstack([seen.plain, _scaled(np.hstack([_ones(c) for c in cells]))]), y_NK)
        error, scores_NK = min((error, scores_NK), again, key=lambda found: found[0])
    return _discriminated(scores_NK.astype(np.float64), y_N)


def _discriminated(scores_NK: Array, y_N: Array) -> Array:
    """Turn scores into log probabilities, as if those of a class were normal (Hastie, Tibshirani and Buja 1994).

    So no class hides behind its neighbours, and rare ones are guessed too.
    """
    count_K = np.bincount(y_N, minlength=scores_NK.shape[1])
    x_NJ = scores_NK[:, :-1]  # the scores of a row add up to 0
    mean_KJ = np.stack([np.bincount(y_N, x, len(count_K)) for x in x_NJ.T], 1) / np.maximum(1, count_K)[:, None]
    around_NJ = x_NJ - mean_KJ[y_N]
    spread_JJ = around_NJ.T @ around_NJ / len(y_N)
    spread_JJ += (LEAN * np.trace(spread_JJ) / len(spread_JJ) + 1e-12) * np.eye(len(spread_JJ))
    to_KJ = np.linalg.solve(spread_JJ, mean_KJ.T).T
    log_NK = x_NJ @ to_KJ.T - (to_KJ * mean_KJ).sum(1) / 2 + np.log(np.maximum(count_K, 1) / len(y_N))
    log_NK -= log_NK.max(1, keepdims=True)
    return log_NK - np.log(np.exp(log_NK).sum(1, keepdims=True))


def _pairs(parts: Sequence[Array], left_NK: Array) -> list[Array]:
    """Return the cells of the pairs of columns, int64 [N] each, that explain most of what is left."""
    gains = list[tuple[float, Array]]()
    best = sorted(parts, key=lambda part_N: -_gain(part_N, left_NK))[:PAIRED] if len(parts) > PAIRED else parts
    for i, a_N in enumerate(best):
        for b_N in best[:i]:
            cell_N = a_N * (int(b_N.max()) + 1) + b_N
            gains.append((_gain(cell_N, left_NK), cell_N))
            if len(gains) > 4 * PAIRS:  # so that memory does not grow with the square of the columns
                gains = _best(gains)
    return [cell_N for _, cell_N in _best(gains)[: max(1, len(left_NK) // ROWS_A_PAIR)]]


def _best(gains: list[tuple[float, Array]]) -> list[tuple[float, Array]]:
    return sorted(gains, key=lambda found: -found[0])[:PAIRS]


def _ridge(x_ND: Array, y_NK: Array) -> tuple[float, Array]:
    """Return the squared error and the guesses [N, K], out of fold, at the penalty that does best."""
    fold_N = folds(len(x_ND))
    held = [(x_ND[fold_N == f], y_NK[fold_N == f]) for f in range(FOLDS)]
    squares, products = [x.T @ x for x, _ in held], [x.T @ y for x, y in held]
    square, product = np.sum(squares, 0), np.sum(products, 0)
    tried, out_NK = list[tuple[float, Array]](), np.empty_like(y_NK)
    for penalty in RIDGE:
        pull = np.eye(x_ND.shape[1], dtype=np.float32) * np.float32(penalty * len(x_ND))
        for f, (x, _) in enumerate(held):
            out_NK[fold_N == f] = x @ np.linalg.solve(square - squares[f] + pull, product - products[f])
        tried.append((float(np.square(out_NK - y_NK).sum()), out_NK.copy()))
    return min(tried, key=lambda found: found[0])
