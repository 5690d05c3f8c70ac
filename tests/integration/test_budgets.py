"""Budgets as a buyer reads them, on the demo and over two runs of a small account."""

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from reading import WITHOUT_TESTS, ad_day, frame, rows, value
from typer.testing import CliRunner

from python_jobs.cli.main import app
from python_jobs.config.export_schema import Export
from python_jobs.decisions.rules.catalogue import RULES
from python_jobs.exports.export import prepare
from python_jobs.exports.order import Format, Order

CALLED_BY_NAME = """
    decision_date data_through valid_until account_id budget_level budget_entity_id
    budget_entity_name campaign_id adset_id budget_type currency current_budget
    current_budget_source recommended_budget adjustment_factor budget_change_pct action rule_id
    rule_class decision_path reason binding_limit prob_beats_hold expected_7d_spend
    expected_7d_revenue expected_7d_revenue_low expected_7d_revenue_high expected_7d_roas
    hold_7d_revenue
""".split()


@pytest.fixture(scope="module")
def budgets(demo_warehouse):
    table = frame(demo_warehouse, "from results.budget_allocations")
    return table.set_index("budget_entity_name", drop=False)


def named(budgets, beginning):
    [name] = [name for name in budgets.index if name.startswith(beginning)]
    return budgets.loc[name]


def test_the_columns_that_others_call_by_name_come_first(demo_warehouse):
    columns = [name for name, *_ in rows(demo_warehouse, "describe results.budget_allocations")]
    assert columns[: len(CALLED_BY_NAME)] == CALLED_BY_NAME


def test_every_holder_that_spends_is_decided_for_the_same_morning(demo_warehouse, budgets):
    spending = rows(
        demo_warehouse,
        "select distinct budget_entity_name from features.holder_features "
        "where decision_date = '2026-06-01' and (status = 'active' or spend_14d > 0)",
    )
    assert set(budgets.index) == {name for (name,) in spending}
    assert budgets["decision_date"].unique() == [pd.Timestamp("2026-06-01")]
    assert budgets["data_through"].unique() == [pd.Timestamp("2026-05-31")]
    assert not [name for name in budgets.index if name.startswith("Stopped")]
    campaign = named(budgets, "Prospecting | Campaign budget")
    assert campaign["budget_level"] == "campaign"
    assert pd.isna(campaign["adset_id"])
    assert campaign["budget_entity_id"] == campaign["campaign_id"]


def test_the_account_spends_what_it_spent_and_no_step_is_too_large(budgets):
    cents = budgets[["current_budget", "recommended_budget"]].mul(100).round().astype(int)
    assert cents["recommended_budget"].sum() == cents["current_budget"].sum()
    change = budgets["recommended_budget"] / budgets["current_budget"] - 1
    assert change.abs().max() <= 0.2 + 1e-9
    assert np.allclose(budgets["budget_change_pct"], 100 * change, atol=1e-6)
    assert (
        budgets["action"] == np.select([change > 0, change < 0], ["increase", "decrease"], "hold")
    ).all()


def test_what_a_buyer_would_recognise_is_recognised(budgets):
    star = named(budgets, "Star")
    assert (star["action"], star["binding_limit"]) == ("increase", "largest_step")
    assert star["rule_class"] == "excellent"
    worn_out = named(budgets, "Worn out")
    assert worn_out["action"] == "decrease"
    assert worn_out["projected_roas"] < star["projected_roas"] / 2
    # money that cannot be spent is taken away, which costs nothing
    cannot_spend = named(budgets, "Cannot spend")
    assert (cannot_spend["action"], cannot_spend["binding_limit"]) == ("decrease", "delivery")
    assert cannot_spend["expected_7d_revenue"] == cannot_spend["hold_7d_revenue"]
    learning = named(budgets, "Learning")
    assert (learning["action"], learning["binding_limit"]) == ("hold", "learning")


def test_a_reason_has_the_numbers_of_its_row(budgets):
    for row in budgets.itertuples():
        assert f"{row.recommended_budget:.2f} {row.currency}" in row.reason
        assert f"{row.projected_roas:.2f}" in row.reason
        assert "31 May 2026" in row.reason


def test_expectations_agree_with_each_other(budgets):
    assert np.allclose(
        budgets["expected_7d_roas"],
        budgets["expected_7d_revenue"] / budgets["expected_7d_spend"],
        atol=0.01,
    )
    assert (budgets["expected_7d_revenue_low"] < budgets["expected_7d_revenue"]).all()
    assert (budgets["expected_7d_revenue"] < budgets["expected_7d_revenue_high"]).all()
    assert (budgets["expected_7d_spend"] <= 7 * budgets["recommended_budget"] + 0.01).all()
    assert budgets["expected_7d_revenue"].sum() >= budgets["hold_7d_revenue"].sum()
    held = budgets[budgets["action"] == "hold"]
    assert (held["expected_7d_revenue"] == held["hold_7d_revenue"]).all()
    moved = budgets[budgets["action"] != "hold"]
    assert moved["prob_beats_hold"].between(0, 1).all()


