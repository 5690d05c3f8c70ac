"""What changes of ad sets gain, against calculations by hand."""

import numpy as np
import pytest
from recommendation_cases import (
    BUYERS,
    LOOKALIKE,
    NAMES,
    OPEN_SPEC,
    ROAS_ERROR,
    SEED,
    SPEC,
    VISITORS,
    constraint,
    tables,
)

from python_jobs.audience.recommendations.adsets import adset_candidates
from python_jobs.audience.recommendations.candidates import CANDIDATES
from python_jobs.audience.recommendations.merges import put_together
from python_jobs.audience.recommendations.targeting import NEW_AUDIENCE, problems
from python_jobs.decisions.rules.catalogue import default_parameters

PARAMETERS = default_parameters()
ENDS = 1.2816
# 5 of 50 events: 0.25 x 2.00 x spend of a week (700) x 5 / 50
LEARNING = 35.0
OPEN = {"spec": OPEN_SPEC, "excludes_buyers": 0.0}
NOT_EXCLUDED = [("buyers_not_excluded", "a")]


def found(*arguments, **more):
    return adset_candidates(tables(*arguments, **more), PARAMETERS)


def only(kind, *arguments, **more):
    rows = found(*arguments, **more)
    rows = rows[rows["recommendation_type"] == kind]
    assert len(rows) == 1
    return rows.iloc[0]


def test_an_account_without_mistakes_has_no_candidates():
    rows = found({"a": {}})
    assert rows.empty
    assert list(rows.columns) == list(CANDIDATES)


def test_excluding_buyers_moves_their_share_to_strangers_and_restarts_learning():
    row = only("exclude_buyers", {"a": OPEN}, findings=NOT_EXCLUDED)
    # 5 % of 3,000 at the next unit's 1.50
    assert row["gain_30d"] == pytest.approx(225 - LEARNING)
    # each part to its end alone: 3 % and 7 %, marginal ROAS by a tenth, ROAS, penalty 0 and 0.5
    factor, of_roas = np.exp(ENDS * 0.1), np.exp(ENDS * ROAS_ERROR)
    won_low = np.hypot(225 - 135, 225 - 225 / factor)
    won_high = np.hypot(315 - 225, 225 * factor - 225)
    cost_low = np.hypot(LEARNING, LEARNING - LEARNING / of_roas)
    cost_high = np.hypot(LEARNING, LEARNING * of_roas - LEARNING)
    assert row["gain_30d_low"] == pytest.approx(190 - np.hypot(won_low, cost_high))
    assert row["gain_30d_high"] == pytest.approx(190 + np.hypot(won_high, cost_low))
    assert row["expected_revenue_30d"] == pytest.approx(6000 + 190)
    assert row["expected_roas"] == pytest.approx(6190 / 3000)
    assert row["expected_cpa"] == pytest.approx(20 * 6000 / 6190)
    assert row["targeting"]["excluded_custom_audiences"] == [
        {"id": BUYERS, "name": "Buyers 180 days"}
    ]
    assert row["changes"] == ['Exclude "Buyers 180 days".']
    assert row["exclusions"] == ["Buyers 180 days"]
    assert row["daily_budget"] == 100
    # it learns for a week, which takes 5 / 50 of the penalty of a quarter
    assert (row["learning_days"], row["learning_share"]) == (7, pytest.approx(0.025))


@pytest.mark.parametrize(
    ("events", "cost"),
    # 0.25 x 2.00 x 700 x the smaller of E / 50 and 50 / E
    [(5.0, 35.0), (50.0, 350.0), (100.0, 175.0)],
)
def test_learning_costs_most_where_it_has_just_ended(events, cost):
    row = only("exclude_buyers", {"a": OPEN | {"events_a_week": events}}, findings=NOT_EXCLUDED)
    assert row["gain_30d"] == pytest.approx(225 - cost)


