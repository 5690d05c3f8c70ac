"""The evidence behind budgets: the project's SQL against an independent computation in numpy.

`reference` does with arrays (days, units) what `models/allocation` does with tables. It starts at
`int_entity_days`: days, late purchases and orders are given, the statistics are compared.
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from python_jobs.config.load import load_parameters
from python_jobs.simulation.account import make_account
from python_jobs.simulation.ad_sets import budget_holders, draw_ad_sets
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.pipeline import Pipeline
from python_jobs.simulation.settings import AUDIENCES, WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.tables import make_tables, without_backtest
from python_jobs.simulation.world import World

DAYS = 70
FIRST_DAY = date(2026, 2, 1)
AS_OF = FIRST_DAY + timedelta(days=DAYS)
Z80 = 1.2816
INSIGHTS = ("staging", "stg_meta__insights")
ORDERS = ("staging", "stg_shopify__orders")
AD_SETS = ("staging", "stg_meta__adsets")
CAMPAIGNS = ("staging", "stg_meta__campaigns")
BUDGETS = ("staging", "stg_meta__budgets_seen")


@pytest.fixture(scope="module")
def customer():
    """Three campaigns, one with its own budget; budgets move, half of the ad sets are limited."""
    settings = WorldSettings(
        seed=11,
        ad_sets=12,
        ad_sets_per_campaign=4,
        median_daily_budget=150.0,
        limited_share=0.5,
        first_day=FIRST_DAY,
    )
    ad_sets = draw_ad_sets(settings)
    ad_sets = replace(
        ad_sets,
        holder=budget_holders(ad_sets.campaign, np.array([False, True, False])),
        first_day=np.where(np.arange(12) == 3, 45, 0),
    )
    world, budgets, results = World(settings, ad_sets), ad_sets.start_budgets, []
    rng = np.random.default_rng(5)
    for day in range(DAYS):
        if day % 9 == 4:
            budgets = np.round(budgets * rng.uniform(0.85, 1.2, len(budgets)), 2)
        results.append(world.step(budgets))
    ads = draw_ads(settings, ad_sets, days=DAYS)
    return record_customer(
        settings.seed,
        ad_sets,
        History.of(results),
        ads=ads,
        account=make_account(ad_sets, ads),
        shop=ShopSettings(earlier_days=100),
    )


@pytest.fixture(scope="module")
def parameters():
    found, problems = load_parameters(ROOT / "config", "moprobo", "meta")
    assert not problems
    return without_backtest(found)


@pytest.fixture(scope="module")
def compiled(project):
    return project.compiled()


@pytest.fixture(scope="module")
def built(customer, parameters, compiled):
    """The pipeline on the account, every morning's budgets seen."""
    pipeline = Pipeline(compiled, ROOT)
    remember_budgets(pipeline, customer)
    pipeline.build(make_tables(customer, AS_OF, parameters, "run"))
    yield pipeline.connection
    pipeline.connection.close()


def remember_budgets(pipeline, customer):
    """What a customer who builds every morning has in its history."""
    seen = pd.DataFrame(
        [
            ("run", FIRST_DAY + timedelta(days=day + 1), level, entity, budget)
            for holder, (level, entity) in enumerate(holders_of(customer))
            for day, budget in enumerate(customer.history.budgets[:-1, holder])
        ],
        columns=["run_id", "seen_on", "entity_level", "entity_id", "daily_budget"],
    )
    pipeline.connection.register("seen", seen)
    pipeline.connection.execute("insert into history.budgets_seen by name from seen")
    pipeline.connection.unregister("seen")


def holders_of(customer):
    """Level and id of each budget holder, in the order of the world's budgets."""
    account, ad_sets = customer.account, customer.ad_sets
    first = [np.flatnonzero(ad_sets.holder == holder)[0] for holder in range(ad_sets.holders)]
    campaigns = [ad_sets.campaign[unit] for unit in first]
    return [
        ("campaign", account.campaign_ids[campaign])
        if account.campaign_holds_budget[campaign]
        else ("adset", account.ad_set_ids[unit])
        for unit, campaign in zip(first, campaigns, strict=True)
    ]


# --- the same statistics with arrays


