"""Ad sets bought for leads: left alone, and with a value of a lead judged by it."""

import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import BUDGETS, ad_day, days, frame, rows

RESULTS_A_DAY = {"1": 10, "2": 5, "3": 10, "4": 5}
"""of the four ad sets of a campaign: each spends 50 a day, and sells one thing on the way"""
LEADS, CARTS = "2", "3"
"""the campaigns, each in an account of its own, of which only leads have a value"""
BOUGHT = {
    # a lead ad counts under two types, of which the website's lacks a part
    LEADS: ("OUTCOME_LEADS", lambda n: {"offsite_conversion.fb_pixel_lead": n - 2, "lead": n}),
    CARTS: ("OUTCOME_ENGAGEMENT", lambda n: {"post_engagement": n}),
}


@pytest.fixture(scope="module")
def built(project):
    insights = [
        ad_day(
            day,
            f"{campaign}{ad_set}1",
            50,
            account_id=campaign,
            objective=objective,
            actions=[
                {"action_type": kind, "value": str(count)}
                for kind, count in (counts(results) | {"omni_purchase": 1}).items()
            ],
            action_values=[{"action_type": "omni_purchase", "value": "400.00"}],
        )
        for day in days(1, 30)
        for campaign, (objective, counts) in BOUGHT.items()
        for ad_set, results in RESULTS_A_DAY.items()
    ]
    return project.build(
        "values_of_results",
        {"insights.json": insights},
        settings="targets: {value_per_result: {leads: 12}, target_cpa: 8}",
        arguments=(*BUDGETS, *WITHOUT_COLUMN_TESTS),
    )


def decided(built, account):
    return frame(
        built,
        f"select * from results.budget_allocations where account_id = '{account}'",
    ).set_index("budget_entity_id")


def test_what_has_no_value_keeps_its_budgets(built):
    kept = decided(built, CARTS)
    assert set(kept["rule_id"]) == {"goal_without_value"}
    assert set(kept["action"]) == {"hold"}
    assert kept["reason"].str.contains("it buys engagement, which have no revenue here").all()


def test_budgets_move_to_cheaper_leads(built):
    moved = decided(built, LEADS)
    change = moved["budget_change_pct"]
    assert (change[["21", "23"]] > 0).all()
    assert (change[["22", "24"]] < 0).all()
    assert moved["recommended_budget"].sum() == moved["current_budget"].sum() == 200
    assert moved["binding_limit"].ne("goal_without_value").all()
    # 28 days of 10 and of 5
    assert "on 280 leads, each worth 12.00 USD, in 28 days" in moved.loc["21", "reason"]
    assert "on 140 leads, each worth 12.00 USD, in 28 days" in moved.loc["22", "reason"]


def test_a_target_cost_is_the_cost_of_a_lead(built):
    """At 8 a lead worth 12 the next unit must return 1.5: a limit to those whose leads cost 10."""
    reason = decided(built, LEADS).loc["22", "reason"]
    assert "Its next unit must return 1.50 or more." in reason


def test_a_lead_counts_once_and_is_worth_its_value(built):
    """By the widest type, not the sum."""
    found = rows(
        built,
        "select budget_entity_id, purchases_28d, purchase_value_28d, cpa_28d, account_aov_28d, "
        "account_cpa_28d, shopify_correction from allocation.decision_inputs "
        f"where is_decided and account_id = '{LEADS}' order by all",
    )
    # 28 days of 10 leads of 12 for 50; of all, 4 x 28 x 50 for 28 x 30 leads
    assert found[0] == ("21", 280, 3360, 5, 12, pytest.approx(20 / 3), 1)
    assert found[1] == ("22", 140, 1680, 10, 12, pytest.approx(20 / 3), 1)


def test_daily_tables_show_what_was_bought(built):
    # 30 days of one purchase of 400 in each of four ad sets of two accounts
    for table in ("adset_daily", "campaign_daily", "account_daily"):
        bought = "count(distinct account_id), sum(purchases), sum(purchase_value)"
        assert rows(built, f"select {bought} from results.{table}") == [(2, 240, 96_000)]
    assert (
        rows(
            built,
            "select sum(purchases), sum(purchase_value) from intermediate.int_entity_days "
            "where entity_level = 'account' group by account_id",
        )
        == [(120, 48_000)] * 2
    )
