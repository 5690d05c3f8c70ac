"""`autopilot diff` over hand-made decisions; dbt itself is replaced."""

import os
import shutil
from io import StringIO
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from python_jobs.cli import diff
from python_jobs.cli.main import app
from python_jobs.cli.run import Outcome
from python_jobs.cli.screen import Screen
from python_jobs.decisions.compare import compare_decisions

ROOT = Path(__file__).parents[3]
LONG_NAME = "Retargeting | Past buyers of all collections 180 days"


def write_budgets(file, step, *, star=100, runs=False):
    """A star that goes up by the step and a loser that pays for it."""
    with duckdb.connect(str(file)) as database:
        database.execute(
            f"""
            create schema results;
            create table results.budget_allocations as
            select
                'adset' as budget_level, id as budget_entity_id, 'a1' as account_id,
                'EUR' as currency, name as budget_entity_name,
                current_budget::decimal(18, 2) as current_budget,
                recommended_budget::decimal(18, 2) as recommended_budget, action,
                'rule_of_' || id as rule_id, binding_limit,
                (7 * recommended_budget * roas)::decimal(18, 2) as expected_7d_revenue,
                (7 * current_budget * roas)::decimal(18, 2) as hold_7d_revenue
            from (values
                ('1', 'Star', {star}, {star} * (1 + {step}), 'increase', 'largest_step', 3),
                ('2', '{LONG_NAME}', 80, 80 - {star} * {step}, 'decrease',
                    if({step} > 0.25, 'floor', null), 1),
                ('3', null, 50, 50, 'hold', 'learning', 2)
            ) as rows (id, name, current_budget, recommended_budget, action, binding_limit, roas)
            """
        )
        if runs:
            database.execute(
                """
                create table results.runs as
                select * from (values
                    (date '2026-05-01', ['results.parameters']),
                    (date '2026-06-01', ['results.budget_allocations'])
                ) as runs (as_of, tables)
                """
            )


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("AUTOPILOT_WAREHOUSE", "AUTOPILOT_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    shutil.copytree(ROOT / "config" / "default", "config/default")
    Path("warehouse").mkdir()
    Path("try.yaml").write_text("safety_rules: {max_increase: 0.3}")
    return tmp_path


@pytest.fixture
def builds(monkeypatch):
    """Let a build raise the star by the step that is tried, else by 20 %; what was asked."""
    asked = []

    def run(command, customer, platform, doing, variables):
        asked.append((command[command.index("--select") + 1], variables["as_of"]))
        tried = yaml.safe_load(Path(variables["config_file"]).read_text()) or {}
        step = tried.get("safety_rules", {}).get("max_increase", 0.2)
        warehouse = Path(os.environ["AUTOPILOT_WAREHOUSE"])
        assert (warehouse / "acme_meta.duckdb").exists(), "the history"
        file = warehouse / ".build" / "acme_meta.duckdb"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        write_budgets(file, step)
        return Outcome(passed=frozenset(), problems=())

    monkeypatch.setattr(diff, "run_dbt", run)
    return asked


def published(**changes):
    write_budgets(Path("warehouse/acme_meta.duckdb"), 0.2, runs=True, **changes)


def run(*arguments):
    return CliRunner().invoke(app, ["diff", "--customer", "acme", *arguments])


def test_what_differs_is_shown_with_both_sides(folders, builds):
    published()
    done = run("--config", "try.yaml")
    assert done.exit_code == 0, done.exception
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "safety_rules.max_increase 0.2 default 0.3" in lines
    # 100 + 80 + 50; 7 * (120 * 3 + 60 * 1 + 50 * 2) and 7 * (130 * 3 + 50 * 1 + 50 * 2)
    assert "a1 EUR 3 2 230.00 230.00 230.00 3,640.00 3,780.00" in lines
    assert "Star 100.00 120.00 130.00 10.00 increase rule_of_1 largest_step" in lines
    words = " ".join(lines)
    assert "Retargeting | Past buyers of all collec…" in words
    assert "none → floor" in words
    assert "rule_of_3" not in words
    assert "2 of 3 decisions differ." in lines
    assert (
        "EUR: 10.00 a day more for some, 10.00 less for others; expected 7-day revenue 3,640.00 "
        "before, 3,780.00 after."
    ) in words
    for unsaid in ("estimated otherwise", "have changed since", "more; --csv"):
        assert unsaid not in words
    assert max(map(len, done.output.splitlines())) <= 100


def test_both_sides_are_built_for_the_published_morning_and_files_are_read_once(folders, builds):
    published()
    run("--config", "try.yaml")
    assert builds == [
        ("+budget_allocations", "2026-06-01"),
        ("+budget_allocations,landing_parameters_read+", "2026-06-01"),
    ]


def test_nothing_is_left_behind(folders, builds):
    published()
    before = Path("warehouse/acme_meta.duckdb").read_bytes()
    run("--config", "try.yaml")
    assert Path("warehouse/acme_meta.duckdb").read_bytes() == before
    assert sorted(map(str, Path("warehouse").rglob("*"))) == [
        "warehouse/.build",
        "warehouse/acme_meta.duckdb",
    ]
    assert "AUTOPILOT_WAREHOUSE" not in os.environ


def test_where_nothing_differs_that_is_said(folders, builds):
    published()
    Path("try.yaml").write_text("safety_rules: {max_increase: 0.2}")
    done = run("--config", "try.yaml")
    assert done.exit_code == 0, done.exception
    assert "The file changes no setting." in done.output
    assert done.output.endswith("No decision differs.\n")


def test_all_rows_go_into_the_csv(folders, builds):
    published()
    assert run("--config", "try.yaml", "--csv", "all.csv").exit_code == 0
    table = pd.read_csv("all.csv", index_col="budget_entity_name")
    assert len(table) == 3
    assert table.loc[LONG_NAME, "recommended_budget_before"] == 60
    assert table.loc[LONG_NAME, "recommended_budget_after"] == 50
    assert list(table["differs"]) == [True, True, False]


def test_it_is_said_where_the_published_budgets_are_no_longer_what_a_build_gives(folders, builds):
    published(star=90)
    done = run("--config", "try.yaml")
    # the star was published with 108, the loser with 62
    assert "2 of the published decisions are not what a build gives now" in " ".join(
        done.output.split()
    )


def test_it_is_said_where_returns_are_estimated_otherwise(folders, builds, monkeypatch):
    published()
    usual = diff.run_dbt

    def run_with_other_evidence(command, customer, platform, doing, variables):
        outcome = usual(command, customer, platform, doing, variables)
        if b"max_increase" in Path(variables["config_file"]).read_bytes():
            file = Path(os.environ["AUTOPILOT_WAREHOUSE"], ".build", "acme_meta.duckdb")
            with duckdb.connect(str(file)) as build:
                build.execute(
                    "update results.budget_allocations set hold_7d_revenue = hold_7d_revenue + 10"
                )
        return outcome

    monkeypatch.setattr(diff, "run_dbt", run_with_other_evidence)
    # 7 * (100 * 3 + 80 * 1 + 50 * 2), and 10 more for each of 3
    assert (
        "Returns themselves are estimated otherwise: of today's budgets, kept, 3,360.00 is "
        "expected before, 3,390.00 after."
    ) in " ".join(run("--config", "try.yaml").output.split())


def test_it_says_how_many_it_does_not_show():
    before = pd.DataFrame(
        {
            "budget_level": "adset",
            "budget_entity_id": [str(i) for i in range(53)],
            "account_id": "a1",
            "currency": "EUR",
            "budget_entity_name": [f"Name {i}" for i in range(53)],
            "current_budget": 10.0,
            "recommended_budget": 10.0,
            "action": "hold",
            "rule_id": "long_stable",
            "binding_limit": None,
            "expected_7d_revenue": 70.0,
            "hold_7d_revenue": 70.0,
        }
    )
    compared = compare_decisions(before, before.assign(recommended_budget=11.0))
    said = StringIO()
    nothing_changed = diff.changed_parameters([], [])
    diff.show_difference(Screen(file=said, width=100), nothing_changed, compared, stale=0)
    assert said.getvalue().count("Name ") == 50
    assert "... and 3 more; --csv has all" in said.getvalue()
    # 53 times a unit more
    assert "EUR: 53.00 a day more for some, 0.00 less for others" in said.getvalue()


def refused(done):
    """The one sentence of a refusal, from wherever it came."""
    assert done.exit_code == 1
    return str(done.exception) if isinstance(done.exception, ValueError) else done.output.strip()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "safety_rules: {max_increse: 0.3}",
            "try.yaml, line 1: unknown key 'safety_rules.max_increse'; nearest is "
            "'safety_rules.max_increase'.",
        ),
        (None, "try.yaml: cannot be read: No such file or directory."),
    ],
)
def test_a_wrong_file_is_told_before_anything_is_built(folders, builds, text, sentence):
    published()
    Path("try.yaml").unlink()
    if text:
        Path("try.yaml").write_text(text)
    assert refused(run("--config", "try.yaml")) == sentence
    assert builds == []