def test_changes_of_one_targeting_are_one_edit_and_learn_once():
    facebook = OPEN | {
        "spec": OPEN_SPEC | {"publisher_platforms": ["facebook"]},
        "platforms": "facebook",
        "platform_count": 1.0,
    }
    row = only(
        "exclude_buyers",
        {"a": facebook},
        findings=[*NOT_EXCLUDED, ("placements_switched_off", "a")],
    )
    # what open placements gain nobody knows
    assert row["gain_30d"] == pytest.approx(225 - LEARNING)
    assert row["changes"] == ['Exclude "Buyers 180 days".', "Choose Advantage+ placements."]
    assert "publisher_platforms" not in row["targeting"]
    assert problems(row["targeting"]) == []


def test_placements_alone_are_no_candidate():
    facebook = {"spec": SPEC | {"publisher_platforms": ["facebook"]}, "platform_count": 1.0}
    assert found({"a": facebook}, findings=[("placements_switched_off", "a")]).empty


def test_leaving_out_audience_network_gives_its_money_to_the_rest():
    leak = {"network_share": 0.3, "network_cpa_ratio": 3.0, "network_log_error": 0.2}
    row = only("drop_placement", {"a": leak}, findings=[("placement_leak", "a")])
    # 900 there return 2.00 / 3; the ad set's next unit returns 1.50
    assert row["gain_30d"] == pytest.approx(900 * (1.5 - 2 / 3) - LEARNING)
    # those who get the money may be unlike by 0.3; it is the largest of what is not known
    down = 900 * 1.5 * (1 - np.exp(-ENDS * np.hypot(0.1, 0.3)))
    assert row["gain_30d"] - row["gain_30d_low"] == pytest.approx(down, rel=0.15)
    assert row["targeting"]["publisher_platforms"] == ["facebook", "instagram", "messenger"]


def test_ages_open_to_those_that_the_account_keeps_to():
    cut = {
        "spec": SPEC | {"age_max": 34, "genders": [2]},
        "inside_purchases": 40.0,
        "inside_roas": 1.6,
        "outside_purchases": 60.0,
        "outside_roas": 3.0,
        "cut_roas_ratio": 1.875,
        "cut_log_error": 0.2,
    }
    row = only(
        "widen_people",
        {"a": cut},
        findings=[("age_gender_cut_contradicted", "a")],
        constraints=[constraint("age", {"age_min": 18, "age_max": 60})],
    )
    # those left out get 60 / 3.0 = 20 of 20 + 40 / 1.6 = 45, at 0.875 more
    assert row["gain_30d"] == pytest.approx(20 / 45 * 6000 * 0.875 - LEARNING)
    spec = row["targeting"]
    assert (spec["age_min"], spec["age_max"]) == (18, 60)
    assert "genders" not in spec


def test_the_poorest_country_goes_at_what_the_next_unit_returns_in_the_others():
    mixed = {
        "worst_country": "CA",
        "best_country": "US",
        "worst_country_roas": 0.8,
        "best_country_roas": 2.4,
        "country_roas_log_error": 0.2,
        "worst_country_spend_30d": 600.0,
        "shopify_correction": 0.5,
    }
    row = only("drop_country", {"a": mixed}, findings=[("mixed_countries", "a")])
    # 600 of the 3,000 of its window; its 0.80 as Meta reports are 0.40
    assert row["gain_30d"] == pytest.approx(600 * (1.5 - 0.4) - LEARNING)
    assert row["targeting"]["geo_locations"]["countries"] == ["US"]


def lookalike(**more):
    spec = SPEC | {
        "geo_locations": {"countries": ["US"]},
        "custom_audiences": [{"id": LOOKALIKE, "name": NAMES[LOOKALIKE]}],
    }
    return {"audience_type": "lookalike", "lookalike_percent": 1.0, "spec": spec} | more


