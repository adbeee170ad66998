"""What every kind keeps: promises that any task can be held to, yours too.

    from milepost.contract import Case, PROMISES
    for promise in PROMISES:
        promise(Case(task, table))

`task` is unfitted; `table` is real data of 60 rows or more. A broken promise raises AssertionError.
"""

from __future__ import annotations

from collections.abc import Callable

from milepost.contract.base import Case
from milepost.contract.evidence import (
    intervals_hold_their_scores,
    pairs_compare,
    pictures_add_up,
    statistics_survive_the_disk,
    tuning_helps,
)
from milepost.contract.road import every_model_ships, held_out_loss_falls, killed_training_resumes_to_the_same_bytes
from milepost.contract.rows import (
    answers_are_independent,
    encode_is_row_by_row,
    facts_survive_json,
    fit_of_pieces_is_fit_of_the_whole,
    other_test_rows_change_no_fact,
    truth_changes_no_answer,
    weights_are_index_draws,
)
from milepost.contract.steps import gradients_are_independent, losses_are_independent, meta_is_real, randomness_is_drawn

PROMISES: tuple[Callable[[Case], None], ...] = (
    fit_of_pieces_is_fit_of_the_whole,
    facts_survive_json,
    encode_is_row_by_row,
    other_test_rows_change_no_fact,
    losses_are_independent,
    gradients_are_independent,
    randomness_is_drawn,
    answers_are_independent,
    truth_changes_no_answer,
    weights_are_index_draws,
    intervals_hold_their_scores,
    pairs_compare,
    tuning_helps,
    pictures_add_up,
    statistics_survive_the_disk,
    meta_is_real,
    held_out_loss_falls,
    killed_training_resumes_to_the_same_bytes,
    every_model_ships,
)

__all__ = ["PROMISES", "Case"]
