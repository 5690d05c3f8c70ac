"""Every file that is kept beside the warehouse, stopped at every step of writing it."""

import re
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from python_jobs.exports.files import write_new
from python_jobs.faults.steps import (
    DONE,
    FAILED,
    at_once,
    in_child,
    limit_file_sizes,
    stop_at_steps,
)
from python_jobs.landing.customer_key import customer_key
from python_jobs.trial.files import Trial, newest_trial, trial_file, write_trial
from python_jobs.tuning.trials_file import append, records
from python_jobs.warehouse.whole_file import write_whole

OLD, NEW = "old: 1\n", "new: 2\n" * 1000
TRIAL = Trial(date(2026, 3, 1), date(2026, 3, 28), 4, 1, 2.0, 0.1, [], [])


def settings(folder):
    """What `auto-params`, `tune`, `trial start`, `new-customer`, `note` and `report` write."""
    file = folder / "rules.auto.yaml"
    write_whole(file, OLD)

    def check():
        assert file.read_text() in (OLD, NEW)

    return partial(write_whole, file, NEW), check


def key(folder):
    file = folder / "acme" / "meta" / ".key"

    def check():
        assert not file.exists() or re.fullmatch("[0-9a-f]{64}", file.read_text())
        file.unlink(missing_ok=True)

    return partial(customer_key, folder, "acme", "meta"), check


def trial(folder):
    write_trial(folder, TRIAL)
    later = replace(TRIAL, first_day=date(2026, 4, 1))

    def check():
        assert newest_trial(folder).weeks == 4
        trial_file(folder, later).unlink(missing_ok=True)

    return partial(write_trial, folder, later), check


def trials(folder):
    file = folder / "acme_meta.tuning.jsonl"
    append(file, {"kind": "trial", "run": "a", "text": "x" * 9000})

    def check():
        # what came before is there, and what comes next is not lost behind half a line
        before = len(list(records(file)))
        append(file, {"kind": "trial", "run": "b"})
        assert next(records(file))["text"] == "x" * 9000
        assert len(list(records(file))) == before + 1

    return partial(append, file, {"kind": "trial", "run": "c", "text": "y" * 9000}), check


def export(folder):
    files = {"undo.json": b"u" * 9000, "do.json": b"d" * 9000}

    def check():
        found = {f.name: f.read_bytes() for f in folder.glob("[!.]*")}
        assert all(content in files.values() for content in found.values())
        # what takes a change back is there as soon as the change is
        assert {f.replace("_do", "_undo") for f in found if "_do" in f} <= found.keys()

    return partial(write_new, folder, "2026-03-01", files), check


@pytest.mark.parametrize("kind", [settings, key, trial, trials, export])
def test_stopped_at_any_step_it_is_whole_or_as_it_was(kind, tmp_path):
    act, check = kind(tmp_path)
    assert stop_at_steps(act, check, "kill") >= 2
    for left in [*tmp_path.rglob(".*.new"), *tmp_path.rglob(".*.part")]:
        left.unlink()
    stop_at_steps(act, check, "full disk")
    assert limit_file_sizes(act, check, range(0, 9000, 1500)) > 0
    assert in_child(lambda: act() and None) == DONE
    check()
    # only a kill leaves anything half written
    assert list(tmp_path.rglob(".*")) == []


def test_two_exports_at_once_write_over_nothing(tmp_path):
    acts = [
        partial(write_new, tmp_path, "2026-03-01", {"undo.json": who, "do.json": who})
        for who in (b"a", b"b")
    ]
    for _ in range(10):
        assert set(at_once([lambda act=act: act() and None for act in acts])) <= {DONE, FAILED}
    pairs = {}
    for file in tmp_path.iterdir():
        pairs.setdefault(re.sub("(un)?do.json", "", file.name), set()).add(file.read_bytes())
    assert all(len(whose) == 1 for whose in pairs.values())
    assert len(pairs) >= 10


def test_two_builds_that_begin_together_have_one_key(tmp_path):
    def make(number):
        (tmp_path / f"{number}").write_text(customer_key(tmp_path / "config", "acme", "meta"))

    for _ in range(5):
        assert set(at_once([partial(make, number) for number in range(4)])) == {DONE}
        assert len({(tmp_path / f"{number}").read_text() for number in range(4)}) == 1
        (tmp_path / "config" / "acme" / "meta" / ".key").unlink()
