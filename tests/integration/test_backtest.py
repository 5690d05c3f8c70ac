"""Past mornings show what a build of that morning shows, and nothing of what came after."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from python_jobs.simulation.closed_loop.engine import (
    Engine,
    default_settings,
    holder_ids,
    with_changes,
)
from python_jobs.simulation.closed_loop.loop import prepare
from python_jobs.simulation.closed_loop.worlds import WorldSpec, draw_settings
from python_jobs.simulation.tables import make_tables

DAYS = 119
INSIGHTS = ("staging", "stg_meta__insights")
KEY = ["decision_date", "budget_level", "budget_entity_id"]
NOT_KNOWN_THEN = ["status", "run_id", "is_decided", "minimum_budget"]
"""columns that a build of the morning itself reads from files of that morning"""


@pytest.fixture(scope="module")
def account():
    """An account that a buyer has managed for 17 weeks; two ad sets hold a budget together."""
    return prepare(draw_settings(WorldSpec("tuning", "10", "power", "buyer", 7)), days=DAYS)


@pytest.fixture(scope="module")
def customer(account):
    return account.export()


@pytest.fixture(scope="module")
def settings():
    return with_changes(default_settings(ROOT), {"backtest.weeks": 52})


@pytest.fixture(scope="module")
def tables(account, customer, settings):
    return make_tables(customer, account.seen().today, settings.rows, "run")


@pytest.fixture(scope="module")
def build(project, customer, settings):
    """Return a function from tables to the connection that shows what was built of them."""
    compiled = project.compiled()
    engines = []

    def build(tables):
        engine = Engine(compiled, ROOT, settings)
        engines.append(engine)
        engine.remember_budgets(customer)
        engine.pipeline.build(tables, with_backtest=True)
        return engine.pipeline.connection

    yield build
    for engine in engines:
        engine.close()


@pytest.fixture(scope="module")
def built(build, tables):
    return build(tables)


def changed(tables, table, sql):
    with duckdb.connect() as connection:
        connection.register("given", tables[table])
        return {**tables, table: connection.sql(sql).to_arrow_table()}


def rows(connection, sql):
    return connection.sql(sql).df().sort_values(KEY, ignore_index=True)


def test_a_past_morning_reads_as_a_build_for_it_does(account, settings, tables, build, built):
    """Built for the morning six weeks ago from the same files, decisions read the same."""
    morning = account.seen().today - timedelta(days=42)
    as_of = f"select * replace (date '{morning}' as as_of_requested) from given"
    then = build(changed(tables, ("landing", "run_settings"), as_of))
    expected = rows(then, "from allocation.decision_inputs where is_decided")
    found = rows(built, f"from backtest.backtest_panel where decision_date = date '{morning}'")
    columns = [name for name in expected.columns if name not in NOT_KNOWN_THEN]
    assert len(columns) > 100
    assert expected["projected_roas"].notna().all()
    spent = expected["spend_3d"] > 0
    pd.testing.assert_frame_equal(
        found[columns], expected.loc[spent, columns].reset_index(drop=True), rtol=1e-9
    )
    assert found["status"].isna().all()


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffling_the_future_changes_no_feature(account, tables, build, built, seed):
    """All days from the cut on are dealt out anew among ad sets, ads and days."""
    cut = account.seen().today - timedelta(days=35)
    numbers = "spend impressions link_clicks clicks_all purchases purchase_value".split()
    dealt = ", ".join(f"dealt.{name} as {name}" for name in numbers)
    shuffled = f"""
        with later as (
            select
                *, row_number() over (partition by level order by date_day, entity_id) as place,
                row_number() over (
                    partition by level order by hash(entity_id, date_day, {seed})
                ) as drawn
            from given where date_day >= date '{cut}'
        )
        select later.* exclude (place, drawn) replace ({dealt})
        from later inner join later as dealt
            on later.level = dealt.level and later.place = dealt.drawn
        union all by name
        from given where date_day < date '{cut}'
    """
    other = build(changed(tables, INSIGHTS, shuffled))
    sql = f"select * exclude (run_id) from backtest.backtest_panel where decision_date <= '{cut}'"
    before, after = rows(built, sql), rows(other, sql)
    features = [name for name in before.columns if not name.startswith("next_7d")]
    assert before["decision_date"].nunique() >= 8
    pd.testing.assert_frame_equal(after[features], before[features], rtol=1e-9)
    # the same shuffle changes what came of the mornings
    assert not np.allclose(after["next_7d_spend"], before["next_7d_spend"])


def test_what_came_of_a_morning_is_what_the_days_add_up_to(customer, built):
    panel = rows(built, "from backtest.backtest_panel where is_mature")
    history, place = customer.history, {key: i for i, key in enumerate(holder_ids(customer))}
    spend = np.stack([np.bincount(customer.ad_sets.holder, day) for day in history.spend])
    start = (panel["decision_date"].dt.date - history.first_day).map(lambda span: span.days)
    keys = zip(panel["budget_level"], panel["budget_entity_id"], start, strict=True)
    expected = [spend[day : day + 7, place[level, entity]].sum() for level, entity, day in keys]
    np.testing.assert_allclose(panel["next_7d_spend"], expected, rtol=1e-9)
    assert len(panel) == 12 * 6


def test_slopes_are_those_of_a_regression_with_effects_of_holders_and_weeks(built):
    """The last fold's own and type slopes against least squares with a dummy for each effect."""
    fold = built.sql("from backtest.backtest_folds order by fold desc limit 1").df().iloc[0]
    days = built.sql(
        f"""
        select entity_level, entity_id, date_day, spend, purchases_matured, purchase_value_matured
        from intermediate.int_entity_days
        where date_day between date '{fold.train_from.date()}' and date '{fold.train_to.date()}'
        """
    ).df()
    response = built.sql(f"from backtest.backtest_response where fold = {fold.fold}").df()
    days["week"] = (fold.train_to - days["date_day"]).dt.days // 7
    ids = set(response["budget_entity_id"])
    weeks = (
        days[days["entity_id"].isin(ids)]
        .groupby(["entity_id", "week"])
        .agg(
            n=("spend", "size"),
            spend=("spend", "sum"),
            least=("spend", "min"),
            purchases=("purchases_matured", "sum"),
            value=("purchase_value_matured", "sum"),
        )
        .query("n == 7 and least > 0")
        .reset_index()
    )
    floor = 0.5 * weeks["value"].sum() / weeks["purchases"].sum()
    y = np.log(np.maximum(weeks["value"], floor))
    x = np.log(weeks["spend"])
    effects = pd.get_dummies(weeks[["entity_id", "week"]].astype(str), dtype=float).to_numpy()

    def without_effects(values):
        return values - effects @ np.linalg.lstsq(effects, values, rcond=None)[0]

    weeks["x"], weeks["y"] = without_effects(x.to_numpy()), without_effects(y.to_numpy())
    weeks["xy"], weeks["xx"] = weeks["x"] * weeks["y"], weeks["x"] ** 2
    types = response.set_index("budget_entity_id")["audience_type"]
    weeks["type"] = weeks["entity_id"].map(types)
    sums = weeks.groupby("type")[["xy", "xx"]].sum()
    found = response.set_index("audience_type")["type_slope"]
    for audience_type, slope in (sums["xy"] / sums["xx"]).items():
        assert found[[audience_type]].iloc[0] == pytest.approx(slope, rel=1e-6)
    assert response["elasticity"].between(0.4, 1.0).all()


def test_without_weeks_there_is_no_backtest(account, tables, build):
    sql = "select * replace (if(parameter = 'backtest.weeks', '0', value) as value) from given"
    built = build(changed(tables, ("landing", "landing_parameters"), sql))
    for name in ("backtest_panel", "backtest_folds", "backtest_response"):
        assert built.table(f"backtest.{name}").fetchall() == []
    today = date.fromisoformat(str(account.seen().today))
    dates = built.sql("select distinct decision_date from allocation.unit_days").fetchall()
    assert dates == [(today,)]
