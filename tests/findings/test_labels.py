"""Contradictions and likely slips among labels: found where they can be, silent where nature is noisy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import MultinomialNB

from milepost.findings.base import Look
from milepost.findings.guess import guess, told_by_words, views
from milepost.findings.labels import notice_conflicts, notice_label_errors
from milepost.findings.leaks import codes
from milepost.findings.slips import slips
from milepost.findings.trees import chances


def look(table: pl.DataFrame, target: str = "y", classes: bool = True, test: pl.DataFrame | None = None) -> Look:
    sides = {"train": table} | ({} if test is None else {"test": test})
    rows = {s: np.arange(1, t.height + 1) for s, t in sides.items()}
    types = {
        c: "number" if table[c].dtype.is_numeric() else "text" if c == "text" else "category" for c in table.columns
    }
    features = tuple(c for c in table.columns if c != target)
    totals = {s: t.height for s, t in sides.items()}
    return Look(sides, rows, totals, types, (target,), features, target if classes else None)


def learnable(seed: int = 0, rows: int = 900, classes: int = 3) -> tuple[np.random.Generator, pl.DataFrame]:
    """Classes that stand apart, by a number, a category and a step."""
    rng = np.random.default_rng(seed)
    x, c, u = rng.normal(size=rows), rng.choice(list("abcd"), rows), rng.random(rows)
    score = x + 2.0 * (c == "a") + 2.0 * (u > 0.5)
    edges = np.quantile(score, np.arange(1, classes) / classes)
    clear = np.abs(score[:, None] - edges).min(1) > 0.3
    table = pl.DataFrame({"x": x, "c": c, "u": u, "noise": rng.lognormal(0, 1, rows)})
    y = pl.Series([f"k{k}" for k in np.digitize(score, edges)])
    return rng, table.with_columns(y=y).filter(pl.Series(clear))


def flipped(rng: np.random.Generator, table: pl.DataFrame, share: float = 0.04) -> tuple[pl.DataFrame, set[int]]:
    y = table["y"].to_list()
    wrong = rng.choice(len(y), int(share * len(y)), replace=False)
    for row in wrong:
        y[row] = str(rng.choice([k for k in sorted(set(y)) if k != y[row]]))
    return table.with_columns(y=pl.Series(y)), {int(r) + 1 for r in wrong}


@pytest.mark.parametrize("classes", [2, 3])
def test_flipped_labels_are_listed(classes: int) -> None:
    right = listed = 0
    for seed in range(4):
        rng, table = learnable(seed, 1500, classes)
        assert notice_label_errors(look(table)) == []
        table, wrong = flipped(rng, table)
        (found,) = notice_label_errors(look(table))
        assert (found.code, found.where, found.severity) == ("label_errors", "column y", "warning")
        assert 0.2 * len(wrong) <= found.count <= 1.5 * len(wrong)
        listed, right = listed + len(found.rows), right + len(wrong & set(found.rows))
    assert right >= 0.9 * listed


def test_flipped_labels_of_texts_are_listed() -> None:
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(300)]
    chosen = [rng.permutation(300) for _ in range(4)]
    y = rng.integers(0, 4, 1200)
    chance = 1 / (np.arange(300) + 10)
    texts = [" ".join(words[chosen[k][i]] for i in rng.choice(300, 30, p=chance / chance.sum())) for k in y]
    table = pl.DataFrame({"text": texts, "y": [f"k{k}" for k in y]})
    assert notice_label_errors(look(table)) == []
    table, wrong = flipped(rng, table)
    (found,) = notice_label_errors(look(table))
    assert len(wrong & set(found.rows)) >= 9


def test_noise_is_no_slip() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(600, 4))
        y = (x.sum(1) + rng.logistic(size=600) * rng.uniform(0.3, 2) > 0).astype(int)
        table = pl.DataFrame({f"x{i}": x[:, i] for i in range(4)}).with_columns(y=pl.Series(y).cast(pl.String))
        assert notice_label_errors(look(table)) == []


def test_no_label_is_doubted_where_little_is_known() -> None:
    _, table = learnable()
    assert notice_label_errors(look(table, classes=False)) == []
    assert notice_label_errors(look(table[:50])) == []
    assert notice_label_errors(look(table.select("y"))) == []
    assert notice_label_errors(look(table.with_columns(y=pl.lit("same")))) == []


def test_words_fit_a_class_as_naive_bayes_says() -> None:
    """The scores of a text among others are those of scikit-learn, trained without it."""
    rng = np.random.default_rng(0)
    counts = (rng.random((40, 25)) < 0.4).astype(int)
    counts[:, 0] = 1
    y = rng.integers(0, 3, 40)
    texts = pl.Series([" ".join(f"w{i}" for i in np.flatnonzero(row)) for row in counts])
    found = told_by_words(texts, y, 3)
    for i in range(0, 40, 7):
        others = np.arange(40) != i
        model = MultinomialNB(alpha=0.5, fit_prior=False).fit(counts[others], y[others])
        expected = model.predict_joint_log_proba(counts[i : i + 1])[0]
        expected = (expected - expected.mean()) / np.sqrt(counts[i].sum())
        assert found[i] == pytest.approx(expected, abs=1e-5)


def test_two_columns_are_understood_together() -> None:
    rng = np.random.default_rng(0)
    u, v = rng.random(1000), rng.random(1000)
    y = ((u > 0.5) == (v > 0.5)).astype(int)
    table = pl.DataFrame({"u": u, "v": v, "x": rng.normal(size=1000)})
    seen = views(table, table.columns, dict.fromkeys(table.columns, "number"), y, 2)
    assert (guess(seen, y, 2).argmax(1) == y).mean() > 0.9


@given(st.integers(0, 10**6), st.integers(2, 4))
@settings(max_examples=10, derandomize=True, deadline=None)
def test_a_guess_beats_a_blind_one_and_never_sees_its_row(seed: int, classes: int) -> None:
    _, table = learnable(seed, 400, classes)
    y, features = codes(table["y"]), table.columns[:-1]
    seen = views(table, features, look(table).types, y, classes)
    log = guess(seen, y, classes)
    assert np.exp(log).sum(1) == pytest.approx(1)
    assert (log.argmax(1) == y).mean() > 0.75
    at_random = np.random.default_rng(seed).permutation(y)
    assert (guess(seen, at_random, classes).argmax(1) == at_random).mean() < 0.45 + 0.5 / classes


def test_slips_are_told_from_errors_at_the_border() -> None:
    rng = np.random.default_rng(0)
    away = np.abs(rng.normal(size=4000))
    honest = rng.random(4000) < 1 / (1 + np.exp(6 * away))
    assert slips(-away, honest).share < 0.004
    found = slips(-away, honest | (rng.random(4000) < 0.05))
    assert found.share == pytest.approx(0.05, rel=0.3) and found.evidence > 50
    assert found.chance_N[away > 1.5].min() > 0.9 and found.chance_N[away < 0.1].max() < 0.3


def test_trees_see_where_something_happens() -> None:
    rng = np.random.default_rng(0)
    bins = rng.integers(0, 24, (2000, 5))
    inside = (bins[:, 0] > 12) & (bins[:, 3] < 6)
    found = chances(bins, (inside & (rng.random(2000) < 0.8)).astype(float))
    assert found[inside].mean() > 0.6 and found[~inside].mean() < 0.1


def surprising(rows: int = 500) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {"x": rng.normal(size=rows), "c": rng.choice(list("ab"), rows), "y": rng.choice(list("pq"), rows)}
    )


def test_conflicts_are_counted() -> None:
    table = surprising()
    other = table[:4].with_columns(y=pl.when(pl.col("y") == "p").then(pl.lit("q")).otherwise(pl.lit("p")))
    assert notice_conflicts(look(table)) == []
    (found,) = notice_conflicts(look(pl.concat([table, other, table[10:20]])))
    assert (found.code, found.where, found.count) == ("conflicting_labels", "column y", 8)
    assert found.rows == (1, 2, 3, 4, 501) and found.severity == "warning"
    (found,) = notice_conflicts(look(table, test=other))  # each side has its own file
    assert (found.count, found.rows) == (8, (1, 2, 3, 4))


def test_few_categories_conflict_by_nature() -> None:
    rng = np.random.default_rng(0)
    for columns in (2, 5, 8):
        table = pl.DataFrame({f"c{i}": rng.choice(list("ab"), 800) for i in range(columns)})
        assert notice_conflicts(look(table.with_columns(y=pl.Series(rng.choice(list("pq"), 800))))) == []


def test_numbers_conflict_where_they_lie_apart() -> None:
    table = surprising().with_columns(y=pl.Series(np.random.default_rng(1).normal(size=500)))
    close, far = (table[:3].with_columns(y=pl.col("y") + d) for d in (0.1, 2.0))
    assert notice_conflicts(look(pl.concat([table, close]), classes=False)) == []
    (found,) = notice_conflicts(look(pl.concat([table, far]), classes=False))
    assert found.count == 6
    measured_twice = pl.concat([table, table.with_columns(y=pl.col("y") + 2)])
    assert notice_conflicts(look(measured_twice, classes=False)) == []


def test_a_missing_truth_contradicts_nothing() -> None:
    table = surprising()
    unknown = table[:5].with_columns(y=pl.lit(None, pl.String))
    assert notice_conflicts(look(pl.concat([table, unknown]))) == []
    assert notice_conflicts(look(table.select("y"))) == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("german_credit", "class"),
        ("pima_diabetes", "outcome"),
        ("breast_cancer_wdbc", "target"),
        ("heart_disease_cleveland", "diameter narrowing"),
        ("lending_club_risk", "Class"),
        ("trec", "label"),
    ],
)
def test_real_tables(data: Path, name: str, target: str) -> None:
    table = pl.read_csv(data / name / "train.csv", infer_schema_length=None).with_columns(
        pl.col(target).cast(pl.String)
    )
    assert [*notice_conflicts(look(table, target)), *notice_label_errors(look(table, target))] == []
