"""`autopilot tune` on the demo's past: stopped and gone on with, nothing adopted by luck."""

import json
import shutil

import duckdb
import pytest
import yaml

from python_jobs.cli import tune as job
from python_jobs.cli.run import Outcome
from python_jobs.cli.screen import Screen
from python_jobs.config.load import load_parameters
from python_jobs.tuning.trials_file import append, records
from python_jobs.tuning.tune import Past


@pytest.fixture
def customer(demo_warehouse, tmp_path, monkeypatch):
    """Give a published demo and settings of its own; returns the file of trials."""
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    live = warehouse / "moprobo_meta.duckdb"
    shutil.copyfile(demo_warehouse, live)
    with duckdb.connect(str(live)) as connection:
        connection.execute(
            "create or replace table results.runs as select 'a run' as run_id, "
            "date '2026-05-31' as data_through, now()::timestamp as published_at"
        )
    shutil.copytree("config/default", tmp_path / "config" / "default")
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("AUTOPILOT_CONFIG", str(tmp_path / "config"))
    published = []
    monkeypatch.setattr(
        job, "run_dbt", lambda command, *_: published.append(command) or Outcome(frozenset(), ())
    )
    return warehouse / "moprobo_meta.tuning.jsonl"


def tune(console, **options):
    settings = {"iterations": 4, "sampler": "random", "seed": 3, "dry_run": True} | options
    return job.tune(console, "moprobo", "meta", **settings)


def kinds(file, kind):
    return [record for record in records(file) if record["kind"] == kind]


@pytest.fixture
def no_status(monkeypatch):
    """Do without asking of each of the parameters whether it makes a difference, 117 times two."""
    monkeypatch.setattr(Past, "_matters", lambda *_: True)


@pytest.mark.usefixtures("no_status")
def test_a_search_that_is_stopped_goes_on_and_its_trials_are_those_of_one_that_is_not(
    customer, monkeypatch
):
    console = Screen(record=True, width=100)
    assert tune(console)
    whole = [(t["number"], t["point"], t["scores"]) for t in kinds(customer, "trial")]
    assert [number for number, *_ in whole] == list(range(4))
    customer.unlink()

    scores, calls = Past.scores, []

    def stopped(self, values):
        calls.append(values)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return scores(self, values)

    with monkeypatch.context() as patch:
        patch.setattr(Past, "scores", stopped)
        with pytest.raises(KeyboardInterrupt):
            tune(console)
    assert len(kinds(customer, "trial")) == 2
    assert not kinds(customer, "summary")
    assert tune(console)
    assert [(t["number"], t["point"], t["scores"]) for t in kinds(customer, "trial")] == whole
    # asked a third time it tries nothing again
    assert tune(console)
    assert len(kinds(customer, "trial")) == 4


def test_it_says_first_what_the_data_could_prove_and_adopts_nothing_in_a_dry_run(customer):
    console = Screen(record=True, width=100)
    assert tune(console)
    lines = console.export_text().splitlines()
    assert lines[0].startswith("120 days of data could prove an improvement from ")
    [summary] = kinds(customer, "summary")
    assert summary["verdict"] != "adopted"
    assert summary["file"] is None
    statuses = {row["parameter"]: row["status"] for row in summary["parameters"]}
    assert statuses["evidence.half_life_days"] == "read before decisions"
    assert set(statuses.values()) <= {
        "moved",
        "makes no difference",
        "no better elsewhere",
        "read before decisions",
    }
    # what is said to have moved is what differs, and nothing else
    moved = {name for name, status in statuses.items() if status == "moved"}
    assert moved == set(summary["changed"])


@pytest.mark.usefixtures("no_status")
def test_what_a_person_sets_is_left_alone(customer, tmp_path):
    own = tmp_path / "config" / "moprobo" / "meta"
    own.mkdir(parents=True)
    (own / "rules.yaml").write_text("safety_rules:\n  max_increase: 0.1\n")
    assert tune(Screen(record=True))
    [summary] = kinds(customer, "summary")
    [row] = [r for r in summary["parameters"] if r["parameter"] == "safety_rules.max_increase"]
    assert row["status"] == "set by a person"
    assert row["tuned"] is None


