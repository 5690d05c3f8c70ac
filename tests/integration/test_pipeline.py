"""The in-memory pipeline against real builds of the same simulated account."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tiny_project import make_project

from python_jobs.config.load import load_parameters
from python_jobs.decisions.relations import decision_rows
from python_jobs.simulation.account import make_account
from python_jobs.simulation.ad_sets import budget_holders, draw_ad_sets
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.pipeline import CompiledProject, Model, Pipeline, compile_project
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.tables import make_tables
from python_jobs.simulation.world import World
from python_jobs.simulation.writers import write_export

ROOT = Path(__file__).parents[2]
FIRST_DAY = date(2026, 2, 1)
# the third looks back on days that the first saw when they were young
MORNINGS = tuple(FIRST_DAY + timedelta(days=days) for days in (34, 38, 44))
RAISED_AD_SET, RAISED_CAMPAIGN, LOWERED_AD_SET = 0.3, 0.2, -0.15
# unlike the defaults, so that staging's choices show
SETTINGS = """
account:
  time_zone: America/Chicago
shopify:
  revenue_basis: subtotal_less_refunds
  accepted_statuses: [paid, partially_refunded, refunded]
"""
KEYS = {
    "features.holder_features": "decision_date, budget_entity_id",
    "allocation.decision_inputs": "decision_date, budget_entity_id",
    "allocation.decisions": "decision_date, budget_entity_id",
    "history.extracts": "seen_on, entity_level, entity_id, date_day",
    "history.budgets_seen": "seen_on, entity_level, entity_id",
}
# what files have and arrays lack, and what belongs to a run
NOT_COMPARED = {
    "landing.landing_parameters": (
        "description",
        "allowed",
        "tunable_low",
        "tunable_high",
        "tunable_scale",
    ),
    "landing.run_settings": ("run_id", "run_started_at", "customer", "platform"),
    "staging.stg_meta__insights": ("file_id",),
    "staging.stg_shopify__orders": ("customer_hash",),
}


def record_world() -> Customer:
    """Two campaigns, one with its own budget; budgets move, an ad set pauses, one is new."""
    settings = WorldSettings(
        seed=3,
        ad_sets=8,
        ad_sets_per_campaign=4,
        median_daily_budget=150.0,
        first_day=FIRST_DAY,
    )
    ad_sets = draw_ad_sets(settings)
    ad_sets = replace(
        ad_sets,
        holder=budget_holders(ad_sets.campaign, np.array([False, True])),
        first_day=np.where(np.arange(8) == 1, 36, 0),
    )
    days = (MORNINGS[-1] - FIRST_DAY).days
    world, budgets, results = World(settings, ad_sets), ad_sets.start_budgets, []
    for day in range(days):
        budgets = budgets * np.where(day == 20, 1.1, 1.0)
        if day == 36:
            budgets[0] *= 1 + RAISED_AD_SET
            budgets[2] = 0.0
            budgets[-1] *= 1 + RAISED_CAMPAIGN
        if day == 41:
            budgets[3] *= 1 + LOWERED_AD_SET
        results.append(world.step(np.round(budgets, 2)))
    ads = draw_ads(settings, ad_sets, days=days)
    return record_customer(
        settings.seed,
        ad_sets,
        History.of(results),
        ads=ads,
        account=make_account(ad_sets, ads),
        shop=ShopSettings(earlier_days=350),
    )


def build(home, morning: date) -> Path:
    """Build and publish what the pipeline has too; return the build file."""
    select = ["--select", "+decisions", "+int_extract_values", "+int_budgets_current"]
    select += ["--exclude-resource-type", "test", "unit_test"]
    done = home.dbt("build", *select, as_of=morning.isoformat())
    assert done.success, done.exception or [step.message for step in done.result]
    return home.build_file


def frame(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """All rows in an order of their own, less what belongs to a run or to files."""
    columns = ", ".join(f'"{name}"' for name, _ in types(connection, table))
    return connection.sql(f"select {columns} from {table} order by {KEYS.get(table, 'all')}").df()


def types(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """Columns that are compared, with their types."""
    dropped = NOT_COMPARED.get(table, ("run_id",) if table in KEYS else ())
    described = connection.sql(f"select column_name, column_type from (describe {table})")
    return [(name, kind) for name, kind in described.fetchall() if name not in dropped]


@pytest.mark.long
def test_it_gives_row_by_row_what_three_real_builds_give(new_home, project):
    customer = record_world()
    home = new_home()
    (home.config / "inputs.yaml").write_text(SETTINGS)
    compiled = project.compiled()
    pipeline = Pipeline(compiled, ROOT)
    for morning in MORNINGS:
        shutil.rmtree(home.raw)
        write_export(home.raw, customer, morning)
        file = build(home, morning)
        parameters, problems = load_parameters(home.path / "config", "acme", "meta")
        assert not problems
        tables = make_tables(customer, morning, parameters, f"run of {morning}")
        assert tables.keys() == set(compiled.inputs)
        pipeline.build(tables)
        pipeline.remember(f"run of {morning}")
        ours = pipeline.connection
        decide(ours)
        with duckdb.connect(str(file), read_only=True) as real:
            real.execute("set TimeZone = 'UTC'")
            for schema, name in compiled.inputs:
                table = f"{schema}.{name}"
                assert types(ours, table) == types(real, table), table
                pd.testing.assert_frame_equal(
                    frame(ours, table), frame(real, table), check_exact=True, obj=table
                )
            assert buyers(ours) == buyers(real)
            for table in KEYS:
                assert types(ours, table) == types(real, table), table
                pd.testing.assert_frame_equal(
                    frame(ours, table), frame(real, table), rtol=1e-9, atol=1e-12, obj=table
                )
    check_that_history_mattered(ours)


def decide(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table that a build makes with its Python model."""
    connection.execute("drop table if exists allocation.decisions")
    decision_rows(
        connection,
        connection.table("allocation.decision_inputs"),
        connection.table("landing.landing_parameters"),
    ).create("allocation.decisions")


