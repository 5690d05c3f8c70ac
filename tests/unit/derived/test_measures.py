"""Measures of small published warehouses, each figure worked out by hand beside it."""

import math
from datetime import date, timedelta

import pytest
from published import fill, holders, make_warehouse

from python_jobs.derived.measures import (
    Lacking,
    click_fatigue,
    conversion_rate_spread,
    cpa_spread,
    learning_events,
    order_value_variation,
    purchase_cost,
    roas_spread,
)


@pytest.fixture
def warehouse():
    with make_warehouse() as connection:
        yield connection


def decide(warehouse, log_distance, open_variance, purchases=20, roas=2.0, count=12, **pool):
    """Put holders as far above a ROAS as others below it; intervals are as wide as published."""
    width = math.exp(1.2816 * math.sqrt(1.3 * open_variance + 0.14**2 + 0.10**2))
    known = [{"spend_28d": 900, "purchases_28d": purchases, **pool}] * count
    for place, holder in enumerate(holders(*known)):
        estimate = roas * math.exp(log_distance if place % 2 else -log_distance)
        key = {
            "budget_level": "adset",
            "budget_entity_id": f"{holder['budget_entity_id']} of {sorted(pool.items())}",
        }
        fill(warehouse, "features.holder_features", holder | key)
        fill(
            warehouse,
            "results.budget_allocations",
            {
                **key,
                "projected_roas": estimate,
                "projected_roas_low": estimate / width,
                "projected_roas_high": estimate * width,
            },
        )


def test_true_roas_spreads_by_the_estimates_and_by_what_they_leave_open(warehouse):
    decide(warehouse, 0.4, 0.02)
    spread = roas_spread(warehouse)
    # 12 * 0.4^2 / 11 + 0.02 = 0.194545
    assert spread.value == pytest.approx(0.441073, abs=1e-5)
    # each tells 1 - 0.02 / 0.194545 = 0.897196; twelve squared 9.65937: e^(1.2816 / sqrt(2 * that))
    assert spread.high / spread.value == pytest.approx(1.33856, abs=1e-4)
    assert spread.value / spread.low == pytest.approx(1.33856, abs=1e-4)
    assert spread.evidence == "12 holders, 240 purchases in 28 days"


@pytest.mark.parametrize(
    "pool",
    [{"account_id": "a2"}, {"optimization_goal": "LEADS"}, {"attribution_setting": "1d_click"}],
)
def test_holders_that_are_not_compared_with_each_other_are_no_spread(warehouse, pool):
    decide(warehouse, 0.4, 0.02)
    decide(warehouse, 0.4, 0.02, roas=20.0, **pool)
    # 24 * 0.4^2 / 22 + 0.02 = 0.194545, as before
    assert roas_spread(warehouse).value == pytest.approx(0.441073, abs=1e-5)


@pytest.mark.parametrize(
    ("purchases", "open_variance", "why"),
    [
        (8, 0.02, "96 purchases in 28 days; it takes 100"),
        # 0.16 * 12 / 11 + 0.5 = 0.674545, of which each tells 0.258760, twelve squared 0.80348
        (20, 0.5, "what is not chance counts as 0.8 holders; it takes 5"),
    ],
)
def test_estimates_of_few_purchases_tell_no_spread(warehouse, purchases, open_variance, why):
    decide(warehouse, 0.4, open_variance, purchases)
    assert roas_spread(warehouse) == Lacking(why)


def rates(*purchases):
    return holders(
        *({"spend_28d": 1000, "link_clicks_28d": 500, "purchases_28d": each} for each in purchases)
    )


def test_what_counting_explains_is_no_spread_of_costs(warehouse):
    fill(warehouse, "features.holder_features", *rates(*[60, 140] * 6))
    # 100 expected of each: (12 * 40^2 / 100 - 11) / (1200 - 12 * 100^2 / 1200) = 181 / 1100
    assert cpa_spread(warehouse).value == pytest.approx(math.sqrt(181 / 1100))
    assert conversion_rate_spread(warehouse).value == pytest.approx(math.sqrt(181 / 1100))


def test_holders_of_another_day_do_not_count(warehouse):
    fill(warehouse, "features.holder_features", *rates(*[60, 140] * 6))
    earlier = [{**row, "decision_date": "2026-05-25"} for row in rates(*[1, 900] * 6)]
    fill(warehouse, "features.holder_features", *earlier)
    assert cpa_spread(warehouse).value == pytest.approx(math.sqrt(181 / 1100))


def test_differences_that_chance_explains_tell_no_spread(warehouse):
    # 12 * 5^2 / 100 = 3, where chance alone makes 11
    fill(warehouse, "features.holder_features", *rates(*[95, 105] * 6))
    assert "no more than chance" in cpa_spread(warehouse).why


def test_days_of_many_purchases_tell_as_much_of_order_values_as_days_of_one(warehouse):
    def days(ad_set, purchases, *values):
        return [
            {"account_id": "a1", "adset_id": ad_set, "purchases": purchases, "purchase_value": each}
            for each in values
        ]

    fill(warehouse, "results.adset_daily", *days("one", 1, *[50, 150] * 50))
    fill(warehouse, "results.adset_daily", *days("four", 4, *[300, 500] * 25))
    fill(warehouse, "results.adset_daily", *days("none", 0, 0))
    variation = order_value_variation(warehouse)
    # (+-0.5)^2 * 1 = (+-0.25)^2 * 4 = 0.25 on each of 150 days, of which two means are taken
    assert variation.value == pytest.approx(math.sqrt(150 * 0.25 / 148))
    assert variation.evidence == "150 ad set days, 300 purchases"


