"""A row for every rule, written by hand: what makes it decide, and what just misses.

All start from a holder that is in every way like its account, which 2,800 spent in four weeks at a
cost of 50 per purchase, 1 per click and 10 per thousand impressions, with orders of 100: 56
purchases, 2,800 clicks, 280,000 impressions, 5,600 revenue, ROAS 2, a fiftieth of clicks buying.
"""

from typing import NamedTuple

import pandas as pd

NOT_KNOWN = float("nan")

LIKE_ITS_ACCOUNT = {
    "decision_date": "2026-05-06",
    "account_id": "1",
    "budget_level": "adset",
    "budget_entity_id": "11",
    "status": "active",
    "budget_type": "daily",
    "learning_status": "out of learning",
    "current_budget": 100.0,
    "account_budget_target": 1000.0,
    "budget_share": 0.1,
    "projected_roas": 2.0,
    "account_projected_roas": 2.0,
    "roas_index": 1.0,
    "roas_index_low": 0.8,
    "roas_index_high": 1.25,
    "marginal_index": 1.0,
    "marginal_index_high": 1.25,
    "expected_purchases": 20.0,
    "click_index": 1.0,
    "current_spend": 100.0,
    "reference_spend": 100.0,
    "delivery_room": NOT_KNOWN,
    "weekend_index": 1.0,
    "roas_recent": 2.0,
    "roas_base": 2.0,
    "roas_long": 2.0,
    "spend_3d": 300.0,
    "spend_28d": 2800.0,
    "purchases_14d": 28.0,
    "purchases_28d": 56.0,
    "purchase_value_28d": 5600.0,
    "conversions_7d": 14.0,
    "link_clicks_14d": 1400.0,
    "link_clicks_28d": 2800.0,
    "impressions_7d": 70_000.0,
    "impressions_28d": 280_000.0,
    "cpa_28d": 50.0,
    "account_cpa_28d": 50.0,
    "cvr_28d": 0.02,
    "aov_28d": 100.0,
    "account_aov_28d": 100.0,
    "ctr_7d": 0.01,
    "ctr_28d": 0.01,
    "account_ctr_7d": 0.01,
    "cpm_7d": 10.0,
    "cpm_28d": 10.0,
    "account_cpm_7d": 10.0,
    "frequency_7d_high": 2.0,
    "ctr_against_first_weeks": -0.1,
    "spend_volatility_14d": 0.5,
    "spending_days_28d": 28.0,
    "days_observed": 40.0,
    "age_days": 40.0,
    "days_since_budget_change": 10.0,
    "days_since_significant_edit": NOT_KNOWN,
    "incident_days": NOT_KNOWN,
    "own_event_kind": None,
    "days_since_promo": NOT_KNOWN,
    "is_test": 0.0,
    "target_cpa": NOT_KNOWN,
    "has_value": True,
    "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    "buying_type": "AUCTION",
    "is_budget_scheduled": False,
    "delivery_ceiling": NOT_KNOWN,
    "weekday": 3.0,
    "month": 5.0,
    "is_event": False,
}


class Case(NamedTuple):
    """What makes a rule decide, and on top of that what makes it miss by a little."""

    decides: dict[str, object]
    misses: list[dict[str, object]]
    factor: float = 1.0