@pytest.mark.parametrize("kept", [0.5, 0.0], ids=["half of the clicks", "no click this week"])
def test_a_lookalike_widens_to_three_times_the_people(kept):
    # 4 impressions a person reached at random: 4 / (1 - exp(-4)); of three times the people 4 / 3
    often, seldom = 4 / -np.expm1(-4), 4 / 3 / -np.expm1(-4 / 3)
    row = only(
        "wider_lookalike",
        {"a": lookalike(frequency_7d=often, ctr_kept=kept)},
        findings=[("frequency_too_high", "a")],
    )
    clicks = ((seldom + 1) / (often + 1)) ** -0.43
    assert 1 < clicks < 2
    assert row["gain_30d"] == pytest.approx(6000 * (clicks - 1) - LEARNING)
    assert row["targeting"]["custom_audiences"][0]["id"] == NEW_AUDIENCE
    assert row["audience_to_create"]["origin_audience_id"] == SEED
    assert '"ratio": 0.03' in row["audience_to_create"]["lookalike_spec"]


def test_no_more_clicks_come_back_than_were_lost():
    row = only(
        "wider_lookalike",
        {"a": lookalike(frequency_7d=6.0, ctr_kept=0.9)},
        findings=[("frequency_too_high", "a")],
    )
    assert row["gain_30d"] == pytest.approx(6000 * (1 / 0.9 - 1) - LEARNING)


POOR = {
    "roas": 0.8,
    "marginal_roas": 0.6,
    "spend_by_return": 6.0,
    "action": "decrease",
    # 16 an order, as 0.80 at 20 a purchase
    "purchase_value_corrected_long": 7200.0,
}


def test_money_of_a_poor_ad_set_earns_more_elsewhere():
    row = only("pause", {"a": POOR})
    assert row["gain_30d"] == pytest.approx(3000 * (1.2 - 0.8))
    assert row["gain_30d_low"] == pytest.approx(3000 * (1.2 - 0.8 * np.exp(ENDS * ROAS_ERROR)))
    assert row["daily_budget"] == 0
    assert row["expected_revenue_30d"] == 0


@pytest.mark.parametrize(
    "otherwise",
    [
        # budgets raise it
        {"action": "increase"},
        # a smaller one still buys a purchase a day at 20
        {"spend_by_return": 21.0},
        # 1.10 may as well be 1.28
        {"roas": 1.1},
        # 24 an order in 90 days, for which it returns 1.20
        {"purchase_value_corrected_long": 10_800.0},
        # a person's word
        {"lower_limit": 100.0, "upper_limit": 100.0, "upper_limit_name": "pinned"},
        {"is_advantage_campaign": True},
        {"is_active": False},
    ],
)
def test_others_are_not_paused(otherwise):
    assert found({"a": POOR | otherwise}).empty


def test_tests_and_accounts_in_doubt_are_left_alone():
    ads = [{"account_id": "1", "adset_id": "a", "ad_id": "x", "is_test": True, "verdict": "keep"}]
    assert found({"a": POOR}, ads=ads).empty
    assert found({"a": POOR}, open_incident=True).empty
    assert found({"a": POOR | {"account_goal": "link_clicks"}}).empty


def test_ads_that_are_paused_leave_their_money_to_the_others():
    ads = [
        {
            "account_id": "1",
            "adset_id": "a",
            "ad_id": "x",
            "ad_name": "Dear",
            "is_test": False,
            "spend_7d": 70.0,
            "purchases": 3.0,
            "expected_cpa": 50.0,
            "verdict": "pause",
            "reason": "It is dear.",
        }
    ]
    row = only("pause_ads", {"a": {}}, ads=ads)
    # 300 in 30 days at 2.00, of which 20 / 50 are earned as it is
    assert row["gain_30d"] == pytest.approx(600 * (1 - 0.4))
    # ln of its cost is known to 1 / sqrt(3 + 1)
    assert row["gain_30d_low"] == pytest.approx(600 * (1 - 0.4 * np.exp(ENDS * 0.5)))
    assert row["changes"] == ['Switch off "Dear".']
    # the only ad stays
    assert found({"a": {"running_ads": 1.0}}, ads=ads).empty