def days_by_unit(connection, customer):
    """Arrays (days, units) of what int_entity_days shows, NaN where there is no row or no value."""
    rows = connection.sql("from intermediate.int_entity_days where entity_level = 'adset'").df()
    rows = rows.set_index(["date_day", "entity_id"])
    measures = "spend link_clicks purchases purchase_value shopify_orders share_visible".split()
    order = list(customer.account.ad_set_ids)
    return SimpleNamespace(
        **{
            name: rows[name].astype(float).unstack()[order].sort_index().to_numpy()  # noqa: PD010
            for name in measures
        }
    )


def reference(days, customer, s):
    """Return per holder what `decision_inputs` should hold, by the formulas of the design."""
    ad_sets = customer.ad_sets
    holder, kind = ad_sets.holder, ad_sets.audience
    age = np.arange(len(days.spend))[::-1][:, None]
    spend = np.nan_to_num(days.spend)
    live = spend > 0
    by_holder = np.eye(ad_sets.holders)[holder]

    # response to spend
    current = np.nanmean(days.spend[-3:], axis=0)
    usual = np.exp(np.nanmean(np.log(np.where(live, spend, np.nan)), axis=0))
    elasticity_there = np.array([s[f"elasticity.{name}"] for name in AUDIENCES])[kind]
    odds, k = elasticity_there / (1 - elasticity_there), s["elasticity_decline"]

    def log_response(u):
        return u - np.log((odds + np.exp(k * u)) / (odds + 1)) / k

    with np.errstate(divide="ignore"):
        gained = log_response(np.log(spend / usual)) - log_response(np.log(current / usual))
    exposure = np.where(live, current * np.exp(np.where(live, gained, 0)), 0)
    x = (current / usual) ** k
    elasticity = odds / (odds + x)
    steepening = (1 - elasticity) + k * x / (odds + x)

    # clicks
    clicks = np.nan_to_num(days.link_clicks)
    expected = exposure * (clicks.sum(axis=1) / exposure.sum(axis=1))[:, None]
    share = clicks.sum(axis=0) / expected.sum(axis=0)
    week = np.abs(age - age.T) <= 3
    week[-3:] = age.T < 7
    week = week.astype(np.float64)
    index = (week @ clicks / share + s["click_prior"]) / (week @ expected + s["click_prior"])
    exposure = exposure * (index / index[-1]) ** s["click_weight"]

    # purchases, as if all days were like today
    weight = 0.5 ** (age / s["half_life_days"])
    known = ~np.isnan(days.purchases)
    share_visible = np.nan_to_num(days.share_visible)
    exposed = (weight * exposure * share_visible * known).sum(axis=0)
    seen = (weight * np.nan_to_num(days.purchases)).sum(axis=0)
    worth = (weight * np.nan_to_num(days.purchase_value)).sum(axis=0)
    one = (weight**2 * np.nan_to_num(days.purchases)).sum() / seen.sum()
    rate, order_value = seen.sum() / exposed.sum(), worth.sum() / seen.sum()
    mu, n = rate * exposed / one, seen / one
    part = mu / mu.sum()
    spread = max((part * (n / mu - 1) ** 2).sum() - (part / mu).sum(), 0.02)
    prior, count = s["prior_variance_units"], len(mu)
    spread = (spread * count + s["prior_variance"] * prior) / (count + prior)
    kappa = 1 / spread
    value = worth + s["aov_prior_purchases"] * order_value
    value = value / (seen + s["aov_prior_purchases"])
    claimed = rate * (kappa + n) / (kappa + mu) * value

    # Shopify
    both = ~np.isnan(days.shopify_orders) & known & (age < s["shopify_days"])
    bought = np.where(both, days.purchases, 0).sum(axis=0)
    ordered = np.where(both, days.shopify_orders, 0).sum(axis=0)
    retargeting = kind == AUDIENCES.index("retargeting")
    account_ratio = ordered.sum() / bought.sum()
    drawn = s["shopify_prior_orders"]
    ratio = {
        side: (ordered[retargeting == side].sum() + drawn)
        / (bought[retargeting == side].sum() * account_ratio + drawn)
        for side in (False, True)
    }
    assert ratio[True] < 1, "last clicks that favour retargeting would not be believed"
    correction = np.where(retargeting, ratio[True], ratio[False]) ** s["shopify_weight"]
    roas = claimed * correction

    # ad sets inside a campaign
    total = spend @ by_holder
    w = 0.5 ** (age / s["member_response_half_life_days"]) * live
    log_total = np.log(np.where(live, total[:, holder], 1))
    log_own = np.log(np.where(live, spend, 1))
    mean_total = (w * log_total).sum(axis=0) / w.sum(axis=0)
    mean_own = (w * log_own).sum(axis=0) / w.sum(axis=0)
    together = (w * (log_total - mean_total) * (log_own - mean_own)).sum(axis=0)
    alone = (w * (log_total - mean_total) ** 2).sum(axis=0)
    holder_spend = current @ by_holder
    steep = 1 / np.maximum(1 - elasticity, 0.08)
    steep = steep / ((current * steep) @ by_holder / holder_spend)[holder]
    drawn = s["member_response_prior"]
    follows = np.clip((together + drawn * steep) / (alone + drawn), 0, 4)
    follows = np.where(np.bincount(holder)[holder] > 1, follows, 1)
    relative = follows / ((current * follows) @ by_holder / holder_spend)[holder]

    # holders
    reached = current * np.maximum(follows, 0.02)
    projected = (current * roas) @ by_holder / holder_spend
    marginal = (reached * elasticity * roas) @ by_holder / (reached @ by_holder)
    falls = (reached * elasticity * roas * relative * steepening) @ by_holder
    falls = falls / ((reached * elasticity * roas) @ by_holder)
    unsure = s["interval_spread"] / (kappa + n)
    of_week = (clicks[-7:].sum(axis=0) / share) @ by_holder
    return pd.DataFrame(
        {
            "projected_roas": projected,
            "prior_roas": (current * rate * value * correction) @ by_holder / holder_spend,
            "roas_sd": np.sqrt(((current * roas) ** 2 * unsure) @ by_holder)
            / ((current * roas) @ by_holder),
            "evidence_weight": (current * mu / (kappa + mu)) @ by_holder / holder_spend,
            "evidence_purchases": n @ by_holder,
            "expected_purchases": mu @ by_holder,
            "marginal_roas": marginal,
            "elasticity": marginal / projected,
            "curvature": np.maximum(falls, np.where(by_holder.sum(axis=0) > 1, 0.1, 0.05)),
            "current_spend": holder_spend,
            "reference_spend": usual @ by_holder,
            "delivery_ceiling": ceilings(total, customer.history.budgets, s),
            "shopify_correction": projected / ((current * claimed) @ by_holder / holder_spend),
            "click_index": (of_week + s["click_prior"])
            / (expected[-7:].sum(axis=0) @ by_holder + s["click_prior"]),
        }
    )


