"""What commands show of the demo's published tables, on two terminals and as JSON."""

import json
import shutil

import duckdb
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from python_jobs.cli import view
from python_jobs.cli.app import app
from python_jobs.cli.budgets import BUDGETS
from python_jobs.cli.main import main  # noqa: F401 - adds the commands
from python_jobs.cli.run import Outcome

TABLES = {
    "budgets": ["budget_allocations", "monthly_budget_pacing", "cbo_adset_advice"],
    "audiences": [
        "audience_recommendations",
        "adset_recommendations",
        "audit_findings",
        "opportunity_sizes",
        "competitive_advantages",
        "ad_verdicts",
        "audience_segments",
        "recommendation_coverage",
    ],
    "features": ["input_files", "rejected_rows", "missing_inputs"],
    "discover": ["discovered_patterns", "feature_importance"],
    "replay": ["replay"],
}


@pytest.fixture(scope="module")
def published_demo(demo_warehouse, tmp_path_factory):
    """Publish the demo as far as commands ask: what was built, and by which run."""
    folder = tmp_path_factory.mktemp("warehouse")
    file = folder / "moprobo_meta.duckdb"
    shutil.copyfile(demo_warehouse, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create or replace table results.runs as select now()::timestamp as published_at, "
            "date '2026-05-31' as data_through, ['results.account_daily'] as tables"
        )
    return file


@pytest.fixture
def command(published_demo, monkeypatch):
    """Run a command whose build passes without doing anything."""
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(published_demo.parent))
    monkeypatch.setattr(view, "run_dbt", lambda *_: Outcome(frozenset(), ()))

    def run(*arguments, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(app, arguments)

    return run


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_wider_than_the_terminal(command, name, columns):
    done = command(name, columns=columns)
    assert done.exit_code == 0, done.exception
    *lines, rest = done.output.rstrip().splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert rest.endswith("moprobo_meta.duckdb")


@pytest.mark.parametrize("name", TABLES)
def test_json_is_one_document_with_whole_tables(command, published_demo, name):
    done = command(name, "--json")
    assert done.exit_code == 0, done.exception
    document = json.loads(done.stdout)
    assert [document[key] for key in ("customer", "platform", "problems")] == [
        "moprobo",
        "meta",
        [],
    ]
    with duckdb.connect(str(published_demo), read_only=True) as published:
        for table in TABLES[name]:
            [(rows,)] = published.execute(f"select count(*) from results.{table}").fetchall()
            assert len(document[table]) == rows, table


def test_values_in_json_are_those_of_the_table(command):
    rows = json.loads(command("budgets", "--json").stdout)["budget_allocations"]
    # the demo's star, as the README shows it
    [star] = [row for row in rows if row["budget_entity_name"].startswith("Star - ")]
    assert star["decision_date"] == "2026-06-01"
    assert (star["current_budget"], star["recommended_budget"]) == (180, 216)


def test_a_build_that_does_not_pass_is_a_document_too(command, monkeypatch):
    failed = Outcome(frozenset(), ("a.csv is damaged.", "a.csv is damaged."))
    monkeypatch.setattr(view, "run_dbt", lambda *_: failed)
    done = command("budgets", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["problems"] == ["a.csv is damaged."]


def test_budgets_are_built_with_all_that_explains_them():
    assert {"+budget_allocations", "+decision_trace", "+decision_log"} < set(BUDGETS.selected)