def test_a_cap_is_raised_so_that_the_budget_is_spent():
    throttled = {"bid_amount": 22.0, "current_spend": 40.0, "action": "hold"}
    row = only("change_bid", {"a": throttled}, findings=[("throttled_by_bid", "a")])
    # 1.25 x 20 is more than 1.1 x 22
    assert row["bid_amount"] == 25
    # from 40 to 100 a day: 1,200 x 1.5 x (2.5^0.75 - 1) / 0.75, less 1,800 at 1.20
    units = 1200 * (2.5**0.75 - 1) / 0.75
    assert row["gain_30d"] == pytest.approx(1.5 * units - 1800 * 1.2)
    assert row["expected_roas"] == pytest.approx((1200 * 2 + 1.5 * units) / 3000)
    decreased = throttled | {"action": "decrease"}
    assert found({"a": decreased}, findings=[("throttled_by_bid", "a")]).empty


def test_a_raise_is_that_of_the_budgets():
    raised = {"action": "increase", "recommended_budget": 120.0}
    row = only("scale", {"a": raised})
    units = 3000 * (1.2**0.75 - 1) / 0.75
    assert row["daily_budget"] == 120
    assert row["changes"] == ["Raise its budget from 100.00 USD to 120.00 USD."]
    # the next unit is known no better and no worse than ROAS
    low = row["expected_roas"] / np.exp(ENDS * ROAS_ERROR)
    assert row["expected_roas_low"] == pytest.approx(low)
    assert row["gain_30d"] == pytest.approx(1.5 * units - 600 * 1.2)
    # no room beyond it
    assert found({"a": raised | {"spend_to": 115.0}}).empty


def test_another_event_gives_way_to_purchases():
    clicks = {
        "goal": "link_clicks",
        "optimization_goal": "LINK_CLICKS",
        "purchase_value_corrected": 560.0,
        "roas": np.nan,
        "marginal_roas": np.nan,
    }
    row = only("change_event", {"a": clicks, "b": {}}, findings=[("wrong_optimization_event", "a")])
    # 560 on 2,800 is 0.20; the like return 2.00, of which learning takes a quarter
    assert row["gain_30d"] == pytest.approx(3000 * (2 * 0.75 - 0.2))
    # 40 a purchase, as the account's 2.00 at 20
    assert row["expected_cpa"] == pytest.approx(40 / 1.5)
    assert (row["optimization_goal"], row["promoted_event"]) == (
        "OFFSITE_CONVERSIONS",
        "PURCHASE",
    )


def rates(**rates_):
    """Purchases per impression by type in broad audiences, each known to a tenth and a tenth."""
    rows = []
    for kind, rate in rates_.items():
        common = {"account_id": "1", "measure": "purchases_per_impression", "creative_type": kind}
        common |= {"ads": 3, "effect_sd": 0.1}
        rows += [common, common | {"audience_type": "broad", "expected_rate": rate}]
    return rows


def ad(kind, purchases):
    return {
        "account_id": "1",
        "adset_id": "a",
        "ad_id": "x",
        "creative_type": kind,
        "is_test": False,
        "spend_7d": 700.0,
        "impressions": 99_500.0,
        "purchases": purchases,
        "verdict": "keep",
    }


def test_ads_of_a_better_type_get_their_share_of_delivery():
    one = {"running_ads": 1.0}
    # it sells what is due of its type: 99.5
    row = only(
        "new_creative",
        {"a": one},
        ads=[ad("video", 99.5)],
        cells=rates(video=0.001, image=0.0015),
    )
    assert row["creative_type"] == "image"
    # two of three ads sell half as much again
    assert row["gain_30d"] == pytest.approx(2 / 3 * 6000 * 0.5 - LEARNING)


def test_a_winner_is_not_outdone_by_an_ordinary_ad_of_a_better_type():
    one, cells = {"running_ads": 1.0}, rates(video=0.001, image=0.0015)
    rows = found({"a": one}, ads=[ad("video", 398.5)], cells=cells)
    # four times what is due (399 of 100, half a purchase added to each); of ln 3.99 the ad has
    # 0.09 / (0.09 + 0.09 + 1 / 399), nearly half: 1.98 > 1.5
    assert rows.empty