def row(**changes: object) -> dict[str, object]:
    unknown = set(changes) - set(LIKE_ITS_ACCOUNT)
    assert not unknown, unknown
    return LIKE_ITS_ACCOUNT | changes


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows as the engine hands them over: floats with NaN, text as objects."""
    made = pd.DataFrame(list(rows))
    texts = made.columns[made.dtypes.map(lambda dtype: dtype.kind not in "fib")]
    return made.astype(dict.fromkeys(texts, object))


# what every raise and every cut asks for: marginal ROAS, room, evidence, sales
NO_RAISE = [
    {"marginal_index": 0.99},
    {"delivery_room": 1.04},
    {"expected_purchases": 4.9},
    {"purchases_28d": 2.0},
]
AFTER_PROMO = {"days_since_promo": 7.0}
NO_CUT = [{"marginal_index": 0.95}, {"expected_purchases": 4.9}]

EXCELLENT = {"roas_index": 1.25, "roas_index_low": 1.0, "roas_index_high": 1.6}
NOT_EXCELLENT = [{"roas_index": 1.24}, {"roas_index_low": 0.99}]
HIGH = {"roas_index": 1.08, "roas_index_low": 0.85, "roas_index_high": 1.4}
NOT_HIGH = [{"roas_index": 1.07}, {"roas_index_low": 0.84}]
WORSE = {"marginal_index": 0.9, "roas_index": 0.8, "roas_index_high": 0.99}
MONTHS_OLD = {"age_days": 60.0, "expected_purchases": 20.0}
NOT_MONTHS_OLD = [{"age_days": 59.0}, {"expected_purchases": 19.9}]

TEST = {"is_test": 1.0, "target_cpa": 40.0}

CASES = {
    "tracking_in_doubt": Case({"incident_days": 1.0}, [{"incident_days": NOT_KNOWN}]),
    "in_outage": Case({"own_event_kind": "outage"}, [{"own_event_kind": "promo"}]),
    "not_active": Case({"status": "paused"}, [{"status": "active"}, {"status": None}]),
    "goal_without_value": Case({"has_value": False}, [{"has_value": True}]),
    "bid_holds_back": Case(
        {"bid_strategy": "COST_CAP", "delivery_ceiling": 60.0},
        [{"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}, {"delivery_ceiling": NOT_KNOWN}],
    ),
    "lifetime_budget": Case({"budget_type": "lifetime"}, [{"budget_type": "daily"}]),
    "budget_scheduled": Case({"is_budget_scheduled": True}, [{"is_budget_scheduled": False}]),
    "reserved_buying": Case(
        {"buying_type": "RESERVED"}, [{"buying_type": "AUCTION"}, {"buying_type": None}]
    ),
    "budget_unknown": Case({"current_budget": 0.0}, [{"current_budget": 0.01}]),
    "no_delivery": Case({"spend_3d": 0.0}, [{"spend_3d": 0.01}]),
    "learning_protected": Case(
        {"days_since_significant_edit": 6.0, "conversions_7d": 49.0},
        [{"days_since_significant_edit": 7.0}, {"conversions_7d": 50.0}],
    ),
    "cooldown": Case({"days_since_budget_change": 2.0}, [{"days_since_budget_change": 3.0}]),
    # 120 would have bought 3 at 40 each
    "test_without_purchase": Case(
        TEST | {"purchases_28d": 0.0, "spend_28d": 120.0},
        [{"purchases_28d": 1.0}, {"spend_28d": 119.0}, {"is_test": 0.0}],
        factor=0.5,
    ),
    "test_on_target": Case(
        TEST | {"spend_28d": 120.0, "cpa_28d": 40.0},
        [{"spend_28d": 119.0}, {"cpa_28d": 40.1}, {"is_test": 0.0}],
    ),
    "test_running": Case(TEST, [{"is_test": 0.0}]),
    "out_of_stock": Case({"own_event_kind": "stockout"}, [{"own_event_kind": "peak"}]),
    "too_little_to_judge": Case({"expected_purchases": 2.9}, [{"expected_purchases": 3.0}]),
    # 400 would have bought 8 at 50 each
    "nothing_sold_for_long": Case(
        {
            "purchases_28d": 0.0,
            "spend_28d": 400.0,
            "days_observed": 28.0,
            "roas_index_high": 0.59,
            "marginal_index": 0.3,
        },
        [
            {"purchases_28d": 1.0},
            {"spend_28d": 399.0},
            {"days_observed": 27.0},
            {"roas_index_high": 0.6},
            {"marginal_index": 0.95},
        ],
        factor=0.5,
    ),
    # 150 would have bought 3
    "nothing_sold": Case(
        {"purchases_28d": 0.0, "spend_28d": 150.0, "marginal_index": 0.94},
        [{"purchases_28d": 1.0}, {"spend_28d": 149.0}, {"marginal_index": 0.95}],
        factor=0.5,
    ),
    "frozen_low_roas": Case(
        {"roas_index_high": 0.69, "expected_purchases": 10.0, "marginal_index": 0.94},
        [{"roas_index_high": 0.7}, {"expected_purchases": 9.9}, {"marginal_index": 0.95}],
        factor=0.85,
    ),
    "idle_budget": Case({"delivery_room": 0.79}, [{"delivery_room": 0.8}], factor=0.9),
    "excellent_no_room": Case(
        EXCELLENT | {"delivery_room": 1.04}, [*NOT_EXCELLENT, {"delivery_room": 1.05}]
    ),
    "excellent_rising": Case(
        EXCELLENT | {"click_index": 1.08, "roas_long": 2.0},
        [*NOT_EXCELLENT, *NO_RAISE, {"click_index": 1.07}, {"roas_long": 1.99}],
        factor=1.12,
    ),
    "excellent_below_usual_spend": Case(
        EXCELLENT | {"current_spend": 90.0, "click_index": 0.92},
        [*NOT_EXCELLENT, *NO_RAISE, {"current_spend": 90.1}, {"click_index": 0.91}],
        factor=1.10,
    ),
    "excellent_proven": Case(
        EXCELLENT | {"roas_index_low": 1.15, "click_index": 0.92},
        [*NOT_EXCELLENT, *NO_RAISE, {"roas_index_low": 1.14}, {"click_index": 0.91}],
        factor=1.08,
    ),
    "excellent_steady": Case(
        EXCELLENT | {"click_index": 0.92, "delivery_room": 1.05},
        [*NOT_EXCELLENT, *NO_RAISE, {"click_index": 0.91}],
        factor=1.06,
    ),
    "excellent_saturated": Case(
        EXCELLENT | {"marginal_index": 0.94}, [*NOT_EXCELLENT, {"marginal_index": 0.95}]
    ),
    "high_no_room": Case(HIGH | {"delivery_room": 1.04}, [*NOT_HIGH, {"delivery_room": 1.05}]),
    "high_rising": Case(
        HIGH | {"click_index": 1.08},
        [*NOT_HIGH, *NO_RAISE, {"click_index": 1.07}],
        factor=1.07,
    ),
    "high_marginal_too": Case(
        HIGH | {"marginal_index": 1.15, "click_index": 0.92},
        [*NOT_HIGH, *NO_RAISE, {"marginal_index": 1.14}, {"click_index": 0.91}],
        factor=1.06,
    ),
    "high_steady": Case(
        HIGH | {"click_index": NOT_KNOWN},
        [*NOT_HIGH, *NO_RAISE, {"click_index": 0.91}],
        factor=1.04,
    ),
    "high_falling": Case(
        HIGH | {"click_index": 0.91}, [*NOT_HIGH, *NO_RAISE, {"click_index": 0.92}]
    ),
    "high_saturated": Case(HIGH | {"marginal_index": 0.94}, [*NOT_HIGH, {"marginal_index": 0.95}]),
    # 0.85 times 50
    "cheap_purchases": Case({"cpa_28d": 42.5}, [*NO_RAISE, {"cpa_28d": 42.6}], factor=1.05),
    # 1.2 times a fiftieth
    "high_conversion_rate": Case(
        {"cvr_28d": 0.0241}, [*NO_RAISE, {"cvr_28d": 0.0239}], factor=1.04
    ),
    # 280 thousand impressions at 10 cost 2,800, at ROAS 2 that is 5,600; 1.15 times
    "valuable_impressions": Case(
        {"purchase_value_28d": 6441.0}, [*NO_RAISE, {"purchase_value_28d": 6439.0}], factor=1.03
    ),
    # 3,112 clicks for 2,800 cost 0.8997 each; 0.85 times a fiftieth is 0.017
    "cheap_clicks": Case(
        {"link_clicks_28d": 3112.0, "cvr_28d": 0.0171},
        [*NO_RAISE, {"link_clicks_28d": 3111.0}, {"cvr_28d": 0.0169}],
        factor=1.02,
    ),
    # 1.8 times 50
    "costly_purchases": Case(
        WORSE | {"cpa_28d": 90.0},
        [*NO_CUT, {"roas_index_high": 1.0}, {"cpa_28d": 89.9}],
        factor=0.94,
    ),
    # 0.6 times a fiftieth
    "clicks_convert_poorly": Case(
        WORSE | {"cvr_28d": 0.0119},
        [*NO_CUT, {"roas_index_high": 1.0}, {"cvr_28d": 0.0121}],
        factor=0.95,
    ),
    "costly_purchases_large_orders": Case(
        {"cpa_28d": 90.0, "aov_28d": 115.0}, [{"cpa_28d": 89.9}, {"aov_28d": 114.9}]
    ),
    "small_high_marginal": Case(
        {"budget_share": 0.05, "marginal_index": 1.2},
        [*NO_RAISE, {"budget_share": 0.051}, {"marginal_index": 1.19}],
        factor=1.05,
    ),
    # 60 times 50
    "workhorse": Case(
        {"spend_28d": 3000.0, "marginal_index": 1.05},
        [*NO_RAISE, {"spend_28d": 2999.0}, {"marginal_index": 1.04}],
        factor=1.04,
    ),
    # 200 clicks at a fiftieth
    "clicks_without_purchases": Case(
        {"marginal_index": 0.9, "purchases_14d": 0.0, "link_clicks_14d": 201.0},
        [*NO_CUT, {"purchases_14d": 1.0}, {"link_clicks_14d": 199.0}],
        factor=0.93,
    ),
    "audience_worn": Case(
        {"marginal_index": 0.9, "ctr_7d": 0.0091, "impressions_7d": 70_001.0},
        [*NO_CUT, {"ctr_7d": 0.0093}, {"impressions_7d": 70_000.0}],
        factor=0.95,
    ),
    "prices_jumped": Case(
        {"marginal_index": 0.9, "cpm_7d": 10.81, "account_cpm_7d": 10.8},
        [*NO_CUT, {"cpm_7d": 10.79}, {"account_cpm_7d": 10.81}],
        factor=0.96,
    ),
    "cold_start": Case(
        {"age_days": 13.0, "expected_purchases": 4.9},
        [{"age_days": 14.0}, {"expected_purchases": 5.0}],
    ),
    "learning_limited_promising": Case(
        {"learning_status": "learning limited", "marginal_index": 1.05, "conversions_7d": 15.0},
        [
            *NO_RAISE,
            {"learning_status": "out of learning"},
            {"marginal_index": 1.04},
            {"conversions_7d": 14.0},
        ],
        factor=1.05,
    ),
    "established_efficient": Case(
        MONTHS_OLD | {"marginal_index": 1.05},
        [*NO_RAISE, *NOT_MONTHS_OLD, {"marginal_index": 1.04}],
        factor=1.03,
    ),
    "learning_limited_unpromising": Case(
        WORSE | {"learning_status": "learning limited", "conversions_7d": 4.0},
        [
            *NO_CUT,
            {"learning_status": "out of learning"},
            {"roas_index_high": 1.0},
            {"conversions_7d": 5.0},
        ],
        factor=0.95,
    ),
    "creative_ageing": Case(
        {"marginal_index": 0.9, "ctr_against_first_weeks": -0.26},
        [*NO_CUT, {"ctr_against_first_weeks": -0.25}, {"ctr_against_first_weeks": NOT_KNOWN}],
        factor=0.96,
    ),
    # 1 / 1.1 is 0.909
    "long_stable": Case(
        MONTHS_OLD | {"spend_volatility_14d": 0.15, "marginal_index": 0.91},
        [
            *NOT_MONTHS_OLD,
            {"spend_volatility_14d": 0.16},
            {"marginal_index": 0.90},
            {"marginal_index": 1.11},
        ],
    ),
    "event": Case(
        {"is_event": True, "roas_index_high": 1.0}, [{"is_event": False}, {"roas_index_high": 0.99}]
    ),
    "good_weekend_ahead": Case(
        {"weekday": 5.0, "weekend_index": 1.03, "roas_index_high": 1.0},
        [
            *NO_RAISE,
            {"weekday": 4.0},
            {"weekday": 7.0},
            {"weekend_index": 1.02},
            {"roas_index_high": 0.99},
        ],
        factor=1.04,
    ),
    "monday_recovery": Case(
        {"weekday": 1.0, "weekend_index": 0.97, "roas_index_high": 1.0},
        [*NO_RAISE, {"weekday": 2.0}, {"weekend_index": 0.98}, {"roas_index_high": 0.99}],
        factor=1.03,
    ),
    "season_prices": Case(
        {"month": 12.0, "cpm_7d": 10.51, "roas_index_high": 1.0},
        [{"month": 10.0}, {"cpm_7d": 10.49}, {"roas_index_high": 0.99}],
    ),
    "weak_weekend_ahead": Case(
        {"marginal_index": 0.9, "weekday": 6.0, "weekend_index": 0.97},
        [*NO_CUT, {"weekday": 7.0}, {"weekend_index": 0.98}],
        factor=0.97,
    ),
    # a tenth of 969 is less than 0.97 times 100
    "month_money_short": Case(
        {"marginal_index": 0.9, "account_budget_target": 969.0},
        [*NO_CUT, {"account_budget_target": 971.0}],
        factor=0.97,
    ),
    "far_below_account": Case(
        WORSE | {"roas_index_high": 0.84},
        [*NO_CUT, AFTER_PROMO, {"roas_index_high": 0.85}],
        factor=0.90,
    ),
    "low_and_falling": Case(
        WORSE | {"click_index": 0.91},
        [*NO_CUT, AFTER_PROMO, {"roas_index_high": 1.0}, {"click_index": 0.92}],
        factor=0.92,
    ),
    # 0.9 times 2
    "low_in_every_window": Case(
        {
            "marginal_index": 0.9,
            "click_index": 1.07,
            "roas_recent": 1.8,
            "roas_base": 1.8,
            "roas_long": 1.8,
        },
        [
            *NO_CUT,
            AFTER_PROMO,
            {"click_index": 1.08},
            {"roas_recent": 1.81},
            {"roas_base": 1.81},
            {"roas_long": 1.81},
        ],
        factor=0.94,
    ),
    "marginal_surely_low": Case(
        {"marginal_index": 0.8, "marginal_index_high": 0.94, "click_index": NOT_KNOWN},
        [*NO_CUT, AFTER_PROMO, {"click_index": 1.08}, {"marginal_index_high": 0.95}],
        factor=0.96,
    ),
    "low_but_recovering": Case(
        {"roas_index": 0.91, "click_index": 1.08}, [{"roas_index": 0.92}, {"click_index": 1.07}]
    ),
    "low_but_uncertain": Case({"roas_index": 0.91}, [{"roas_index": 0.92}]),
    "in_line_with_account": Case({}, [{"roas_index": 0.91}, {"spend_3d": 0.0}]),
}
