"""Ad sets bought for leads: left alone, and with a value of a lead judged by it."""

import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import ad_day, days, frame, rows

LEADS_A_DAY = {"211": 10, "221": 5, "231": 10, "241": 5}
"""each spends 50 a day, and sells one thing on the way"""


def account() -> dict[str, object]:
    """A lead ad counts under two types, of which the website's lacks a part."""
    return {
        "insights.json": [
            ad_day(
                day,
                ad,
                50,
                objective="OUTCOME_LEADS",
                actions=[
                    {"action_type": "offsite_conversion.fb_pixel_lead", "value": str(leads - 2)},
                    {"action_type": "lead", "value": str(leads)},
                    {"action_type": "omni_purchase", "value": "1"},
                ],
                action_values=[{"action_type": "omni_purchase", "value": "400.00"}],
            )
            for day in days(1, 30)
            for ad, leads in LEADS_A_DAY.items()
        ]
    }


@pytest.fixture(scope="module")
def without_value(project):
    return project.build("leads_without_value", account(), arguments=WITHOUT_COLUMN_TESTS)


@pytest.fixture(scope="module")
def with_value(project):
    return project.build(
        "leads_with_value",
        account(),
        settings="targets: {value_per_result: {leads: 12}}",
        arguments=WITHOUT_COLUMN_TESTS,
    )


def test_without_a_value_leads_keep_their_budgets(without_value):
    decided = frame(without_value, "select * from results.budget_allocations")
    assert set(decided["rule_id"]) == {"goal_without_value"}
    assert set(decided["action"]) == {"hold"}
    assert decided["reason"].str.contains("it buys leads, which have no revenue here").all()


def test_with_a_value_budgets_move_to_cheaper_leads(with_value):
    decided = frame(
        with_value, "select * from results.budget_allocations order by budget_entity_id"
    ).set_index("budget_entity_id")
    change = decided["budget_change_pct"]
    assert (change[["21", "23"]] > 0).all()
    assert (change[["22", "24"]] < 0).all()
    assert decided["recommended_budget"].sum() == decided["current_budget"].sum() == 200
    assert decided["binding_limit"].ne("goal_without_value").all()
    # 28 days of 10 and of 5
    assert "on 280 leads, each worth 12.00 USD, in 28 days" in decided.loc["21", "reason"]
    assert "on 140 leads, each worth 12.00 USD, in 28 days" in decided.loc["22", "reason"]


def test_a_lead_counts_once_and_is_worth_its_value(with_value):
    """By the widest type, not the sum."""
    found = rows(
        with_value,
        "select budget_entity_id, purchases_28d, purchase_value_28d, cpa_28d, account_aov_28d, "
        "account_cpa_28d, shopify_correction from allocation.decision_inputs where is_decided "
        "order by all",
    )
    # 28 days of 10 leads of 12 for 50; of all, 4 x 28 x 50 for 28 x 30 leads
    assert found[0] == ("21", 280, 3360, 5, 12, pytest.approx(20 / 3), 1)
    assert found[1] == ("22", 140, 1680, 10, 12, pytest.approx(20 / 3), 1)


@pytest.mark.parametrize("built", ["with_value", "without_value"])
def test_daily_tables_show_what_was_bought(built, request):
    file = request.getfixturevalue(built)
    # 30 days of one purchase of 400 in each of four ad sets
    for table in ("adset_daily", "campaign_daily", "account_daily"):
        [(purchases, revenue)] = rows(
            file, f"select sum(purchases), sum(purchase_value) from results.{table}"
        )
        assert (purchases, revenue) == (120, 48_000)
    of_account = rows(
        file,
        "select sum(purchases), sum(purchase_value) from intermediate.int_entity_days "
        "where entity_level = 'account'",
    )
    assert of_account == [(120, 48_000)]


def test_a_target_cost_is_the_cost_of_a_lead(project):
    """At 8 a lead worth 12 the next unit must return 1.5: a limit to those whose leads cost 10."""
    built = project.build(
        "leads_with_target",
        account(),
        arguments=WITHOUT_COLUMN_TESTS,
        settings="targets: {value_per_result: {leads: 12}, target_cpa: 8}",
    )
    reasons = dict(rows(built, "select budget_entity_id, reason from results.budget_allocations"))
    assert "Its next unit must return 1.50 or more." in reasons["22"]