def buyers(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The first order of whoever made each order: the same whatever buyers are called."""
    return connection.sql(
        """
        select order_id, min(order_id) over (partition by customer_hash) as first_order_id
        from staging.stg_shopify__orders
        order by all
        """
    ).fetchall()


def check_that_history_mattered(connection: duckdb.DuckDBPyConnection) -> None:
    """Without this the comparison could pass on an account in which nothing happens."""

    def values(column: str, table: str) -> set:
        return {value for (value,) in connection.sql(f"select {column} from {table}").fetchall()}

    assert values("seen_on", "history.extracts") == set(MORNINGS)
    assert "extracts" in values("curve_source", "intermediate.int_maturity_curve")
    assert {"increase", "decrease"} <= values("action", "allocation.decisions")
    holders = "features.holder_features"
    assert values("budget_level", holders) == {"adset", "campaign"}
    assert {"object", "seen", "estimated"} <= values("budget_source", holders)
    changes = values("round(budget_change_ratio, 2)", holders)
    assert changes == {None, RAISED_AD_SET, RAISED_CAMPAIGN, LOWERED_AD_SET}
    assert True in values("is_new_buyer", "intermediate.int_shopify__orders")


SMALLEST = CompiledProject(
    database="test",
    models=(
        Model("intermediate", "spend", "table", 'select sum(spend) as spend from "staging"."days"'),
    ),
    seeds=(),
    history={},
    appends=(),
    inputs=(("landing", "settings"), ("staging", "days")),
)
DAYS = {("staging", "days"): pa.table({"spend": [1.0, 2.0]})}


def test_tables_that_are_missing_are_named():
    pipeline = Pipeline(SMALLEST, ROOT)
    with pytest.raises(ValueError, match=r"missing: landing\.settings, staging\.days$"):
        pipeline.build({})
    with pytest.raises(ValueError, match=r"missing: landing\.settings$"):
        pipeline.build(DAYS)
    pipeline.build(DAYS | {("landing", "settings"): pa.table({"run_id": ["a"]})})
    assert pipeline.connection.sql("from intermediate.spend").fetchall() == [(3.0,)]


def test_a_project_is_compiled_once_for_each_version_of_its_code(tmp_path, monkeypatch):
    project = make_project(tmp_path / "project")
    first = compile_project(project)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", None)
        assert compile_project(project) == first
    model = project / "models" / "intermediate" / "int_as_of.sql"
    model.write_text("select * from {{ ref('nothing') }}")
    said = "depends on a node named 'nothing' which was not found"
    failed = subprocess.CompletedProcess([], 1, said, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(RuntimeError, match=f"dbt compile failed: {said}"):
        compile_project(project)