def test_one_rule_decides_and_the_others_say_what_they_lacked(demo_warehouse, budgets):
    tried = frame(demo_warehouse, "from results.rule_evaluations")
    catalogue = frame(demo_warehouse, "from results.rule_catalogue")
    assert len(catalogue) >= 42
    assert len(tried) == len(budgets) * len(catalogue)
    deciding = tried[tried["decided"]].set_index("budget_entity_name")["rule_id"]
    assert deciding.to_dict() == budgets["rule_id"].to_dict()
    first = tried[tried["fired"]].groupby("budget_entity_name")["priority"].min()
    assert (
        first.to_dict()
        == tried[tried["decided"]].set_index("budget_entity_name")["priority"].to_dict()
    )
    assert (tried["failed_condition"].isna() == tried["fired"]).all()
    in_numbers = tried[tried["short_by"].notna()]
    assert np.allclose(
        in_numbers["short_by"], (in_numbers["threshold"] - in_numbers["value"]).abs()
    )


def test_a_trace_names_parameters_as_they_are_in_force(demo_warehouse):
    in_force = dict(rows(demo_warehouse, "select parameter, value from results.parameters"))
    used = rows(
        demo_warehouse,
        "select distinct unnest(string_split(parameters_used, '; ')) from results.decision_trace",
    )
    named_ones = dict(pair.split(" = ", 1) for (pair,) in used)
    assert len(named_ones) > 60
    # of a table by currency a trace has one entry, under the currency
    named_ones = {p: v for p, v in named_ones.items() if "min_daily_budget." not in p}
    assert {p: v for p, v in named_ones.items() if in_force.get(p) != v} == {}


# ---- a small account, built twice on one morning, the second time with other settings

AD_ROWS = [
    ad_day(f"2026-{month:02d}-{day:02d}", ad, spend=50, purchases=purchases, value=60.0 * purchases)
    for month, last in ((3, 31), (4, 15))
    for day in range(1, last + 1)
    for ad, purchases in (("111", 4), ("121", 2), ("131", 1))
]
AD_SETS = [
    {
        "id": ad_set,
        "account_id": "act_1",
        "campaign_id": "1",
        "name": f"Ad set {ad_set}",
        "effective_status": "ACTIVE",
        "daily_budget": "5000",
    }
    for ad_set in ("11", "12", "13")
]


@pytest.fixture(scope="module")
def twice(new_home):
    """A home that was built in twice; between the builds the largest rise became 10 %."""
    home = new_home()
    (home.raw / "ads.json").write_text(json.dumps({"data": AD_ROWS}))
    (home.raw / "adsets.json").write_text(json.dumps({"data": AD_SETS}))
    select = ["--select", "+budget_allocations", "+decision_trace", "parameters", "decision_log"]
    for settings in ("", "safety_rules: {max_increase: 0.1}"):
        (home.config / "rules.yaml").write_text(settings)
        done = home.dbt("build", *select, *WITHOUT_TESTS)
        assert done.success, done.exception or [step.message for step in done.result]
    return home


@pytest.fixture(scope="module")
def built_twice(twice):
    """The published file after both builds."""
    return twice.published_file


def test_the_best_is_raised_at_the_cost_of_the_worst(built_twice):
    changes = dict(
        rows(built_twice, "select adset_id, budget_change_pct from results.budget_allocations")
    )
    assert changes["11"] == pytest.approx(10)
    assert changes["13"] < 0


def test_an_edited_setting_is_in_force_at_once_and_named_in_the_trace(built_twice):
    assert rows(
        built_twice,
        "select value, tier from results.parameters where parameter = 'safety_rules.max_increase'",
    ) == [("0.1", "customer")]
    assert (
        value(
            built_twice,
            "select parameters_used from results.decision_trace "
            "where budget_entity_id = '11' and step = 'upper_limit'",
        )
        == "safety_rules.max_increase = 0.1"
    )


def test_the_trace_says_of_a_rule_why_it_exists(built_twice):
    why = {rule.rule_id: f"{rule.rule_id}: {rule.rationale}" for rule in RULES}
    told = rows(
        built_twice,
        "select rule_id, note from results.decision_trace "
        "inner join results.budget_allocations using (budget_entity_id) where step = 'rule'",
    )
    assert {note for _, note in told} == {why[rule_id] for rule_id, _ in told}


