import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from python_jobs.simulation.closed_loop import benchmark
from python_jobs.simulation.closed_loop.benchmark import Results, app, keys_of
from python_jobs.simulation.closed_loop.worlds import WorldSpec

ROOT = Path(__file__).parents[4]
SPEC = WorldSpec("tuning", "10", "power", "buyer", 0)
ROW = {
    "purpose": "tuning",
    "size": "10",
    "curve": "power",
    "start": "buyer",
    "number": 0,
    "policy": "sketch",
    "rhythm": "weekly",
    "revenue": 1.0,
}


def test_own_rhythms_are_run_once():
    assert list(keys_of(["left alone", "sketch"], ["weekly", "twice a week"])) == [
        ("left alone", "any"),
        ("sketch", "weekly"),
        ("sketch", "twice a week"),
    ]


def test_finished_worlds_are_kept_by_version_of_the_code_and_a_torn_line_is_run_again(tmp_path):
    file = tmp_path / "folder" / "results.jsonl"
    Results(file, ("worlds 1", "engine 1")).add([ROW, ROW | {"policy": "engine"}])
    with file.open("a") as torn:
        torn.write(json.dumps(ROW | {"rhythm": "twice a week"})[:-9])
    again = Results(file, ("worlds 1", "engine 1"))
    assert again.finished(SPEC) == {("sketch", "weekly"), ("engine", "weekly")}
    assert again.finished(WorldSpec("tuning", "10", "power", "buyer", 1)) == set()
    other_engine = Results(file, ("worlds 1", "engine 2"))
    assert other_engine.finished(SPEC) == {("sketch", "weekly")}
    assert other_engine.outdated == 1


def test_after_a_torn_line_new_ones_are_whole(tmp_path):
    file = tmp_path / "results.jsonl"
    file.write_text('{"purpose": "tun')
    Results(file, ("1", "1")).add([ROW])
    assert Results(file, ("1", "1")).finished(SPEC) == {("sketch", "weekly")}


def test_it_runs_what_is_missing_and_prints_again_what_there_is(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "results.jsonl"
    options = ["--sizes", "10", "--worlds", "1", "--curves", "power", "--processes", "1"]
    options += ["--policies", "flat steps,sketch", "--results", str(file)]
    first = CliRunner().invoke(app, options)
    assert first.exit_code == 0, first.output
    lines = file.read_text().splitlines()
    assert [json.loads(line)["policy"] for line in lines] == [
        "left alone",
        "clairvoyant",
        "flat steps",
        "sketch",
    ]
    monkeypatch.setattr(benchmark, "_run_task", None)
    second = CliRunner().invoke(app, options)
    assert second.exit_code == 0, second.output
    assert file.read_text().splitlines() == lines
    table = second.output[second.output.index("Gain share") :]
    assert table in first.output
    assert "1.000" in table
    assert "0.000" in table


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--sizes", "12", "none of: 10, 40, 150"),
        ("--policies", "sketsch", "none of: left alone"),
        ("--purpose", "both", "none of: tuning"),
        ("--worlds", "1,2", "one number for each of: 10, 40, small"),
    ],
)
def test_a_word_it_does_not_know_is_told(option, value, message):
    told = CliRunner().invoke(app, [option, value], env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert message in told.output
