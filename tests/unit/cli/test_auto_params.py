"""`autopilot auto-params` over a hand-made warehouse."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from python_jobs.cli.main import app
from python_jobs.config.load import load_parameters
from python_jobs.config.search_space import load_search_space

ROOT = Path(__file__).parents[3]
AUTO = Path("config/x/meta/rules.auto.yaml")
OWN = Path("config/x/meta/rules.yaml")
COMMAND = ["auto-params", "--customer", "x", "--platform", "meta"]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    for variable in ("AUTOPILOT_WAREHOUSE", "AUTOPILOT_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    shutil.copytree(ROOT / "config" / "default", "config/default")
    Path("warehouse").mkdir()
    OWN.parent.mkdir(parents=True)


@pytest.fixture
def published(folders):
    """Twelve holders whose ROAS is for certain 2 times e^0.8 or e^-0.8."""
    with duckdb.connect("warehouse/x_meta.duckdb") as database:
        database.execute(
            """
            create schema features;
            create schema results;
            create table features.holder_features as
            select
                'adset' as budget_level, range::varchar as budget_entity_id, 'a1' as account_id,
                'EUR' as currency, null as optimization_goal, null as attribution_setting,
                date '2026-06-01' as decision_date, 900::double as spend_28d,
                null::double as link_clicks_28d, 40::double as purchases_28d,
                null::double as impressions_7d, null::double as link_clicks_7d,
                null::double as frequency_7d_high
            from range(12);
            create table results.budget_allocations as
            select
                budget_level, budget_entity_id,
                2 * exp(if(budget_entity_id::int % 2 = 0, 0.8, -0.8)) as projected_roas,
                projected_roas * 0.99 as projected_roas_low,
                projected_roas * 1.01 as projected_roas_high
            from features.holder_features;
            create table results.parameters as
            select 'evidence.interval_spread' as parameter, '1.3'::json as value;
            create table results.runs as select date '2026-06-01' as as_of
            """
        )


def in_force(parameter):
    parameters, problems = load_parameters(Path("config"), "x", "meta")
    _, more = load_search_space(Path("config"), "x", "meta", parameters)
    assert problems + more == []
    [found] = [each for each in parameters if each.parameter == parameter]
    return json.loads(found.value), found.tier


def test_what_is_written_is_in_force_of_the_next_build(published):
    done = CliRunner().invoke(app, COMMAND)
    assert done.exit_code == 0, done.output
    assert f"- {AUTO}" in done.output
    # 12 * 0.8^2 / 11 = 0.698, its root 0.836
    assert in_force("gradient_config.full_strength_at") == (0.836, "auto")
    assert in_force("evidence.interval_spread") == (1.3, "default")


def test_it_shows_what_differs_on_what_evidence(published):
    done = CliRunner().invoke(app, COMMAND)
    assert "gradient_config.full_strength_at: 0.35 (default) -> 0.836, confidence low" in (
        done.output.splitlines()
    )
    assert "12 holders, 480 purchases" in " ".join(done.output.split())
    assert "too little data" in done.output


def test_a_dry_run_shows_the_same_and_writes_nothing(published):
    OWN.write_text("safety_rules: {max_increase: 0.1}")
    before = sorted(Path().rglob("*"))
    dry = CliRunner().invoke(app, [*COMMAND, "--dry-run"])
    assert dry.exit_code == 0
    assert "Nothing is written" in dry.output
    assert sorted(Path().rglob("*")) == before
    real = CliRunner().invoke(app, COMMAND)
    assert real.output.split("\nWritten")[0].strip() == dry.output.split("\nNothing")[0].strip()


def test_a_persons_value_and_file_stay(published):
    own = "# mine\ngradient_config: {full_strength_at: 0.5}\n"
    OWN.write_text(own)
    done = CliRunner().invoke(app, COMMAND)
    assert OWN.read_text() == own
    assert in_force("gradient_config.full_strength_at") == (0.5, "customer")
    assert "- gradient_config.full_strength_at: 0.5, customer" in done.output
    assert "full_strength_at: 0.836" in AUTO.read_text()
    # one of the band's other parameters is nobody's
    assert in_force("decision_rules.excellent.min_roas_index")[1] == "auto"


def test_a_second_run_writes_the_same_whatever_stood_there(published):
    CliRunner().invoke(app, COMMAND)
    first = AUTO.read_bytes()
    AUTO.write_text(
        "gradient_config: {full_strength_at: 0.9}  # by hand\nevidence: {half_life_days: 30}"
    )
    CliRunner().invoke(app, COMMAND)
    assert AUTO.read_bytes() == first


def test_without_a_warehouse_it_says_what_to_run_first(folders, capsys):
    done = CliRunner().invoke(app, COMMAND)
    assert done.exit_code == 1
    assert str(done.exception) == (
        "Nothing of x is published yet: run `autopilot budgets --customer x` first."
    )


def test_wrong_settings_are_told_before_anything_is_derived(published):
    OWN.write_text("gradient_config: {full_strength: 0.5}")
    done = CliRunner().invoke(app, COMMAND)
    assert done.exit_code == 1
    assert "unknown key 'gradient_config.full_strength'" in done.output
    assert not AUTO.exists()