def ceilings(spend, budgets, s):
    """Geometric mean of spend on the days on which it fell short of the budget; (holders,)."""
    last = int(s["limited_days"])
    spend, budgets = spend[-last:], np.round(budgets[-last:], 2)
    padded = np.pad(spend / budgets, ((1, 1), (0, 0)), mode="edge")
    limited = (padded[:-2] + padded[1:-1] + padded[2:]) / 3 < s["limited_below"]
    weight = 0.5 ** (np.arange(last)[::-1][:, None] / s["ceiling_half_life_days"]) * limited
    with np.errstate(invalid="ignore"):
        ceiling = np.exp((weight * np.log(spend)).sum(axis=0) / weight.sum(axis=0))
    return np.where(limited.sum(axis=0) >= s["limited_min_days"], ceiling, np.nan)


def test_the_sql_gives_what_arrays_give(built, customer, parameters):
    evidence = {
        p.parameter.removeprefix("evidence."): json.loads(p.value)
        for p in parameters
        if p.parameter.startswith("evidence.")
    }
    assert evidence["history_days"] >= DAYS
    expected = reference(days_by_unit(built, customer), customer, evidence)
    found = built.sql("from allocation.decision_inputs").df().set_index("budget_entity_id")
    found = found.loc[[entity for _, entity in holders_of(customer)]].reset_index()
    assert len(found) == customer.ad_sets.holders
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, rtol=1e-9, check_dtype=False, check_exact=False
    )
    check_that_something_happened(found, expected)
    account = (expected["current_spend"] * expected["projected_roas"]).sum()
    account /= expected["current_spend"].sum()
    np.testing.assert_allclose(found["account_projected_roas"], account)
    np.testing.assert_allclose(
        found["roas_index_high"],
        expected["projected_roas"] / account * np.exp(Z80 * expected["roas_sd"]),
    )


