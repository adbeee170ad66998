"""Promises about rows: facts, encodings, answers and scores."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from milepost.contract.base import Case, equal
from milepost.data.columns_file import Writer, load
from milepost.product import difference
from milepost.runtimes.eager import TorchRun
from milepost.stages.initialize import initialize
from milepost.stages.prepare import prepare
from milepost.types import concat, take, take_rows

FEW = 5


def fit_of_pieces_is_fit_of_the_whole(case: Case) -> None:
    """How rows are cut into batches changes no fact."""
    pieces = case.learned([*case.rows.iter_slices(17)])
    whole = case.fitted.facts.model_dump(mode="json")
    assert difference(whole, pieces.facts.model_dump(mode="json")) < 1e-9, "fit depends on how the rows are cut"


def facts_survive_json(case: Case) -> None:
    """The task is its JSON."""
    task = case.fitted
    again = type(task).model_validate_json(task.model_dump_json())
    assert again == task, "the task is not what its JSON says"
    assert equal(again.encode(case.few), task.encode(case.few)), "facts are lost in JSON"


def encode_is_row_by_row(case: Case) -> None:
    """A row is encoded alike alone, in company, and after other rows; and it survives the disk."""
    task, rows = case.fitted, case.few
    facts, whole = task.facts.model_dump(mode="json"), task.encode(rows)
    alone = [(task.encode(rows[i : i + 1]), 1) for i in range(rows.height)]
    assert equal(whole, concat(alone)), "the encoding of a row depends on its neighbours"
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder)) as writer:
            for piece in rows.iter_slices(5):
                writer.append(task.encode(piece), piece.height)
        assert equal(whole, load(Path(folder))), "the encoding changes on disk"
    assert equal(take_rows(whole, 3, 5), task.encode(rows[3:5])), "rows are not where they belong"
    assert task.facts.model_dump(mode="json") == facts, "encoding rows changed a fact"


def other_test_rows_change_no_fact(case: Case) -> None:
    """What is learned comes from training rows alone."""
    train, test = case.rows[: case.rows.height // 2], case.rows[case.rows.height // 2 :]
    other = test.reverse().head(max(30, test.height // 2))
    found = [initialize(prepare({"train": train, "test": t}, case.task)).task for t in (test, other)]
    assert found[0].facts == found[1].facts, "a fact depends on the test rows"
    first = found[0].encode(train.head(FEW))
    found[0].encode(test)
    assert equal(first, found[0].encode(train.head(FEW))), "encoding test rows changed the encoding"


def answers_are_independent(case: Case) -> None:
    """An answer is a function of its row alone, whatever the padding."""
    task, asked = case.fitted, case.asked
    whole = task.answer(case.run, task.encode(asked), asked)
    assert len(whole) == asked.height, "there is not one answer for each row"
    for i, answer in enumerate(whole):
        row = asked[i : i + 1]
        assert difference(answer, task.answer(case.run, task.encode(row), row)[0]) < 1e-4, (
            "a neighbour changes an answer"
        )
    wider = task.answer(TorchRun(case.model, extra=2, fill=1), task.encode(asked), asked)
    assert difference(whole, wider) < 1e-4, "padding changes an answer"


def truth_changes_no_answer(case: Case) -> None:
    """What a customer sends holds nothing of the truth."""
    task, rows = case.fitted, case.few
    asked, truth = task.ask(rows)
    shown = task.answer(case.run, task.encode(rows), rows)
    hidden = task.answer(case.run, task.encode(asked), asked)
    assert difference(shown, hidden) < 1e-6, "the truth is in the input"
    wrong = rows.with_columns(truth.reverse().get_columns())
    assert difference(shown, task.answer(case.run, task.encode(wrong), wrong)) < 1e-6, (
        "changing the truth changes answers"
    )


def weights_are_index_draws(case: Case) -> None:
    """A score by weights is the score of the rows taken as often."""
    task = case.fitted
    asked, truth = task.ask(case.rows.head(80))
    answers = task.answer(case.run, task.encode(asked), asked)
    stats, n = task.measure(answers, truth), asked.height
    index = np.random.default_rng(0).integers(n, size=(4, n))
    weights = np.stack([np.bincount(i, minlength=n) for i in index]).astype(float)
    by_weight = task.score(stats, weights)
    assert by_weight and set(by_weight) <= set(task.metrics), "score returns metrics that are not announced"
    for name, values in by_weight.items():
        by_index = [task.score(take(stats, i), np.ones((1, n)))[name][0] for i in index]
        np.testing.assert_allclose(values, by_index, rtol=1e-6, atol=1e-9, err_msg=f"{name} by weights")
