"""Gates: their grammar, and verdicts that follow the interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.errors import MilepostError
from milepost.metrics.classification import METRICS
from milepost.roadmap.gates import contradictions, parse
from milepost.roadmap.verdict import judge, worst


def verdict(gate: str, value: float, low: float, high: float, n: int = 100, **more) -> str:
    metrics = {"test": {"accuracy": {"value": value, "low": low, "high": high, "n": n}}} | more
    return judge(parse(gate, METRICS, "here"), metrics)["verdict"]


def test_verdicts_follow_the_whole_interval() -> None:
    assert verdict("accuracy >= 0.8", 0.9, 0.85, 0.95) == "passed"
    assert verdict("accuracy >= 0.8", 0.9, 0.79, 0.95) == "not_proven"
    assert verdict("accuracy >= 0.8", 0.7, 0.65, 0.79) == "failed"
    assert verdict("accuracy < 0.8", 0.7, 0.65, 0.79) == "passed"
    assert verdict("accuracy >= 0.8", 0.99, 0.95, 1.0, n=29) == "not_proven"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from([">=", ">", "<=", "<"]))
def test_a_gate_is_never_passed_and_failed(a: float, b: float, bound: float, op: str) -> None:
    low, high = sorted((a, b))
    got = verdict(f"accuracy {op} {bound:.6f}", (low + high) / 2, low, high)
    if got == "passed":
        assert (low >= float(f"{bound:.6f}")) if op.startswith(">") else (high <= float(f"{bound:.6f}"))
    if got == "failed":
        assert (high <= float(f"{bound:.6f}")) if op.startswith(">") else (low >= float(f"{bound:.6f}"))


def test_against_the_baseline_is_the_paired_difference() -> None:
    gain = {"baseline": {"accuracy": {"value": 0.03, "low": 0.01, "high": 0.05, "n": 100}}}
    assert verdict("accuracy > baseline", 0.9, 0.8, 1.0, gain=gain) == "passed"
    assert verdict("accuracy > baseline + 0.02", 0.9, 0.8, 1.0, gain=gain) == "not_proven"
    assert verdict("accuracy > baseline", 0.9, 0.8, 1.0, gain=gain, ships_baseline=True) == "not_proven"


def test_not_measured_says_where_it_is_measured() -> None:
    found = judge(parse("accuracy >= 0.8", METRICS, "here"), {})
    assert found["verdict"] == "not_measured" and "milepost run" in found["next"]


def test_slices_and_quoted_names() -> None:
    gate = parse('accuracy@"fasting blood sugar > 120"=yes >= 0.8', METRICS, "here")
    assert (gate.metric, gate.slice, gate.op, gate.bound) == ("accuracy", "fasting blood sugar > 120=yes", ">=", 0.8)
    assert parse("accuracy@sex=female >= 0.75", METRICS, "here").slice == "sex=female"


def test_rows_that_would_settle_it() -> None:
    found = judge(
        parse("accuracy >= 0.8", METRICS, "here"),
        {"test": {"accuracy": {"value": 0.85, "low": 0.75, "high": 0.92, "n": 60}}},
    )
    assert "241" in found["next"]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("acuracy >= 0.8", "accuracy"),
        ("accuracy", "write it as"),
        ("accuracy >= 90", "0.9"),
        ("accuracy >= basline", "baseline"),
        ("accuracy@sex >= 0.8", "column=value"),
        ("rmse >= 0.8", "known"),
    ],
)
def test_bad_gates(text: str, fix: str) -> None:
    with pytest.raises(MilepostError) as caught:
        parse(text, METRICS, "product.yaml:9")
    assert fix in caught.value.fix and caught.value.where == "product.yaml:9"


def test_a_milestone_is_its_worst_gate() -> None:
    assert worst(["passed", "not_proven", "not_measured", "failed"]) == "failed"
    assert worst(["passed", "not_proven", "not_measured"]) == "not_measured"
    assert worst(["passed", "not_proven"]) == "not_proven"
    assert worst(["passed"]) == "passed"


def test_a_collapsed_interval_proves_nothing() -> None:
    assert verdict("accuracy >= 0.9", 1.0, 1.0, 1.0, n=100) == "not_proven"
    tie = {"baseline": {"accuracy": {"value": 0.0, "low": 0.0, "high": 0.0, "n": 100}}}
    assert verdict("accuracy > baseline", 0.9, 0.8, 1.0, gain=tie) == "not_proven"
    size = {"size_mb": {"value": 2.0, "low": 2.0, "high": 2.0, "n": 1}}
    assert judge(parse("size_mb <= 10", METRICS, "here"), {"test": size})["verdict"] == "passed"


def test_a_slice_is_compared_on_its_own_rows() -> None:
    gain = {"naive@sex=female": {"accuracy": {"value": 0.2, "low": 0.1, "high": 0.3, "n": 50}}}
    assert verdict("accuracy@sex=female > naive", 0.9, 0.8, 1.0, gain=gain) == "passed"


@pytest.mark.parametrize("text", ["size_mb < naive", "latency_p95_ms@a=1 <= 3"])
def test_what_is_of_the_whole_product_has_no_slice_and_no_rival(text: str) -> None:
    with pytest.raises(MilepostError, match="whole product"):
        parse(text, METRICS, "here")


def test_more_rows_are_always_more_than_there_are() -> None:
    score = {"value": 0.9, "low": 0.8, "high": 1.0, "n": 107}
    assert "108" in judge(parse("accuracy > 0.8", METRICS, "here"), {"test": {"accuracy": score}})["next"]


@pytest.mark.parametrize(
    ("text", "slice_", "gap"),
    [
        ("accuracy(gap)@sex <= 0.05", "sex", True),
        ("accuracy (gap) @ sex = female < 0.05", "sex=female", True),
        ('accuracy(gap)@"a > b" <= 0.1', "a > b", True),
        ('accuracy@"is it < 3?"="no, > 5" >= 0.5', "is it < 3?=no, > 5", False),
        ('f1@sex="a b" > naive', "sex=a b", False),
        ("accuracy@性别=女 >= 0.5", "性别=女", False),
    ],
)
def test_slices_and_gaps(text: str, slice_: str, gap: bool) -> None:
    gate = parse(text, METRICS, "here")
    assert (gate.slice, gate.gap) == (slice_, gap)


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("accuracy(gap) <= 0.1", "a gap is between parts of the rows", "accuracy(gap)@column <= 0.1"),
        ("accuracy(gap)@sex >= 0.1", "a gap is held below a number", "accuracy(gap)@column <= 0.05"),
        ("accuracy(gap)@sex <= naive", "a gap is held below a number", "<= 0.05"),
        ("accuracy(gap)@sex <= 2", "`accuracy(gap)` lies between 0 and 1, 2 does not", "did you mean 0.02?"),
        ("accuracy@sex >= 0.5", "`@sex` names no slice", "accuracy@column=value >= 0.5"),
        ("accuracy@=x >= 0.5", "names no slice", "column=value"),
        ("accuracy >= 90", "90 does not", "did you mean 0.90?"),
        ("rmse > naive", "there is no metric `rmse`", "known:"),
        ("log_loss >= -1", "-1 does not", "choose a bound"),
        ("accuracy(gap >= 0.5", "`accuracy(gap >= 0.5` is no gate", "accuracy > baseline"),
        ("size_mb(gap)@a <= 3", "of the whole product", "size_mb <= 10"),
    ],
)
def test_what_is_no_gate(text: str, what: str, fix: str) -> None:
    with pytest.raises(MilepostError) as error:
        parse(text, METRICS, "here")
    assert what in error.value.what and fix in error.value.fix


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("accuracy >= 0.9", "accuracy <= 0.8", False),
        ("accuracy > 0.9", "accuracy <= 0.9", False),
        ("accuracy >= 0.9", "accuracy <= 0.9", True),
        ("accuracy >= 0.8", "accuracy <= 0.9", True),
        ("accuracy >= 0.9", "f1 <= 0.8", True),
        ("accuracy@s=a >= 0.9", "accuracy@s=b <= 0.8", True),
        ("accuracy > naive + 0.2", "accuracy < naive + 0.1", False),
    ],
)
def test_gates_that_cannot_both_pass(a: str, b: str, both: bool) -> None:
    gates = [parse(text, METRICS, "here") for text in (a, b)]
    assert contradictions(gates) == ([] if both else [(gates[0], gates[1])])


def test_a_gap_is_judged_by_its_upper_end() -> None:
    def judged(low: float, high: float, n: int = 50) -> str:
        gaps = {"sex": {"accuracy": {"value": (low + high) / 2, "low": low, "high": high, "n": n}}}
        gate = parse("accuracy(gap)@sex <= 0.1", METRICS, "here")
        return str(judge(gate, {"test": {"x": 1}, "gaps": gaps})["verdict"])

    assert judged(0.0, 0.08) == "passed" and judged(0.0, 0.12) == "not_proven" and judged(0.11, 0.2) == "failed"
    assert judged(0.0, 0.08, n=20) == "not_proven"
    assert judge(parse("accuracy(gap)@sex <= 0.1", METRICS, "here"), {"test": {"x": 1}})["verdict"] == "not_measured"


def test_worth_that_nobody_said_is_asked_for() -> None:
    found = judge(parse("value_per_1k_usd > 5", METRICS, "here"), {"test": {"accuracy": {}}})
    assert found["verdict"] == "not_measured" and "`value:`" in found["next"]
