"""Trials outlive a kill at any moment."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from python_jobs.tuning.choice import Trial
from python_jobs.tuning.trials_file import append, records, trial_record, trials_of


def trial(number):
    scores = {"roas": np.array([0.1 * number, 0.2]), "stability": np.array([-0.1, 1e-17])}
    tied = None if number % 2 else np.array([0.5, 1 / 3])
    return Trial(number, "families", np.array([0.1, 1 / 7, number / 10]), tied, scores)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(cut=st.integers(0, 2000))
def test_what_was_written_before_a_kill_is_there_and_what_comes_after_is_added(tmp_path, cut):
    file = tmp_path / f"{cut}.jsonl"
    file.unlink(missing_ok=True)
    for number in range(5):
        append(file, trial_record("a", trial(number), {"a.b": 0.5}, 0.5))
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    kept = trials_of(list(records(file)), "a")
    # a line without its end may be whole all the same
    assert len(kept) - whole[:cut].count(b"\n") in (0, 1)
    for number in range(len(kept), 6):
        append(file, trial_record("a", trial(number), {"a.b": 0.5}, 0.5))
    append(file, trial_record("b", trial(0), {}, 0.5))
    again = trials_of(list(records(file)), "a")
    assert [each.number for each in again] == list(range(6))
    for number, each in enumerate(again):
        wanted = trial(number)
        assert each.point.tolist() == wanted.point.tolist()
        assert (each.tied is None) == (wanted.tied is None)
        assert each.scores["roas"].tolist() == wanted.scores["roas"].tolist()


def test_without_a_file_there_are_no_trials(tmp_path):
    assert list(records(tmp_path / "none.jsonl")) == []


def test_a_line_that_somebody_damaged_counts_as_none(tmp_path):
    file = tmp_path / "a.jsonl"
    append(file, trial_record("a", trial(0), {}, 0.5))
    for damaged in (
        {"number": {}},
        {"number": 1e999},
        {"point": "x"},
        {"scores": [1]},
        {"run": []},
    ):
        append(file, {**trial_record("a", trial(1), {}, 0.5), **damaged})
    append(file, {"kind": "trial", "run": "a"})
    assert [each.number for each in trials_of(list(records(file)), "a")] == [0]