def check_that_something_happened(found, expected):
    """Without this the comparison could pass on an account in which nothing differs."""
    assert set(found["budget_level"]) == {"adset", "campaign"}
    assert expected["delivery_ceiling"].notna().sum() >= 2
    assert expected["delivery_ceiling"].isna().any()
    assert expected["shopify_correction"].max() > 1.1 > 0.9 > expected["shopify_correction"].min()
    assert set(found["shopify_correction_source"]) <= {"audience type"}
    assert (abs(np.log(expected["current_spend"] / expected["reference_spend"])) > 0.05).any()
    assert (abs(expected["click_index"] - 1) > 0.05).any()


# --- accounts with something missing, and accounts written down otherwise


def changed(tables, *changes):
    """The tables after changes: table -> SQL over `given`."""
    tables = dict(tables)
    for table, sql in changes:
        with duckdb.connect() as connection:
            connection.register("given", tables[table])
            tables[table] = connection.sql(sql).to_arrow_table()
    return tables


@pytest.fixture(scope="module")
def tables(customer, parameters):
    return make_tables(customer, AS_OF, parameters, "run")


@pytest.fixture(scope="module")
def inputs_of(compiled):
    """Return a function from tables to the allocation layer and its `decision_inputs`."""
    pipeline = Pipeline(compiled, ROOT)

    def build(tables):
        pipeline.build(tables)
        order = "decision_date, budget_level, budget_entity_id"
        frame = pipeline.connection.sql(f"from allocation.decision_inputs order by {order}").df()
        return pipeline.connection, frame

    yield build
    pipeline.connection.close()


@pytest.fixture(scope="module")
def usual(tables, inputs_of):
    """`decision_inputs` of the account as it is."""
    _, inputs = inputs_of(tables)
    return inputs


NO_ROWS = "from given limit 0"
ONE_DAY = f"from given where date_day = date '{AS_OF}' - 1"
SOME = "right(adset_id, 1) = '7'"
ODD_ACCOUNTS = {
    "no orders": [(ORDERS, NO_ROWS)],
    "no purchases known": [
        (
            INSIGHTS,
            "select * replace (null::bigint as purchases, null as purchase_value) from given",
        )
    ],
    "nothing bought": [
        (INSIGHTS, "select * replace (0::bigint as purchases, 0 as purchase_value) from given")
    ],
    "no clicks": [
        (INSIGHTS, "select * replace (null::bigint as link_clicks, null as clicks_all) from given")
    ],
    "clicks of one kind": [(INSIGHTS, "select * replace (null::bigint as link_clicks) from given")],
    "nothing spent": [(INSIGHTS, "select * replace (0 as spend) from given")],
    "one day": [(INSIGHTS, ONE_DAY)],
    "one ad set": [
        (INSIGHTS, "from given where adset_id = (select min(adset_id) from given)"),
        (ORDERS, NO_ROWS),
    ],
    "no objects": [
        (AD_SETS, NO_ROWS),
        (CAMPAIGNS, NO_ROWS),
        (BUDGETS, NO_ROWS),
    ],
    "campaigns alone": [
        (INSIGHTS, "from given where level in ('account', 'campaign')"),
        (AD_SETS, NO_ROWS),
        (BUDGETS, NO_ROWS),
    ],
    "a pause of a month": [
        (INSIGHTS, f"from given where date_day < date '{AS_OF}' - 35 or level = 'account'")
    ],
    "two currencies": [
        (INSIGHTS, f"select * replace (if({SOME}, 'EUR', currency) as currency) from given")
    ],
}
NEEDS_PURCHASES = {"no purchases known", "nothing bought"}


@pytest.mark.parametrize("case", ODD_ACCOUNTS)
def test_every_number_is_finite_or_unknown(case, tables, inputs_of):
    connection, inputs = inputs_of(changed(tables, *ODD_ACCOUNTS[case]))
    assert len(inputs) > 0
    numbers = connection.sql(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where schema_name = 'allocation' and data_type = 'DOUBLE'"
    ).fetchall()
    assert len(numbers) > 100
    for table, column in numbers:
        [(strange,)] = connection.sql(
            f"select count(*) from {table} where not isfinite({column})"
        ).fetchall()
        assert strange == 0, (table, column)
    for column in ("current_budget", "minimum_budget", "account_budget_target", "current_spend"):
        assert inputs[column].notna().all(), column
    assert inputs["projected_roas"].isna().all() == (case in NEEDS_PURCHASES | {"nothing spent"})
    assert inputs["currency"].isna().all() == (case == "two currencies")
    if case in {"no orders", "one ad set", "one day"}:
        assert set(inputs["shopify_correction_source"]) == {"none"}
        assert set(inputs["shopify_correction"]) == {1}


