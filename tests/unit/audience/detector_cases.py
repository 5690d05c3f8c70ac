"""An entity for every detector, written by hand: what makes it speak, and what just misses.

All start from entities that are set up well. The ad set spent 2,800 on 28 days, 3,000 in 30: 100 a
day, all of its budget. At 20 a purchase that is 140 purchases, 35 a week; it has 60 events a week.
The account spent 30,000 in 30 days, of which three ad sets' campaign 9,000.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

NOT_KNOWN = float("nan")
NEVER = pd.NaT

ADSET = {
    "account_id": "1",
    "account_name": "Shop",
    "campaign_id": "k",
    "campaign_name": "Strangers",
    "adset_id": "a",
    "adset_name": "Broad US",
    "currency": "USD",
    "run_id": "r",
    "is_active": True,
    "effective_status": "active",
    "ends_on": NEVER,
    "goal": "purchases",
    "is_for_purchases": 1.0,
    "bid_amount": NOT_KNOWN,
    "campaign_has_budget": False,
    "daily_budget": 100.0,
    "setup_source": "targeting",
    "audience_type": "broad",
    "funnel": "prospecting",
    "lookalike_percent": NOT_KNOWN,
    "is_advantage_campaign": False,
    "excludes_buyers": 1.0,
    "people_chosen": "18 to 65",
    "is_cut": 0.0,
    "country_count": 1.0,
    "countries": "US",
    "locale_count": 0.0,
    "platform_count": 0.0,
    "platforms": None,
    "audiences": None,
    "longest_window_days": NOT_KNOWN,
    "seed_people": 20_000.0,
    "audience_size_high": 2_000_000.0,
    "country_people": 230e6,
    "spend_30d": 3000.0,
    "spend": 2800.0,
    "spend_14d": 1400.0,
    "days_without_spend": 0.0,
    "reach_low_28d": 20_000.0,
    "events_a_week": 60.0,
    "campaign_running_adsets": 3.0,
    "campaign_events_a_week": 180.0,
    "purchases_matured": 140.0,
    "purchases_30d": 150.0,
    "expected_cpa": 20.0,
    "roas_log_error": 0.1,
    "marginal_roas": 2.0,
    "budget_utilization_7d": 1.0,
    "frequency_7d_low": 1.2,
    "frequency_7d_high": 5.0,
    "frequency_7d": 2.0,
    "ctr_kept": 1.0,
    "ctr_kept_log_error": 0.1,
    "age_days": 90.0,
    "conversions_7d": 60.0,
    "days_since_edit": 30.0,
    "restarts_in_7_days": 0.0,
    "restart_days": NOT_KNOWN,
    "hasty_cut": 0.0,
    "hasty_cut_on": NEVER,
    "hasty_cut_after_days": NOT_KNOWN,
    "status_flips_14d": 0.0,
    "running_ads": 4.0,
    "is_catalog_only": 0.0,
    "newest_ad_age_days": 20.0,
    "median_ad_spend_a_week": 150.0,
    "top_ad_name": "Video",
    "top_ad_spend_30d": 1000.0,
    "top_ad_impression_share": 0.4,
    "top_ad_impression_ratio": 1.5,
    "top_ad_purchase_share": 0.4,
    "top_ad_purchase_odds": 2 / 3,
    "top_ad_purchase_log_error": 0.1,
    "others_conversion_ratio": 1.0,
    "ads_purchases": 140.0,
    "country_cells": 1.0,
    "country_pairs": NOT_KNOWN,
    "best_country": None,
    "worst_country": None,
    "best_country_roas": NOT_KNOWN,
    "worst_country_roas": NOT_KNOWN,
    "country_roas_ratio": NOT_KNOWN,
    "country_cpm_ratio": NOT_KNOWN,
    "dearest_country": None,
    "cheapest_country": None,
    "country_roas_log_error": NOT_KNOWN,
    "worst_country_spend_30d": NOT_KNOWN,
    "network_share": 0.05,
    "network_cpa_ratio": 1.0,
    "network_log_error": 0.2,
    "network_spend_30d": 150.0,
    "inside_purchases": NOT_KNOWN,
    "inside_roas": NOT_KNOWN,
    "outside_purchases": NOT_KNOWN,
    "outside_roas": NOT_KNOWN,
    "cut_roas_ratio": NOT_KNOWN,
    "cut_log_error": NOT_KNOWN,
    "order_index": 1.0,
    "order_index_log_error": 0.2,
    "purchases_compared": 300.0,
    "writing": "parts between |",
    "usual_writing": "parts between |",
    "is_usual_writing": 1.0,
    "usual_writing_share": 0.9,
    "named_adsets": 10.0,
    "spend_past_end_30d": 0.0,
    "account_spends": 30_000.0,
    "account_purchases": 1400.0,
    "account_cpa": 20.0,
    "account_goal": "purchases",
    "others_marginal_roas": 2.0,
    "usual_marginal_ratio": 1.4,
    "bound_marginal_roas": NOT_KNOWN,
    "bound_adset_name": None,
    "bound_ratio_log_error": NOT_KNOWN,
    "cuts_alike": 0.0,
}
OTHER_ADSET = ADSET | {"adset_id": "b", "adset_name": "Broad CA", "campaign_id": "other"}
PAIR = {
    "account_id": "1",
    "account_name": "Shop",
    "pair_id": "a+b",
    "adset_id": "a",
    "other_adset_id": "b",
    "pair_name": "Broad US + Broad CA",
    "adset_name": "Broad US",
    "other_adset_name": "Broad CA",
    "campaign_id": "k",
    "campaign_name": "Strangers",
    "currency": "USD",
    "audience_type": "broad",
    "spend_30d": 6000.0,
    "budget_utilization_7d": 1.0,
    "held_back_adset_name": "Broad US",
    "is_same": 0.0,
    "run_id": "r",
    "overlap": 0.2,
}
CAMPAIGN = {
    "account_id": "1",
    "account_name": "Shop",
    "campaign_id": "k",
    "campaign_name": "Strangers",
    "currency": "USD",
    "is_advantage_campaign": False,
    "campaign_has_budget": True,
    "goal": "purchases",
    "running_adsets": 2.0,
    "spend_30d": 9000.0,
    "daily_budget": 300.0,
    "purchases_matured": 450.0,
    "cpa": 20.0,
    "cpa_log_error": 0.05,
    "least_spend": 0.0,
    "attribution_settings": 1.0,
    "attributions": "7d_click_1d_view",
    "run_id": "r",
}
ACCOUNT = {
    "account_id": "1",
    "account_name": "Shop",
    "currency": "USD",
    "spend_30d": 30_000.0,
    "purchases_matured": 1400.0,
    "purchase_spend_30d": 30_000.0,
    "retargeting_share": 0.2,
    "prospecting_share": 0.8,
    "funnel_is_known": 1.0,
    "retargeting_marginal_roas": 1.5,
    "prospecting_marginal_roas": 2.0,
    "adsets_with_value": 8.0,
    "order_value_variation": 0.2,
    "largest_order_value": 60.0,
    "smallest_order_value": 50.0,
    "budget_levels": 1.0,
    "adset_budgets_spend_30d": 20_000.0,
    "campaign_budgets_spend_30d": 4000.0,
    "run_id": "r",
}
SOUND = {"adset": ADSET, "adset_pair": PAIR, "campaign": CAMPAIGN, "account": ACCOUNT}


class Case(NamedTuple):
    """What makes a detector speak, what it then says, and what on top of that just misses."""

    speaks: dict[str, object]
    evidence: str
    misses: list[dict[str, object]]
    money: tuple[float, float, float] | None = None
    """low, at stake, high"""
    severity: str | None = None


def frames(level: str, **changes: object) -> dict[str, pd.DataFrame]:
    """Sound entities of all levels, of one level with changes."""
    made = {}
    for each, sound in SOUND.items():
        unknown = set(changes) - set(sound) if each == level else set()
        assert not unknown, unknown
        rows = [sound | changes if each == level else sound]
        if each == "adset":
            # the campaign's and the account's other spend
            rows += [
                OTHER_ADSET | {"spend_30d": 21_000.0},
                OTHER_ADSET | {"adset_id": "c", "campaign_id": "k", "spend_30d": 6000.0},
            ]
        made[each] = pd.DataFrame(rows)
    for each in made.values():
        texts = each.columns[each.dtypes.map(lambda dtype: dtype.kind not in "fibM")]
        each[texts] = each[texts].astype(object)
    return made


def frames_without(level: str, column: str, speaks: dict[str, object]) -> dict[str, pd.DataFrame]:
    """Entities as in a case, one column of which is not known."""
    sound = SOUND[level][column]
    missing = None if isinstance(sound, str) else np.nan
    made = frames(level, **speaks)
    made[level][column] = missing
    return made


OFF = {"is_active": False}
ADVANTAGE = {"is_advantage_campaign": True}
HELD_BY_CAMPAIGN = {"campaign_has_budget": True}
FOR_CLICKS = {"goal": "link_clicks"}
SPENT_NOTHING = {"spend_14d": 0.0}
SWITCHED = {"status_flips_14d": 1.0}
SILENT = {"days_without_spend": 2.0}
KNOWN = {"funnel": "retargeting", "audience_type": "visitors", "audiences": "Visitors"}
# a quarter of 3,000 spent, at most a half
LEARNING_LOSS = (0.0, 750.0, 1500.0)

CASES = {
    # 6 ad sets x 50 x 20 = 6,000 a week against 7 x 300 = 2,100: 2.857 times; from 2 severe.
    # 9,000 x 0.25 x (1 - 1/2.857) = 1,462.5; at most 9,000 x 0.5
    "too_many_ad_sets": Case(
        {"running_adsets": 6.0},
        "6 ad sets run in campaign Strangers on 300.00 USD a day at 20.00 USD a purchase: 50 "
        "purchases a week for each take 2.9 times that money.",
        [
            {"running_adsets": 1.0, "cpa": 200.0},
            {"running_adsets": 2.0},
            {"daily_budget": 900.0},
            {"cpa": 6.9},
            {"goal": "link_clicks"},
            ADVANTAGE,
        ],
        (0.0, 1462.5, 4500.0),
        "high",
    ),
    # 130 / 100 = 1.3 lies ln 1.3 / 0.1 = 2.6 errors above 1
    "budget_below_cpa": Case(
        {"expected_cpa": 130.0, "account_cpa": 50.0},
        "Broad US has 100.00 USD a day, and a purchase costs it about 130.00 USD.",
        [
            {"daily_budget": 130.0},
            {"expected_cpa": 100.0},
            {"purchases_matured": 0.0},
            # three of 33 are 99
            {"account_cpa": 33.0},
            # ln 1.3 / 0.3 = 0.87 errors: one in five by chance
            {"roas_log_error": 0.3},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
            HELD_BY_CAMPAIGN,
            ADVANTAGE,
        ],
        LEARNING_LOSS,
    ),
    "learning_stuck": Case(
        {"conversions_7d": 20.0, "events_a_week": 30.0},
        "Broad US is at least 90 days old and had 20 events in the last 7 days, 30 a week in the "
        "evidence window; learning ends with 50.",
        [
            # three ad sets need 150
            {"campaign_events_a_week": 149.0},
            {"campaign_running_adsets": 4.0},
            {"conversions_7d": 50.0},
            {"events_a_week": 50.0},
            {"age_days": 13.0},
            {"days_since_edit": 7.0},
            OFF,
            SILENT,
            FOR_CLICKS,
        ],
        LEARNING_LOSS,
    ),
    "edits_reset_learning": Case(
        {"restarts_in_7_days": 2.0, "restart_days": 3.0},
        "Broad US was edited in a way that restarts learning on 2 days within a week, on 3 days "
        "lately.",
        [{"restarts_in_7_days": 1.0}, OFF, HELD_BY_CAMPAIGN],
        LEARNING_LOSS,
    ),
    "reacted_to_immature_days": Case(
        {
            "hasty_cut": 0.25,
            "hasty_cut_on": pd.Timestamp("2026-03-05"),
            "hasty_cut_after_days": 2.0,
        },
        "The budget of Broad US was cut by 25 % on 2026-03-05, 2 days after the change before it.",
        [{"hasty_cut": 0.2}, OFF, HELD_BY_CAMPAIGN],
    ),
    "on_off_switching": Case(
        {"status_flips_14d": 4.0},
        "Broad US was switched on or off 4 times in 14 days.",
        [{"status_flips_14d": 3.0}, OFF],
        LEARNING_LOSS,
    ),
    # 2,800 / 20 = 140 purchases were due
    "no_purchases": Case(
        {"purchases_matured": 0.0},
        "Broad US spent 1,400 USD in 14 days without a purchase in 28; the account pays 20.00 USD "
        "for one.",
        [
            {"purchases_matured": 0.5},
            {"spend_14d": 499.0},
            # 3 x 467 = 1,401
            {"account_cpa": 467.0},
            # 40 / 20 = 2 were due: one in seven by chance
            {"spend": 40.0},
            OFF,
            FOR_CLICKS,
            ADVANTAGE,
        ],
        (3000.0, 3000.0, 3000.0),
    ),
    # 3 / 2 lies ln 1.5 / 0.15 = 2.7 errors above 1; 100 x 30 x (1 - 0.6) lie idle
    "bound_beside_underspender": Case(
        {
            "budget_utilization_7d": 0.6,
            "bound_marginal_roas": 3.0,
            "bound_ratio_log_error": 0.15,
            "bound_adset_name": "Star",
        },
        "Broad US spends 60 % of its 100.00 USD a day; the next unit in Star, which spends all it "
        "has, "
        "returns 3.00 against 2.00.",
        [
            {"budget_utilization_7d": 0.71},
            SWITCHED,
            {"bound_marginal_roas": 2.0},
            {"marginal_roas": 3.0},
            # ln 1.5 / 0.5 = 0.8 errors
            {"bound_ratio_log_error": 0.5},
            OFF,
            SILENT,
            HELD_BY_CAMPAIGN,
        ],
        (0.0, 1200.0, 1200.0),
    ),
    "under_delivery": Case(
        {"budget_utilization_7d": 0.59},
        "Broad US spent 59 % of its budget in 7 days.",
        [{"budget_utilization_7d": 0.6}, SWITCHED, OFF, SILENT, HELD_BY_CAMPAIGN],
    ),
    "throttled_by_bid": Case(
        {"budget_utilization_7d": 0.59, "bid_amount": 15.0},
        "Broad US bids 15.00 USD and spent 59 % of its budget in 7 days.",
        [
            {"budget_utilization_7d": 0.6},
            {"bid_amount": NOT_KNOWN},
            SWITCHED,
            OFF,
            SILENT,
            HELD_BY_CAMPAIGN,
        ],
    ),
    "dead_but_active": Case(
        {"days_without_spend": 14.0},
        "Broad US is active and has not spent for 14 days.",
        [{"days_without_spend": 13.0}, OFF],
    ),
    "spends_past_end": Case(
        {"ends_on": pd.Timestamp("2026-03-05"), "spend_past_end_30d": 80.0, "is_active": False},
        "Broad US was to end on 2026-03-05 and spent 80 USD in 30 days since.",
        [{"spend_past_end_30d": 0.0}, {"ends_on": NEVER}],
        (80.0, 80.0, 80.0),
    ),
    "minimums_bind_campaign": Case(
        {"least_spend": 150.0},
        "Least spends in Strangers add up to 150.00 of 300.00 USD a day.",
        [
            {"least_spend": 149.0},
            {"daily_budget": 301.0},
            {"running_adsets": 1.0},
            {"campaign_has_budget": False},
        ],
    ),
    "mixed_budget_levels": Case(
        {"budget_levels": 2.0},
        "Of spend on strangers in 30 days, 4,000 USD went through campaign budgets and 20,000 USD "
        "through "
        "those of ad sets.",
        [{"budget_levels": 1.0}, {"spend_30d": 0.0}],
    ),
    "mixed_attribution": Case(
        {"attribution_settings": 2.0, "attributions": "1d_click and 7d_click_1d_view"},
        "Ad sets of Strangers count by 1d_click and 7d_click_1d_view.",
        [{"attribution_settings": 1.0}, {"running_adsets": 1.0}],
    ),
    "name_breaks_pattern": Case(
        {"is_usual_writing": 0.0, "writing": "words"},
        "90 % of 10 names are written in parts between |, Broad US in words.",
        [{"is_usual_writing": 1.0}, {"usual_writing_share": 0.79}, {"named_adsets": 4.0}, OFF],
    ),
    # clicks kept 0.7: 1 / 0.7 lies 3.6 errors of 0.1 above 1; 30 % of 3,000 are lost, by the
    # interval 1 - 0.7 x exp(+-0.12816): 20.4 % to 38.4 %
    "frequency_too_high": Case(
        {"frequency_7d": 3.0, "ctr_kept": 0.7},
        "People of Broad US saw it about 3.0 times in 7 days (at least 1.2, at most 5.0); its "
        "click rate is 70 % of that of its first weeks.",
        [
            {"frequency_7d": 2.9},
            {"ctr_kept": 0.91},
            # ln(1 / 0.7) / 0.4 = 0.9 errors
            {"ctr_kept_log_error": 0.4},
            {"funnel": "retargeting"},
            {"funnel": "unknown"},
            OFF,
            SILENT,
        ],
        (3000 * (1 - 0.7 * np.exp(0.12816)), 900.0, 3000 * (1 - 0.7 * np.exp(-0.12816))),
    ),
    "audience_too_narrow": Case(
        {"audience_size_high": 499_999.0},
        "Broad US reaches into 499,999 people at most (broad); at least 20,000 of them were "
        "reached.",
        [{"audience_size_high": 500_000.0}, {"funnel": "retargeting"}, OFF, ADVANTAGE],
    ),
    # 3 / 2 = 1.5 is above 1.4 and ln 1.5 / 0.1 = 4 errors above 1: 3,000 x (1 - 1/1.5)
    "audience_too_broad": Case(
        {"others_marginal_roas": 3.0},
        "The next unit in Broad US (US) returns 2.00, in the other ad sets 3.00, on 140 purchases.",
        [
            {"others_marginal_roas": 2.8},
            {"marginal_roas": 2.2},
            {"usual_marginal_ratio": 1.5},
            {"roas_log_error": 0.5},
            {"country_people": 50e6},
            {"purchases_matured": 49.0},
            {"audience_type": "interest"},
            OFF,
            SPENT_NOTHING,
            ADVANTAGE,
        ],
        (3000 * (1 - np.exp(0.12816) / 1.5), 1000.0, 3000 * (1 - np.exp(-0.12816) / 1.5)),
    ),
    "overlapping_audiences": Case(
        {"overlap": 0.5, "budget_utilization_7d": 0.79},
        "By their targeting Broad US and Broad CA have 50 % of their people in common, and Broad "
        "US spends 79 % of its budget.",
        [{"overlap": 0.49}, {"budget_utilization_7d": 0.8}],
    ),
    "duplicate_ad_sets": Case(
        {"is_same": 1.0, "overlap": 1.0},
        "Broad US and Broad CA have the same targeting and the same goal.",
        [{"is_same": 0.0}],
    ),
    # 3 to 7 % of 3,000
    "buyers_not_excluded": Case(
        {"excludes_buyers": 0.0},
        "Broad US spent 2,800 USD on strangers in the evidence window and excludes no buyers; "
        "the account made 1,400 purchases in it.",
        [
            {"excludes_buyers": 1.0},
            {"spend": 499.0},
            {"account_purchases": 49.0},
            {"funnel": "retargeting"},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
            ADVANTAGE,
        ],
        (90.0, 150.0, 210.0),
    ),
    "retargeting_reaches_buyers": Case(
        KNOWN | {"excludes_buyers": 1.0, "longest_window_days": 91.0},
        "Broad US reaches Visitors; people stay in it 91 days; buyers are excluded: yes.",
        [{"longest_window_days": 90.0}, {"funnel": "buyers"}, OFF, ADVANTAGE],
    ),
    "tight_lookalike": Case(
        {"audience_type": "lookalike", "lookalike_percent": 1.0, "seed_people": 999.0},
        "Broad US is the 1 % of a country most like 999 people, and spent 2,800 USD.",
        [
            {"seed_people": 1000.0},
            {"lookalike_percent": 2.0},
            {"spend": 1499.0},
            {"audience_type": "interest"},
            OFF,
            ADVANTAGE,
        ],
    ),
    "age_gender_split_by_hand": Case(
        {"cuts_alike": 3.0, "people_chosen": "women 18 to 34"},
        "Broad US (women 18 to 34) is one of 3 ad sets of Strangers alike but for age and gender, "
        "each with fewer than 50 events a week.",
        [{"cuts_alike": 2.0}, OFF, ADVANTAGE],
    ),
    "placements_switched_off": Case(
        {"platform_count": 1.0, "platforms": "facebook"},
        "Broad US is shown on facebook alone.",
        [{"platform_count": 2.0}, {"platform_count": 0.0}, OFF, ADVANTAGE],
    ),
    "mixed_languages": Case(
        {"locale_count": 2.0},
        "Broad US is for people of 2 languages.",
        [{"locale_count": 1.0}, OFF, ADVANTAGE],
    ),
    # 3,000 less 50 purchases x 20
    "wrong_optimization_event": Case(
        {"goal": "link_clicks", "is_for_purchases": 0.0, "purchases_30d": 50.0},
        "Broad US is optimized for link clicks, spent 3,000 USD in 30 days and brought 50 "
        "purchases; "
        "the account pays 20.00 USD for one.",
        [{"is_for_purchases": 1.0}, {"account_goal": "leads"}, OFF, SPENT_NOTHING],
        (0.0, 2000.0, 2000.0),
    ),
    "value_goal_unused": Case(
        {"order_value_variation": 1.0, "largest_order_value": 400.0},
        "Orders are worth 50.00 to 400.00 USD on average, by ad set; their standard deviation is "
        "100 % of the mean.",
        [
            {"order_value_variation": 0.99},
            {"adsets_with_value": 2.0},
            {"purchases_matured": 0.0},
        ],
    ),
    # 3 / 1 lies ln 3 / 0.3 = 3.7 errors above 1: 900 x (1 - 1/3); 900 x (1 - exp(+-0.38448) / 3)
    "mixed_countries": Case(
        {
            "country_count": 2.0,
            "country_cells": 2.0,
            "country_pairs": 1.0,
            "best_country": "US",
            "worst_country": "CA",
            "best_country_roas": 3.0,
            "worst_country_roas": 1.0,
            "country_roas_ratio": 3.0,
            "country_roas_log_error": 0.3,
            "country_cpm_ratio": 1.2,
            "dearest_country": "US",
            "cheapest_country": "CA",
            "worst_country_spend_30d": 900.0,
        },
        "In Broad US ROAS is 3.00 in US and 1.00 in CA; US costs 1.2 times as much a thousand "
        "impressions as CA.",
        [
            {"country_roas_ratio": 1.9},
            # ln 3 / 0.8 = 1.4 errors: one in twelve by chance, of three pairs one in four
            {"country_roas_log_error": 0.8, "country_pairs": 3.0},
            {"country_pairs": NOT_KNOWN},
            {"country_count": 1.0},
            # neither price nor ROAS
            {"country_cpm_ratio": 2.4, "country_roas_ratio": 1.9},
            OFF,
        ],
        (900 * (1 - np.exp(0.38448) / 3), 600.0, 900 * (1 - np.exp(-0.38448) / 3)),
    ),
    # 2.5 lies ln 2.5 / 0.3 = 3.1 errors above 1: 600 x (1 - 1/2.5)
    "placement_leak": Case(
        {
            "network_share": 0.2,
            "network_cpa_ratio": 2.5,
            "network_log_error": 0.3,
            "network_spend_30d": 600.0,
        },
        "Audience Network takes 20 % of the spend of Broad US and a purchase there costs 2.5 times "
        "the ad set's.",
        [
            {"network_share": 0.14},
            {"network_cpa_ratio": 1.9},
            {"network_log_error": 0.9},
            OFF,
            ADVANTAGE,
        ],
        (600 * (1 - np.exp(0.38448) / 2.5), 360.0, 600 * (1 - np.exp(-0.38448) / 2.5)),
    ),
    # 3 / 2 lies ln 1.5 / 0.1 = 4 errors above 1
    "age_gender_cut_contradicted": Case(
        {
            "is_cut": 1.0,
            "people_chosen": "men 18 to 65",
            "inside_purchases": 100.0,
            "outside_purchases": 100.0,
            "inside_roas": 2.0,
            "outside_roas": 3.0,
            "cut_roas_ratio": 1.5,
            "cut_log_error": 0.1,
        },
        "Broad US is for men 18 to 65; in ad sets for all, these people have ROAS 2.00 and those "
        "it leaves out 3.00.",
        [
            {"cut_roas_ratio": 1.19},
            {"cut_log_error": 0.4},
            {"inside_purchases": 29.0},
            {"outside_purchases": 29.0},
            {"is_cut": 0.0},
            OFF,
            ADVANTAGE,
        ],
        (3000 * (1 - np.exp(0.12816) / 1.5), 1000.0, 3000 * (1 - np.exp(-0.12816) / 1.5)),
    ),
    # 1 / 0.4 = 2.5 lies ln 2.5 / 0.2 = 4.6 errors above 1: 3,000 x 0.6
    "retargeting_over_credited": Case(
        KNOWN | {"order_index": 0.4},
        "Of 300 purchases that Meta claims for Broad US, orders with its UTM fields show 40 % of "
        "what is usual in the account.",
        [
            {"order_index": 0.63},
            {"order_index_log_error": 1.0},
            {"funnel": "prospecting"},
            OFF,
        ],
        (3000 * (1 - 0.4 * np.exp(0.25632)), 1800.0, 3000 * (1 - 0.4 * np.exp(-0.25632))),
    ),
    # (0.4 - 0.3) x 30,000 x (1 - 1.5/2)
    "retargeting_overfunded": Case(
        {"retargeting_share": 0.4, "prospecting_share": 0.6},
        "40 % of the spend on purchases goes to people who know the shop; the next unit returns "
        "1.50 there and 2.00 with strangers.",
        [{"retargeting_share": 0.3}, {"spend_30d": 0.0}],
        (750.0, 750.0, 750.0),
    ),
    # (0.5 - 0.4) x 30,000 x (1 - 1.5/2)
    "prospecting_underfunded": Case(
        {"prospecting_share": 0.4, "retargeting_share": 0.3},
        "40 % of the spend on purchases goes to strangers; the next unit returns 2.00 there and "
        "1.50 with people who know the shop.",
        [{"prospecting_share": 0.5}, {"spend_30d": 0.0}],
        (750.0, 750.0, 750.0),
    ),
    # 0.8 / 0.2 = 4 is above 0.7 / 0.3 = 2.33
    "one_creative_carries": Case(
        {
            "top_ad_impression_share": 0.75,
            "top_ad_purchase_share": 0.8,
            "top_ad_purchase_odds": 4.0,
            "top_ad_purchase_log_error": 0.2,
        },
        "Ads that run in Broad US: 4; Video makes 80 % of their 140 purchases.",
        [
            # 3,000 in 30 days are 700 a week, 85 are 19.83: not one purchase at 701, and at 20
            {"expected_cpa": 701.0},
            {"spend_30d": 85.0},
            {"top_ad_purchase_odds": 2.3},
            {"top_ad_impression_share": 0.49},
            {"top_ad_purchase_log_error": 2.0},
            {"is_catalog_only": 1.0},
            {"running_ads": 3.0, "top_ad_purchase_odds": 2.3},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
            ADVANTAGE,
        ],
    ),
    "stale_creatives": Case(
        {"newest_ad_age_days": 43.0},
        "The newest ad that runs in Broad US is 43 days old.",
        [
            {"newest_ad_age_days": 42.0},
            {"is_catalog_only": 1.0},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
            ADVANTAGE,
        ],
    ),
    "too_many_ads": Case(
        {"running_ads": 8.0, "median_ad_spend_a_week": 19.0},
        "8 ads run in Broad US; the one in the middle spends 19.00 USD a week at 20.00 USD a "
        "purchase.",
        [
            {"running_ads": 7.0},
            {"median_ad_spend_a_week": 20.0},
            {"expected_cpa": 19.0},
            {"is_catalog_only": 1.0},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
            ADVANTAGE,
        ],
    ),
    # 1.6 is above 1 / 0.85 = 1.176 and ln 1.6 / 0.1 = 4.7 errors above 1: 1,000 x (1 - 1/1.6)
    "false_winner": Case(
        {"top_ad_impression_ratio": 2.0, "others_conversion_ratio": 1.6},
        "Video in Broad US has 2.0 times the impressions of the next ad, and clicks on the others "
        "buy 1.60 times as often.",
        [
            {"top_ad_impression_ratio": 1.9},
            {"others_conversion_ratio": 1.17},
            {"top_ad_purchase_log_error": 0.6},
            {"running_ads": 2.0},
            {"newest_ad_age_days": 6.0},
            OFF,
            SPENT_NOTHING,
            FOR_CLICKS,
        ],
        (1000 * (1 - np.exp(0.12816) / 1.6), 375.0, 1000 * (1 - np.exp(-0.12816) / 1.6)),
    ),
}
