"""What the records of an account of the audience side say, as tables and as API objects."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from python_jobs.config.load import load_parameters
from python_jobs.simulation.ad_sets import draw_ad_sets
from python_jobs.simulation.audience.activities import edits
from python_jobs.simulation.audience.build import make_customer
from python_jobs.simulation.audience.reach import frequency, pool_of_frequency, reach
from python_jobs.simulation.audience.tables import make_audience_tables
from python_jobs.simulation.audience.targeting import audience_name
from python_jobs.simulation.breakdowns_writer import BreakdownRequest
from python_jobs.simulation.objects_writer import (
    ad_set_objects,
    campaign_objects,
    custom_audience_objects,
)
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.world import World

CONFIG = Path(__file__).parents[4] / "config"
TARGETING = {
    "age_min": int,
    "age_max": int,
    "genders": list,
    "geo_locations": dict,
    "locales": list,
    "flexible_spec": list,
    "custom_audiences": list,
    "excluded_custom_audiences": list,
    "publisher_platforms": list,
    "facebook_positions": list,
    "targeting_automation": dict,
}


@pytest.fixture(scope="module")
def tables(flawed):
    parameters = load_parameters(CONFIG, "moprobo", "meta")[0]
    made = make_audience_tables(flawed, flawed.as_of, parameters, "a run")
    names = ("stg_meta__insights", "stg_meta__breakdowns")
    return {name: plain(made["staging", name]).to_pandas() for name in names}


def plain(table):
    """The table with texts instead of places among them."""
    columns = {
        name: table[name].cast(pa.string()) if pa.types.is_dictionary(kind) else table[name]
        for name, kind in zip(table.column_names, table.schema.types, strict=True)
    }
    return pa.table(columns)


def test_the_same_spec_gives_the_same_account_and_another_seed_another(clean):
    again = make_customer(clean.spec)
    for name in ("fields", "targetings", "ad_set_names", "custom_audiences"):
        assert getattr(again.customer.account, name) == getattr(clean.customer.account, name)
    for name in ("spend", "expected_revenue", "budgets"):
        one, two = getattr(again.customer.history, name), getattr(clean.customer.history, name)
        assert np.array_equal(one, two)
    assert np.array_equal(again.customer.orders.created, clean.customer.orders.created)
    for kind, cells in again.customer.cells.items():
        assert np.array_equal(cells.buy, clean.customer.cells[kind].buy)
    other = make_customer(replace(clean.spec, seed=5))
    assert not np.array_equal(other.customer.history.spend, clean.customer.history.spend)


def test_worlds_without_the_new_fields_are_the_worlds_they_were():
    settings = WorldSettings(seed=5, ad_sets=8, ad_sets_per_campaign=4, campaign_budget_share=0.5)
    plain = draw_ad_sets(settings)
    n = len(plain)
    spelled_out = replace(plain, last_day=np.full(n, 10**6), least_spend=np.zeros(n))
    one, two = World(settings, plain), World(settings, spelled_out)
    for _ in range(12):
        a, b = one.step(one.start_budgets), two.step(one.start_budgets)
        assert np.array_equal(a.spend, b.spend)
        assert np.array_equal(a.purchases.value, b.purchases.value)


def test_a_last_day_a_least_spend_and_an_edit_do_what_they_say():
    settings = WorldSettings(seed=5, ad_sets=4, ad_sets_per_campaign=4, campaign_budget_share=1.0)
    plain = replace(draw_ad_sets(settings), capacity=np.full(4, 1e6))
    budgets = plain.start_budgets
    least = np.array([0.5, 0.0, 0.0, 0.0]) * budgets.sum()
    held = World(settings, replace(plain, least_spend=least)).step(budgets)
    assert held.ad_set_budgets[0] == pytest.approx(least[0], rel=1e-3)
    assert held.ad_set_budgets.sum() == pytest.approx(budgets.sum())
    ending = World(settings, replace(plain, last_day=np.array([1, 9, 9, 9])))
    spent = [ending.step(budgets).spend[0] for _ in range(4)]
    assert [amount > 0 for amount in spent] == [True, True, False, False]
    edited = World(replace(settings, other_edits=((2, 1),)), plain)
    since = [edited.step(budgets).days_since_edit[1] for _ in range(4)]
    assert since == [60, 61, 0, 1]


def test_breakdowns_add_up_to_ad_sets_and_ads_too(tables):
    insights, cells = tables["stg_meta__insights"], tables["stg_meta__breakdowns"]
    by_level = {
        level: rows.groupby(["adset_id", "date_day"], observed=True)[["spend", "impressions"]].sum()
        for level, rows in insights.groupby("level", observed=True)
        if level in ("adset", "ad")
    }
    kinds = {"age": "age", "country": "country", "placement": "platform_position"}
    for column in (*kinds.values(), "region"):
        own = cells[cells[column].notna()]
        sums = own.groupby(["adset_id", "date_day"], observed=True)[["spend", "impressions"]].sum()
        assert (sums == by_level["adset"]).all().all(), column
        bought = own.purchases.sum()
        assert bought == (0 if column == "region" else insights_purchases(insights)), column
    assert (by_level["ad"] == by_level["adset"]).all().all()


def insights_purchases(insights):
    return insights[insights.level == "adset"].purchases.sum()


def test_cells_differ_by_ad_set_as_planted(tables, flawed, place_of):
    cells, ids = tables["stg_meta__breakdowns"], flawed.customer.account.ad_set_ids
    leak = cells[cells.adset_id == ids[place_of["placement_leak"][0]]]
    leak = leak[leak.publisher_platform.notna()].astype({"spend": float})
    network = leak[leak.publisher_platform == "audience_network"]
    share = network.spend.sum() / leak.spend.sum()
    assert share == pytest.approx(0.15 * 1.5, rel=0.02)
    cpa = network.spend.sum() / network.purchases.sum()
    assert cpa / (leak.spend.sum() / leak.purchases.sum()) == pytest.approx(2 * 1.5, rel=0.25)
    mixed = cells[cells.adset_id == ids[place_of["mixed_countries"][0]]]
    mixed = mixed[mixed.country.notna()].astype({"spend": float})
    sums = mixed.groupby("country", observed=True)[["spend", "purchase_value"]].sum()
    roas = sums.purchase_value / sums.spend
    assert roas["US"] / roas["CA"] == pytest.approx(2 * 2.0, rel=0.2)
    # nothing is delivered where nothing is targeted
    targeted = dict(zip(ids, flawed.customer.account.targetings, strict=True))
    pairs = cells.loc[cells.country.notna(), ["adset_id", "country"]].drop_duplicates()
    for key, country in pairs.itertuples(index=False):
        assert country in targeted[key]["geo_locations"]["countries"]


def test_orders_are_shipped_where_ads_are_shown(clean):
    customer = clean.customer
    orders, bought = customer.orders, customer.history.purchases
    _, first = np.unique(orders.customer, return_index=True)
    first = first[orders.purchase[first] >= 0]
    home = {"US": range(5), "CA": [5], "GB": [6], "AU": [7], "IE": [8], "NZ": [9]}
    plans = [clean.draft.ad_sets[place] for place in bought.ad_set[orders.purchase[first]]]
    for place, plan in zip(orders.place[first].tolist(), plans, strict=True):
        assert any(place in home[country] for country in plan.countries)


def test_edits_are_what_budgets_did(flawed, place_of):
    ids, made = flawed.customer.account.ad_set_ids, edits(flawed)
    switched = [e for e in made if e.entity_id == ids[place_of["on_off_switching"][0]]]
    recent = [e for e in switched if (flawed.as_of - e.day).days <= 14]
    assert [e.new for e in recent] == ["Inactive", "Active"] * 3  # 1.5 times the threshold of 4
    reacted = [e for e in made if e.entity_id == ids[place_of["reacted_to_immature_days"][0]]]
    [raised, cut] = [e for e in reacted if e.change == "budget"]
    assert (cut.day - raised.day) == timedelta(days=2)
    assert float(cut.new) / float(cut.old) == pytest.approx(0.7, abs=0.001)
    days = [edit.day for edit in made]
    assert days == sorted(days)


def test_objects_say_what_was_set(flawed, place_of):
    items = ad_set_objects(flawed.customer, flawed.as_of)

    def only(kind):
        [place] = place_of[kind]
        return items[place]

    assert only("throttled_by_bid")["bid_strategy"] == "LOWEST_COST_WITH_BID_CAP"
    assert only("throttled_by_bid")["bid_amount"] > 0
    ended = (flawed.as_of - timedelta(days=10)).isoformat()
    assert str(only("spends_past_end")["end_time"]).startswith(ended)
    clicks = [{"event_type": "CLICK_THROUGH", "window_days": 1}]
    assert only("mixed_attribution")["attribution_spec"] == clicks
    lists = [items[place] for place in place_of["minimums_bind_campaign"]]
    least = sum(int(str(item["daily_min_spend_target"])) for item in lists)
    [campaign] = [
        c
        for c in campaign_objects(flawed.customer, flawed.as_of)
        if c["id"] == lists[0]["campaign_id"]
    ]
    assert least / int(str(campaign["daily_budget"])) == pytest.approx(0.75, abs=0.001)
    one, two = (items[place]["targeting"] for place in place_of["duplicate_ad_sets"])
    assert one == two


def test_targeting_keeps_to_the_fields_of_the_api(flawed, clean):
    for account in (flawed, clean):
        audiences = {item["id"] for item in custom_audience_objects(account.customer)}
        for targeting in account.customer.account.targetings:
            for key, value in targeting.items():
                assert isinstance(value, TARGETING[key]), key
            assert 13 <= targeting["age_min"] <= targeting["age_max"] <= 65
            assert all(len(c) == 2 and c.isupper() for c in targeting["geo_locations"]["countries"])
            named = targeting.get("custom_audiences", [])
            named = named + targeting.get("excluded_custom_audiences", [])
            assert {audience["id"] for audience in named} <= audiences
            for group in targeting.get("flexible_spec", []):
                assert all(item["id"].isdigit() and item["name"] for item in group["interests"])
            assert targeting["targeting_automation"]["advantage_audience"] in (0, 1)
            assert set(targeting.get("genders", [])) <= {1, 2}


def test_lookalikes_name_what_they_are_made_of(clean):
    items = {item["id"]: item for item in custom_audience_objects(clean.customer)}
    made = [item for item in items.values() if item["subtype"] == "LOOKALIKE"]
    assert made
    for item in made:
        [origin] = item["lookalike_spec"]["origin"]
        assert items[origin["id"]]["name"] == origin["name"]
        assert 0.01 <= item["lookalike_spec"]["ratio"] <= 0.10
        low, high = (item[f"approximate_count_{side}_bound"] for side in ("lower", "upper"))
        assert 1.15 < high / low < 1.20


def test_a_shorter_request_gives_the_last_days_only(clean):
    parameters = load_parameters(CONFIG, "moprobo", "meta")[0]
    few = (BreakdownRequest("country", last_days=5),)
    made = make_audience_tables(clean, clean.as_of, parameters, "a run", breakdowns=few)
    cells = made["staging", "stg_meta__breakdowns"]
    assert pc.min(cells["date_day"]).as_py() == clean.as_of - timedelta(days=5)
    earlier = clean.as_of - timedelta(days=20)
    made = make_audience_tables(clean, earlier, parameters, "a run", breakdowns=few)
    assert pc.max(made["staging", "stg_meta__breakdowns"]["date_day"]).as_py() < earlier
    assert pc.max(made["staging", "stg_meta__activities"]["changed_on"]).as_py() < earlier


def test_cells_that_differ_by_ad_set_are_no_campaigns(clean):
    parameters = load_parameters(CONFIG, "moprobo", "meta")[0]
    coarse = (BreakdownRequest("country", "campaign"),)
    with pytest.raises(ValueError, match="ask for them at that level"):
        make_audience_tables(clean, clean.as_of, parameters, "a run", breakdowns=coarse)


def test_reach_by_hand():
    # 350 of 1,000 are there; 1,000 impressions meet 350 (1 - e^-(1000/350)) / 1.12 = 294.6 of them;
    # in 2 days 1,000 (1 - (1 - 0.2946)^2) = 502.4
    shown, pool = np.array([1000.0]), np.array([1000.0])
    assert reach(shown, pool, 1)[0] == pytest.approx(294.6, abs=0.1)
    assert reach(shown, pool, 2)[0] == pytest.approx(502.4, abs=0.1)
    assert frequency(shown, pool, 2)[0] == pytest.approx(2000 / 502.4, abs=0.01)
    found = pool_of_frequency(1000.0, 3.0)
    assert frequency(shown, np.array([found]))[0] == pytest.approx(3.0)


def test_no_ad_set_reaches_more_people_than_its_audience_holds(clean):
    sizes = {
        audience["name"]: audience["approximate_count_upper_bound"]
        for audience in clean.customer.account.custom_audiences
    }
    named = [(plan, audience_name(plan)) for plan in clean.draft.ad_sets]
    pools = [(plan.pool, sizes[name]) for plan, name in named if name]
    assert len(pools) > 5
    assert all(pool <= size for pool, size in pools)
