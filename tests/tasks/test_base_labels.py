"""Several labels of a row, from columns of yes and no and from tags in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from milepost.columns.schema import ColumnRule
from milepost.errors import MilepostError
from milepost.metrics.labels import TUNABLE
from milepost.tasks.base_labels import NO, YES
from milepost.tasks.text_classification import TextClassification

TAGS = {"column": "tags", "separator": ";"}


def task(target: Any, **options: Any) -> TextClassification:
    return TextClassification.model_validate({"text": "text", "target": target, **options})


def columns(**cells: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"text": ["a"] * len(next(iter(cells.values()))), **cells})


def tagged(*cells: str | None) -> pl.DataFrame:
    return columns(tags=list(cells)).with_columns(pl.col("tags").cast(pl.String))


def refused(target: Any, table: pl.DataFrame, **options: Any) -> MilepostError:
    with pytest.raises(MilepostError) as caught:
        task(target, **options).fit([table])
    return caught.value


def test_columns_of_yes_and_no_in_many_words() -> None:
    yes, no = [*YES, " Yes ", "TRUE", "X"], [*NO, "No", " FALSE"]
    table = columns(b=yes + no, a=["no"] * len(yes) + ["yes"] * len(no))
    fitted = task(["b", "a"]).fit([table])
    assert fitted.facts.classes == ["b", "a"]  # in the order of the target
    assert fitted.facts.counts == [len(yes), len(no)]
    assert fitted.class_ids(table).tolist() == [[1, 0]] * len(yes) + [[0, 1]] * len(no)


@pytest.mark.parametrize("cells", [[True, False], [1, 0], [1.0, 0.0]])
def test_cells_of_any_type(cells: list[Any]) -> None:
    table = columns(a=cells, b=cells[::-1])
    assert task(["a", "b"]).fit([table]).class_ids(table).tolist() == [[1, 0], [0, 1]]


def test_a_cell_that_is_neither_is_refused() -> None:
    error = refused(["a", "b"], columns(a=["1", "0"], b=["yes", "Maybe"]))
    assert (error.what, error.where) == ("`b` holds `Maybe`, which is neither yes nor no", "column b")
    hidden = [ColumnRule(name="b", type="category", personal=True)]
    error = refused(["a", "b"], columns(a=["1", "0"], b=["yes", "Maybe"]), columns=hidden)
    assert error.what == "`b` holds a word, which is neither yes nor no"


def test_a_column_of_tags() -> None:
    table = tagged("red; blue", None, "", " blue ;;blue", ";", "red;green")
    fitted = task(TAGS).fit([table])
    assert (fitted.facts.classes, fitted.facts.counts) == (["blue", "green", "red"], [2, 1, 2])
    assert fitted.class_ids(table).tolist() == [[1, 0, 1], [0] * 3, [0] * 3, [1, 0, 0], [0] * 3, [0, 1, 1]]


@given(st.lists(st.sets(st.sampled_from("abcd")), min_size=3, max_size=8), st.integers(1, 8))
def test_how_rows_are_cut_does_not_matter(rows: list[set[str]], step: int) -> None:
    rows = [{"a", "b"}, *rows]
    table = tagged(*(";".join(sorted(some)) for some in rows))
    whole = task(TAGS).fit([table]).facts
    assert task(TAGS).fit(table[i : i + step] for i in range(0, table.height, step)).facts == whole
    assert dict(zip(whole.classes, whole.counts, strict=True)) == {
        label: sum(label in some for some in rows) for label in sorted(set().union(*rows))
    }


def test_rows_that_teach_nothing() -> None:
    both = task(["a", "b"]).unusable(columns(a=["1", None], b=["0", "1"]))
    assert both.to_list() == [None, "missing_target"]
    assert task(TAGS).unusable(tagged("a", None)).to_list() == [None, None]  # no tag is an answer


@pytest.mark.parametrize(
    ("target", "options", "where", "said"),
    [
        (TAGS, {"positive": "red"}, "task.positive", "none of which is the one"),
        (TAGS, {"value": {"tp": 1, "fp": 1, "fn": 1, "tn": 1}}, "value", "none of which is the one"),
        ({"column": "alone"}, {}, "column alone", "`alone` has 1 labels"),
    ],
)
def test_what_is_refused(target: Any, options: dict[str, Any], where: str, said: str) -> None:
    error = refused(target, tagged("red;blue", "blue").with_columns(alone=pl.lit("one")), **options)
    assert error.where == where and said in error.what


@pytest.mark.parametrize("target", [["a"], [], {"column": "tags", "separator": ""}, {"columns": "tags"}])
def test_targets_that_are_none(target: Any) -> None:
    with pytest.raises(ValueError, match="target"):
        task(target)


def test_what_the_target_says_of_the_task() -> None:
    one, many, tags = task("y"), task(["a", "b"]), task(TAGS)
    assert [t.targets for t in (one, many, tags)] == [("y",), ("a", "b"), ("tags",)]
    assert [t.several for t in (one, many, tags)] == [False, True, True]
    assert [t.headline for t in (one, many, tags)] == ["accuracy", "micro_f1", "micro_f1"]
    assert many.types == {"a": "category", "b": "category", "text": "text"}
    assert many.strata(columns(a=["1"], b=["0"])) is None
    assert many.reads["target"] == ("a", "b")


def scored(fitted: TextClassification, table: pl.DataFrame, p: Any) -> Any:
    stats = fitted.measure(fitted.answers(np.array(p)), table.select(fitted.targets))
    return stats, {k: v[0] for k, v in fitted.score(stats, np.ones((1, table.height))).items()}


def test_answers_name_the_labels_and_are_scored_as_scikit_learn_does() -> None:
    fitted = task(TAGS).fit([tagged("red;blue", "green", "blue")])
    p = [[0.9, 0.1, 0.6], [0.2, 0.7, 0.5], [0.4, 0.4, 0.4]]
    answers = fitted.answers(np.array(p))
    assert [a["labels"] for a in answers] == [["blue", "red"], ["green", "red"], []]
    assert answers[0]["probabilities"] == {"blue": 0.9, "green": 0.1, "red": 0.6}
    _, found = scored(fitted, tagged("blue", "green;red", "red"), p)
    truth, called = [[1, 0, 0], [0, 1, 1], [0, 0, 1]], [[1, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert found["micro_f1"] == pytest.approx(f1_score(truth, called, average="micro"))
    assert found["macro_f1"] == pytest.approx(f1_score(truth, called, average="macro"))
    assert found["accuracy"] == pytest.approx(1 / 3)


def test_a_label_never_seen_is_a_missed_one() -> None:
    fitted = task(TAGS).fit([tagged("red;blue", "blue")])
    table, p = tagged("blue;new;newer", "red", "new"), [[0.9, 0.1], [0.1, 0.9], [0.1, 0.1]]
    assert fitted.class_ids(table).tolist() == [[1, 0], [0, 1], [0, 0]]
    _, found = scored(fitted, table, p)
    truth, called = [[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0]], [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert found["micro_f1"] == pytest.approx(f1_score(truth, called, average="micro"))
    assert found["accuracy"] == pytest.approx(1 / 3)


def test_each_label_gets_a_threshold_of_its_own() -> None:
    table = tagged("red", "red", "blue", "blue")
    fitted = task(TAGS).fit([table, tagged("red;blue")])
    p = [[0.1, 0.2], [0.2, 0.3], [0.6, 0.1], [0.9, 0.1]]
    stats, before = scored(fitted, table, p)
    for metric in TUNABLE:
        tuned = fitted.tuned(stats, metric)
        assert isinstance(tuned.threshold, tuple) and len(tuned.threshold) == 2
        assert [a["labels"] for a in tuned.answers(np.array(p))] == [["red"], ["red"], ["blue"], ["blue"]]
    assert before["micro_f1"] < 1
    assert fitted.tuned(stats, "accuracy") == fitted


def test_the_naive_answer_is_how_often_a_label_is_there() -> None:
    table = tagged("red;blue", "blue", None, "blue")
    fitted = task(TAGS).fit([table])
    (answer, _) = fitted.naive([table[:3], table[3:]])(table[:2])
    assert answer == {"labels": ["blue"], "probabilities": {"blue": 0.75, "red": 0.25}}


def test_one_class_is_answered_as_tables_do() -> None:
    table = columns(y=["b", "a", "b"])
    fitted = task("y").fit([table])
    assert fitted.facts.positive == "a" and fitted.class_ids(table).tolist() == [1, 0, 1]
    assert fitted.answers(np.array([[0.3, 0.7]]))[0]["label"] == "b"
    assert fitted.tuned(scored(fitted, table, [[0.4, 0.6]] * 3)[0], "micro_f1") == fitted