def test_a_mistake_in_a_setting_is_told_and_changes_nothing(twice, built_twice):
    settings = twice.config / "rules.yaml"
    right = settings.read_text()
    settings.write_text("safety_rules: {max_increase: 15}")
    done = twice.dbt("build", "--select", "+parameters", *WITHOUT_TESTS)
    settings.write_text(right)
    [message] = [step.message for step in done.result if step.status == "error"]
    said = " ".join(message.split())
    assert "rules.yaml, line 1: safety_rules.max_increase is 15; allowed: a number from" in said
    in_force = "select value from results.parameters where parameter = 'safety_rules.max_increase'"
    assert value(built_twice, in_force) == "0.1"


def test_the_log_keeps_both_runs_of_a_morning(built_twice):
    logged = rows(
        built_twice,
        """
        select runs.published_at, log.decision_date, log.recommended_budget, log.valid_until
        from results.decision_log as log
        inner join results.runs as runs using (run_id)
        where log.budget_entity_id = '11'
        order by 1
        """,
    )
    morning = date(2026, 4, 16)
    assert [row[1:] for row in logged] == [
        (morning, 60, morning + timedelta(days=3)),
        (morning, 55, morning + timedelta(days=3)),
    ]
    # the last run of the log is what the budgets are now
    with duckdb.connect(str(built_twice), read_only=True) as live:
        [(differing,)] = live.execute(
            """
            select count(*) from (
                select * exclude (run_id) from results.budget_allocations
                except
                select * exclude (run_id) from results.decision_log
            )
            """
        ).fetchall()
    assert differing == 0


def test_a_build_of_the_budgets_alone_remembers_what_it_saw(built_twice):
    seen = "select entity_id, daily_budget from history.budgets_seen order by entity_id"
    assert rows(built_twice, seen) == [("11", 50), ("12", 50), ("13", 50)]
    assert value(built_twice, "select count(*) from history.extracts") > 0


def test_an_export_since_a_run_holds_what_the_next_one_decided_otherwise(built_twice):
    recommended = {
        run: dict(
            rows(
                built_twice,
                "select budget_entity_id, recommended_budget from results.decision_log "
                f"where run_id = '{run}'",
            )
        )
        for (run,) in rows(built_twice, "select run_id from results.runs order by published_at")
    }
    (first, before), (_, now) = recommended.items()
    with duckdb.connect(str(built_twice), read_only=True) as live:
        exported = prepare(
            live,
            Order("acme", Format.ADS_MANAGER, since_run=first),
            Export(mode="live", require_approval=False, max_data_age_days=4),
            date(2026, 4, 17),
        )
    assert exported.refusal is None
    after = {change.entity_id: change.after for change in exported.changes}
    assert after["11"] == 55
    # 50.00 a day is what all had
    assert after == {
        key: budget for key, budget in now.items() if budget not in (before[key], Decimal("50.00"))
    }


# ---- the same account with other settings that are only tried


def contents(home):
    """What every file holds but the logs of dbt's runs, this one's among them."""
    files = [file for file in home.rglob("*") if file.is_file() and "logs" not in file.parts]
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.long
def test_a_larger_step_that_is_only_tried_moves_more_and_changes_nothing(
    twice, built_twice, tmp_path, monkeypatch
):
    home = twice.path
    twice.go(monkeypatch)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "bolder.yaml").write_text("safety_rules: {max_increase: 0.2}")
    untouched = contents(home)
    arguments = ["--config", str(tmp_path / "bolder.yaml"), "--csv", str(tmp_path / "all.csv")]
    done = CliRunner().invoke(app, ["diff", "--customer", "acme", *arguments])
    DuckDBConnectionManager.close_all_connections()
    assert done.exit_code == 0, done.output or done.exception
    assert contents(home) == untouched

    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "safety_rules.max_increase 0.1 customer 0.2" in lines
    compared = pd.read_csv(tmp_path / "all.csv", dtype={"budget_entity_id": str})
    compared = compared.set_index("budget_entity_id")
    # the best of three is stopped by the step on both sides: 50 * 1.1 and 50 * 1.2
    best = compared.loc["11"]
    assert (best["recommended_budget_before"], best["recommended_budget_after"]) == (55, 60)
    assert best["difference"] == 5
    assert (best["binding_limit_before"], best["binding_limit_after"]) == ("largest_step",) * 2
    # the account's total stays: what it gains more, the others lose more
    assert compared["difference"].sum() == pytest.approx(0, abs=1e-9)
    assert f"{compared['differs'].sum()} of 3 decisions differ." in lines
    # nothing has changed since publishing, so the published budgets are what 'before' is
    assert "have changed since" not in done.output
    published = dict(
        rows(
            built_twice,
            "select budget_entity_id, recommended_budget::double from results.budget_allocations",
        )
    )
    assert compared["recommended_budget_before"].to_dict() == published