def test_campaigns_without_known_ad_sets_are_units_themselves(tables, inputs_of):
    connection, inputs = inputs_of(changed(tables, *ODD_ACCOUNTS["campaigns alone"]))
    assert set(inputs["budget_level"]) == {"campaign"}
    assert connection.sql("select distinct unit_level from allocation.units").fetchall() == [
        ("campaign",)
    ]
    assert inputs["marginal_roas"].notna().all()


def test_money_that_is_worth_half_changes_nothing_but_amounts(tables, usual, inputs_of):
    money = "spend * 2 as spend, purchase_value * 2 as purchase_value"
    money += ", purchase_value_1d_click * 2 as purchase_value_1d_click"
    money += ", purchase_value_7d_click * 2 as purchase_value_7d_click"
    twice_the_budget = "select * replace (daily_budget * 2 as daily_budget) from given"
    _, after = inputs_of(
        changed(
            tables,
            (INSIGHTS, f"select * replace ({money}) from given"),
            *((table, twice_the_budget) for table in (AD_SETS, CAMPAIGNS, BUDGETS)),
            (ORDERS, "select * replace (revenue * 2 as revenue, total * 2 as total) from given"),
        )
    )
    amounts = ["current_budget", "account_budget_target", "current_spend", "reference_spend"]
    same = ["projected_roas", "marginal_roas", "roas_sd", "elasticity", "curvature", "click_index"]
    same += ["shopify_correction", "roas_index_low", "weekend_index", "roas_recent", "budget_share"]
    for column in amounts:
        np.testing.assert_allclose(after[column], 2 * usual[column])
    for column in same:
        np.testing.assert_allclose(after[column], usual[column], rtol=1e-9)


def test_the_order_of_rows_means_nothing(tables, usual, inputs_of):
    shuffle = "from given order by hash(entity_id || date_day)"
    _, after = inputs_of(
        changed(tables, (INSIGHTS, shuffle), (AD_SETS, "from given order by hash(adset_id)"))
    )
    pd.testing.assert_frame_equal(after, usual, rtol=1e-9)


def test_what_comes_after_the_morning_changes_nothing(tables, inputs_of):
    cut = AS_OF - timedelta(days=20)
    later = f"date_day >= date '{cut}'"
    earlier_morning = (
        ("landing", "run_settings"),
        f"select * replace (date '{cut}' as as_of_requested) from given",
    )
    _, before = inputs_of(changed(tables, earlier_morning))
    _, after = inputs_of(
        changed(
            tables,
            earlier_morning,
            (
                INSIGHTS,
                f"select * replace (if({later}, spend * 3, spend) as spend, "
                f"if({later}, purchases * 5, purchases) as purchases, "
                f"if({later}, link_clicks * 2, link_clicks) as link_clicks) from given",
            ),
            (
                ORDERS,
                f"from given where not (day_as_written >= date '{cut}' "
                "and right(order_name, 1) = '7')",
            ),
        )
    )
    assert (before["decision_date"].dt.date == cut).all()
    assert before["projected_roas"].notna().all()
    pd.testing.assert_frame_equal(after, before, rtol=1e-9)


def test_files_of_a_later_morning_tell_what_an_earlier_one_saw(customer, parameters, inputs_of):
    """Purchases of the week before the cut: what had come in by then, as far as shares tell."""
    cut = AS_OF - timedelta(days=20)
    seen = []
    for tables in (
        make_tables(customer, cut, parameters, "run"),
        changed(
            make_tables(customer, AS_OF, parameters, "run"),
            (
                ("landing", "run_settings"),
                f"select * replace (date '{cut}' as as_of_requested) from given",
            ),
        ),
    ):
        connection, inputs = inputs_of(tables)
        assert (inputs["decision_date"].dt.date == cut).all()
        [week] = connection.sql(
            "select sum(purchases), sum(purchases / share_visible) from allocation.unit_days "
            "where age_days < 7"
        ).fetchall()
        seen.append(week)
    then, now = seen
    age = (cut - FIRST_DAY).days - 1 - customer.history.purchase_day
    final = customer.history.purchases.credited[(age >= 0) & (age < 7)].sum()
    assert final > 1.1 * then[0]
    assert now == pytest.approx(then, rel=0.05)