def test_few_orders_tell_nothing_of_their_values(warehouse):
    days = [{"adset_id": "one", "purchases": 1, "purchase_value": each} for each in (50, 150)]
    fill(warehouse, "results.adset_daily", *days * 99)
    why = "198 purchases on days of their own; it takes 200"
    assert order_value_variation(warehouse) == Lacking(why)


def weeks(clicks_per_impression, holder_count=10, week_count=10, shift=0):
    """Let frequency differ by holder and week; click rates are of holder, week and frequency."""
    for holder in range(holder_count):
        for week in range(week_count):
            frequency = 1 + 0.5 * ((holder + 3 * week) % 7)
            yield {
                "budget_level": "adset",
                "budget_entity_id": str(holder),
                "decision_date": date(2026, 6, 1) - timedelta(days=7 * week + shift),
                "impressions_7d": 10_000,
                "link_clicks_7d": 10_000 * clicks_per_impression(holder, week, frequency),
                "frequency_7d_high": frequency,
            }


def test_audience_and_season_fall_out_of_what_frequency_does_to_clicks(warehouse):
    def law(holder, week, frequency):
        # the better audience is shown more, and autumn is dear
        return 0.02 * 1.1**holder * 0.97**week * ((frequency + 1) / 2) ** -0.5

    fill(warehouse, "features.holder_features", *weeks(law))
    # mornings between the weeks, on which it would seem otherwise
    fill(warehouse, "features.holder_features", *weeks(lambda *_: 0.02, week_count=9, shift=3))
    fatigue = click_fatigue(warehouse)
    assert fatigue.value == pytest.approx(0.5, abs=1e-6)
    assert fatigue.evidence == "100 weeks of 10 holders"


def test_clicks_that_do_not_surely_fall_tell_no_frequency(warehouse):
    def noise(holder, week, frequency):
        return 0.02 * (1.3 if (holder * 7 + week * 5) % 3 else 0.8)

    fill(warehouse, "features.holder_features", *weeks(noise))
    assert "do not surely fall" in click_fatigue(warehouse).why


def test_few_weeks_with_reach_tell_no_frequency(warehouse):
    fill(warehouse, "features.holder_features", *weeks(lambda *_: 0.02, holder_count=7))
    assert click_fatigue(warehouse).why.startswith("70 weeks of 7 holders with reach")


def ad_sets(status, *events, source="reported", age=10, edited=None):
    return [
        {
            "date_day": "2026-05-31",
            "learning_status": status,
            "learning_status_source": source,
            "conversions_7d": each,
            "age_days": age,
            "days_since_significant_edit": edited,
        }
        for each in events
    ]


def test_learning_ends_between_those_in_it_and_those_just_out_of_it(warehouse):
    fill(
        warehouse,
        "features.adset_features",
        *ad_sets("learning", 2, 4, 8, 9),
        *ad_sets("learning limited", 12, age=90, edited=13),
        *ad_sets("out of learning", 14, 15, 20, 30, 41),
        *ad_sets("out of learning", 1, 1, 1, 1, age=90, edited=40),
        *ad_sets("learning", 49, 49, source="inferred"),
    )
    events = learning_events(warehouse)
    assert (events.value, events.low, events.high) == (13, 12, 14)
    assert events.evidence == "5 ad sets in learning and 5 just out of it"


@pytest.mark.parametrize(
    ("learning", "out", "why"),
    [
        ((2, 4, 8, 9), (14, 15, 20, 30, 41), "it takes 5 of each"),
        ((2, 14, 8, 90, 70), (1, 15, 20, 3, 41), "are not parted by their conversions"),
    ],
)
def test_learning_that_is_not_parted_tells_no_end(warehouse, learning, out, why):
    fill(
        warehouse,
        "features.adset_features",
        *ad_sets("learning", *learning),
        *ad_sets("out of learning", *out),
    )
    assert why in learning_events(warehouse).why


def test_a_purchase_costs_what_the_account_spends_for_it(warehouse):
    fill(warehouse, "features.holder_features", *rates(60, 40))
    cost = purchase_cost(warehouse)
    # 2000 / 100, and e^(1.2816 / sqrt(100)) either way
    assert (cost.value, cost.low, cost.high) == pytest.approx((20, 17.594, 22.735), abs=1e-3)


def test_costs_in_two_currencies_are_not_added(warehouse):
    fill(warehouse, "features.holder_features", *rates(60, 40))
    dollars = [{**row, "currency": "USD"} for row in rates(50)]
    fill(warehouse, "features.holder_features", *dollars)
    assert purchase_cost(warehouse) == Lacking("accounts have several currencies; it takes one")


def test_what_brings_no_purchases_is_no_part_of_their_cost(warehouse):
    fill(warehouse, "features.holder_features", *rates(60, 40))
    traffic = [{**row, "optimization_goal": "LINK_CLICKS"} for row in rates(0, 0)]
    fill(warehouse, "features.holder_features", *traffic)
    assert purchase_cost(warehouse).value == pytest.approx(20)


def test_results_of_other_goals_are_no_purchases(warehouse):
    fill(warehouse, "features.holder_features", *rates(60, 40))
    value = {"parameter": "targets.value_per_result", "value": "{}"}
    fill(warehouse, "results.parameters", value)
    assert purchase_cost(warehouse).value == pytest.approx(20)
    fill(warehouse, "results.parameters", value | {"value": '{"leads": 25}'})
    assert "results of other goals" in purchase_cost(warehouse).why