def interest(name, **more):
    details = [{"interests": [{"id": f"60{ord(name)}", "name": name}]}]
    return {
        "spec": SPEC | {"flexible_spec": details},
        "audience_type": "interest",
        "events_a_week": 20.0,
    } | more


SPLIT = [("too_many_ad_sets", "k")]


def test_merged_ad_sets_have_their_events_together():
    row = only(
        "merge",
        {"a": interest("A"), "b": interest("B", events_a_week=25.0, evidence_purchases=200.0)},
        findings=SPLIT,
    )
    # learning takes 0.25 x 0.6 and 0.25 x 0.5, together 0.25 x 0.1
    won = 6000 * (0.975 / 0.85 - 1) + 6000 * (0.975 / 0.875 - 1)
    assert row["gain_30d"] == pytest.approx(won)
    # without any penalty nothing is won
    assert row["gain_30d_low"] == pytest.approx(
        won - np.hypot(won, _of_roas(6000 * (0.975 / 0.85 - 1), 6000 * (0.975 / 0.875 - 1)))
    )
    # the one with most purchases stays
    assert row["adset_ids"] == ["b", "a"]
    assert row["daily_budget"] == 200
    assert [item["name"] for item in row["targeting"]["flexible_spec"][0]["interests"]] == [
        "B",
        "A",
    ]
    assert row["expected_roas"] == pytest.approx((12_000 + won) / 6000)
    assert row["expected_cpa"] == pytest.approx(20 * 12_000 / (12_000 + won))


def _of_roas(*gains):
    """Each gain with its own ROAS at its lower end."""
    return np.sqrt(sum((gain - gain / np.exp(ENDS * ROAS_ERROR)) ** 2 for gain in gains))


@pytest.mark.parametrize(
    "other",
    [
        {"roas": 4.0},
        {"events_a_week": 60.0},
        {"campaign_id": "elsewhere"},
        {"optimization_goal": "VALUE"},
        {"special_ad_categories": ["HOUSING"]},
        {"spec": interest("B")["spec"] | {"geo_locations": {"countries": ["GB"]}}},
        {"spec": interest("B")["spec"] | {"locales": [6]}},
    ],
)
def test_what_is_unlike_is_not_merged(other):
    adsets = {"a": interest("A"), "b": interest("B") | other}
    assert "merge" not in set(found(adsets, findings=SPLIT)["recommendation_type"])


def test_no_more_are_merged_than_end_learning():
    adsets = {name: interest(name.upper(), events_a_week=30.0) for name in "abcd"}
    row = only("merge", adsets, findings=SPLIT)
    assert row["adset_ids"] == ["a", "b"]


def test_together_they_reach_whom_any_of_them_reached():
    men = SPEC | {"age_min": 25, "age_max": 34, "genders": [1]}
    women = SPEC | {
        "age_min": 35,
        "age_max": 54,
        "genders": [2],
        "excluded_custom_audiences": [{"id": VISITORS}],
        "publisher_platforms": ["facebook"],
    }
    spec = put_together([men, women])
    assert (spec["age_min"], spec["age_max"]) == (25, 54)
    assert "genders" not in spec
    assert "publisher_platforms" not in spec
    assert [item["id"] for item in spec["excluded_custom_audiences"]] == [BUYERS, VISITORS]
    assert put_together([men, men]) == men


def test_what_one_of_them_reached_the_merged_one_does_not_exclude():
    visitors = SPEC | {"custom_audiences": [{"id": VISITORS}]}
    others = SPEC | {
        "custom_audiences": [{"id": SEED}],
        "excluded_custom_audiences": [{"id": VISITORS}],
    }
    spec = put_together([visitors, others])
    assert [item["id"] for item in spec["custom_audiences"]] == [VISITORS, SEED]
    assert [item["id"] for item in spec["excluded_custom_audiences"]] == [BUYERS]


def test_special_categories_are_not_edited():
    assert found({"a": OPEN | {"special_ad_categories": ["HOUSING"]}}, findings=NOT_EXCLUDED).empty
