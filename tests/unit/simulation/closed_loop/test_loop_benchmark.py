import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from python_jobs.simulation.closed_loop import benchmark
from python_jobs.simulation.closed_loop.benchmark import (
    Versions,
    app,
    finished,
    keys_of,
    known_rows,
)
from python_jobs.simulation.closed_loop.report import print_tables
from python_jobs.simulation.closed_loop.worlds import WorldSpec

ROOT = Path(__file__).parents[4]
SPEC = WorldSpec("tuning", "10", "power", "buyer", 0)
ROW = {
    "purpose": "tuning",
    "size": "10",
    "curve": "power",
    "start": "buyer",
    "number": 0,
    "family": "usual",
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


def test_finished_worlds_count_while_the_code_that_ran_them_is_the_same(tmp_path):
    file = tmp_path / "results.jsonl"
    written = [ROW | {"version": "w1"}, ROW | {"policy": "engine", "version": "e1"}]
    file.write_text("\n".join(map(json.dumps, written)))
    same = known_rows(file, Versions("w1", "e1"))
    assert finished(same, SPEC) == {("sketch", "weekly"), ("engine", "weekly")}
    assert finished(same, WorldSpec("tuning", "10", "power", "buyer", 1)) == set()
    assert finished(known_rows(file, Versions("w1", "e2")), SPEC) == {("sketch", "weekly")}
    assert finished(known_rows(file, Versions("w2", "e1")), SPEC) == {("engine", "weekly")}


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
    monkeypatch.setattr(benchmark, "_run_world", None)
    second = CliRunner().invoke(app, options)
    assert second.exit_code == 0, second.output
    assert file.read_text().splitlines() == lines
    table = second.output[second.output.index("Gain share") :]
    assert table in first.output
    assert "1.000" in table
    assert "0.000" in table


def test_an_outage_is_compared_with_the_same_worlds_without_it(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "results.jsonl"
    options = ["--sizes", "10", "--worlds", "2", "--curves", "power", "--processes", "1"]
    options += ["--policies", "flat steps", "--family", "outage", "--results", str(file)]
    told = CliRunner().invoke(app, options)
    assert told.exit_code == 0, told.output
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert {(row["family"], row["number"]) for row in rows} == {
        (family, number) for family in ("usual", "outage") for number in (0, 1)
    }
    # the product's default rhythm
    assert {row["rhythm"] for row in rows} == {"any", "twice a week"}
    assert "outage worlds, twice a week" in told.output
    table = told.output[told.output.index("less that in the same worlds") :]
    [line] = [line for line in table.splitlines() if "left alone" in line]
    assert [cell.strip() for cell in line.split("│")[2:4]] == ["2", "0.000"]
    assert "+0.000" in line


@pytest.mark.parametrize("family", ["peak", "harm"])
def test_families_of_their_own_have_tables_of_their_own(family, capsys):
    revenue = {
        "left alone": 100.0,
        "clairvoyant": 120.0,
        "engine": 110.0,
        "untold of the peak": 60.0,
        "without Shopify": 115.0,
    }
    left_out = "without Shopify" if family == "peak" else "untold of the peak"
    rows = [
        ROW
        | {
            "number": number,
            "family": family,
            "policy": policy,
            "rhythm": "any" if policy in ("left alone", "clairvoyant") else "weekly",
            "revenue": earned + number,
            "spend": 98.0,
            "total": 100.0,
            "deliverable": 99.0,
            "edits": 56,
            "holder_days": 560,
            "decisions": 8,
            "corrected": 0,
            "rules": {},
        }
        for number in (0, 1)
        for policy, earned in revenue.items()
        if policy != left_out
    ]
    print_tables(rows, ["weekly"], family, Console(width=180))
    printed = capsys.readouterr().out
    if family == "peak":
        # 121 of 201, and out of the comparison of splits
        own = printed[printed.index("scaled for the peak") :]
        [line] = [line for line in own.splitlines() if "untold" in line]
        assert "-39.8 %" in line
        assert "untold" not in printed[: printed.index("scaled for the peak")]
    else:
        # 10 of 20 against 15 of 20, the same in both worlds
        own = printed[printed.index("less that of without Shopify") :]
        [line] = [line for line in own.splitlines() if "weekly" in line]
        assert [cell.strip() for cell in line.split("│")[1:-1]] == [
            "weekly",
            "2",
            "0.500",
            "0.10",
            "1.0",
            "0.750",
            "-0.250",
            "0.000",
            "0",
        ]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--sizes", "12", "none of: 10, 40, 150"),
        ("--policies", "sketsch", "none of: left alone"),
        ("--purpose", "both", "none of: tuning"),
        ("--family", "holiday", "none of: usual, outage, peak, harm"),
        ("--worlds", "1,2", "one number for each of: 10, 40, small"),
    ],
)
def test_a_word_it_does_not_know_is_told(option, value, message):
    told = CliRunner().invoke(app, [option, value], env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert message in told.output