def found(file, changed, **others):
    """Add a summary as a dry run that found something leaves it."""
    defaults = {"safety_rules.max_increase": 0.2, "effort.min_change_pct": 5}
    rows = [
        {"parameter": name, "in_force": value, "importance": 0.25}
        for name, value in defaults.items()
    ]
    summary = {
        "kind": "summary",
        "run": "abc",
        "verdict": "would be adopted",
        "reason": "+2.00% revenue (from +0.50% on) in the weeks kept out.",
        "changed": changed,
        "parameters": rows,
    }
    append(file, summary | others)


def test_what_a_dry_run_found_can_be_adopted(customer, tmp_path):
    console = Screen(record=True, width=200)
    found(customer, {"safety_rules.max_increase": 0.15})
    assert job.apply(console, "moprobo", "meta")
    written = tmp_path / "config" / "moprobo" / "meta" / "rules.tuned.yaml"
    assert yaml.safe_load(written.read_text()) == {"safety_rules": {"max_increase": 0.15}}
    assert "# before: 0.2; worth 0.250" in written.read_text()
    parameters, problems = load_parameters(tmp_path / "config", "moprobo", "meta")
    assert problems == []
    [row] = [p for p in parameters if p.parameter == "safety_rules.max_increase"]
    assert (json.loads(row.value), row.tier) == (0.15, "tuned")
    # the next adoption keeps what it does not change
    found(
        customer,
        {"effort.min_change_pct": 7.5},
        parameters=[
            {"parameter": "safety_rules.max_increase", "in_force": 0.15, "importance": 0.0},
            {"parameter": "effort.min_change_pct", "in_force": 5, "importance": 0.1},
        ],
    )
    assert job.apply(console, "moprobo", "meta")
    assert yaml.safe_load(written.read_text()) == {
        "safety_rules": {"max_increase": 0.15},
        "effort": {"min_change_pct": 7.5},
    }


def test_nothing_is_adopted_that_was_found_for_other_parameters(customer, tmp_path):
    console = Screen(record=True, width=200)
    found(customer, {"safety_rules.max_increase": 0.15})
    own = tmp_path / "config" / "moprobo" / "meta"
    own.mkdir(parents=True)
    (own / "rules.yaml").write_text("effort:\n  min_change_pct: 3\n")
    assert not job.apply(console, "moprobo", "meta")
    assert "effort.min_change_pct" in console.export_text()
    assert not (own / "rules.tuned.yaml").exists()


@pytest.mark.parametrize("verdict", ["not sure", "broken", "adopted"])
def test_only_what_surely_wins_can_be_adopted(customer, verdict):
    found(customer, {"safety_rules.max_increase": 0.15}, verdict=verdict)
    assert not job.apply(Screen(record=True), "moprobo", "meta")


def test_without_a_build_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    with pytest.raises(ValueError, match="run `autopilot budgets --customer moprobo` first"):
        tune(Screen())


def with_build_file(customer, demo_warehouse):
    build = customer.parent / ".build" / "moprobo_meta.duckdb"
    build.parent.mkdir()
    shutil.copyfile(demo_warehouse, build)
    return build


@pytest.mark.usefixtures("no_status")
def test_evidence_is_tried_where_the_build_file_says_the_same_as_what_is_published(
    customer, demo_warehouse, project
):
    project.compiled()
    with_build_file(customer, demo_warehouse)
    assert tune(Screen(), iterations=5)
    trials = kinds(customer, "trial")
    assert [trial["stage"] for trial in trials][-1] == "evidence"
    # the first move of evidence: the longest windows
    assert {"rolling_windows.base_days"} == {
        name for name in trials[-1]["values"] if name.startswith(("rolling_windows.", "evidence."))
    }
    [summary] = kinds(customer, "summary")
    statuses = {row["parameter"]: row["status"] for row in summary["parameters"]}
    assert statuses["evidence.half_life_days"] == "not tried"
    assert statuses["rolling_windows.base_days"] in {"moved", "no better elsewhere"}


@pytest.mark.usefixtures("no_status")
def test_evidence_is_left_alone_where_settings_changed_since_the_build(
    customer, demo_warehouse, project, tmp_path
):
    project.compiled()
    with_build_file(customer, demo_warehouse)
    own = tmp_path / "config" / "moprobo" / "meta"
    own.mkdir(parents=True)
    (own / "rules.yaml").write_text("evidence:\n  half_life_days: 20\n")
    screen = Screen(record=True, width=300)
    assert tune(screen)
    assert "have changed since" in screen.export_text()
    assert {trial["stage"] for trial in kinds(customer, "trial")}.isdisjoint({"evidence"})