def test_a_mistake_of_the_customer_is_told_once(folders, builds):
    published()
    Path("config/acme/meta").mkdir(parents=True)
    Path("config/acme/meta/rules.yaml").write_text("x: 1")
    said = refused(run("--config", "try.yaml"))
    assert said == "config/acme/meta/rules.yaml, line 1: unknown key 'x'."


def test_there_must_be_published_budgets_and_a_folder_for_the_csv(folders, builds):
    Path("config/acme/meta").mkdir(parents=True)
    first = "run `autopilot budgets --customer acme` first."
    assert refused(run("--config", "try.yaml")) == f"Nothing of acme is published yet: {first}"
    with duckdb.connect("warehouse/acme_meta.duckdb") as live:
        live.execute(
            "create schema results; create table results.runs as "
            "select date '2026-06-01' as as_of, ['features.adset_features'] as tables"
        )
    assert refused(run("--config", "try.yaml")) == (
        f"warehouse/acme_meta.duckdb has no results.budget_allocations: {first}"
    )
    assert refused(run("--config", "try.yaml", "--csv", "no/all.csv")) == (
        "no/all.csv cannot be written: there is no folder no."
    )
    assert builds == []


def test_a_build_that_does_not_pass_is_told_and_leaves_nothing(folders, monkeypatch):
    published()
    failed = Outcome(passed=frozenset(), problems=("ads.csv cannot be used.",))
    monkeypatch.setattr(diff, "run_dbt", lambda *_: failed)
    assert refused(run("--config", "try.yaml")) == "ads.csv cannot be used."
    assert list(Path("warehouse/.build").iterdir()) == []
