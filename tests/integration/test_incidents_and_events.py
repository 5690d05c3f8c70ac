"""Broken tracking, a sale and groups of budgets, through a real build of accounts made by hand."""

import pandas as pd
import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import BUDGETS, ad_day, days, frame

SOLD = {"1": 12, "2": 8, "3": 10, "4": 10}
"""purchases a day of the four ad sets of each account, each spending 50"""
BROKEN, MENDED, UNTROUBLED, IN_A_SALE = "1234"
"""accounts, each with a campaign of the same number"""
NOTHING_SEEN = {BROKEN: (30, 31), MENDED: (28, 29, 30)}
"""days of March on which Meta sees no purchase"""
EVENTS = f"""
events:
  spring:
    from: 2026-04-01
    to: 2026-04-03
    kind: peak
    scope: "campaign {IN_A_SALE}"
    largest_step: 3
    daily_budget: 600
  first: {{from: 2026-03-20, to: 2026-03-20, kind: promo, scope: "AD SET {IN_A_SALE}2*"}}
groups:
  not ours: {{match: ["ad set {IN_A_SALE}3"], excluded: true}}
"""


@pytest.fixture(scope="module")
def built(project):
    """March of all four; on the morning of 1 April one is in a sale, one of whose is not ours."""
    insights = []
    for account in (BROKEN, MENDED, UNTROUBLED, IN_A_SALE):
        for day in days(1, 31):
            for ad_set, sold in SOLD.items():
                seen = 0 if int(day[-2:]) in NOTHING_SEEN.get(account, ()) else sold
                ad = f"{account}{ad_set}1"
                insights.append(ad_day(day, ad, 50, seen, 10.0 * sold, account_id=account))
    return project.build(
        "incidents_and_events",
        {"insights.json": insights},
        settings=EVENTS,
        arguments=(*BUDGETS, *WITHOUT_COLUMN_TESTS),
    )


@pytest.fixture(scope="module")
def table(built):
    """Return some rows of one account in a table that has it."""

    def table(name, account, where="true", order="budget_entity_id"):
        return frame(
            built,
            f"select * from {name} where account_id = '{account}' and {where} order by {order}",
        )

    return table


def march(*days):
    return tuple(pd.Timestamp(2026, 3, day) for day in days)


def test_everything_is_held_while_purchases_are_missing(table):
    decided = table("results.budget_allocations", BROKEN)
    assert set(decided["action"]) == {"review_tracking"}
    assert (decided["recommended_budget"] == decided["current_budget"]).all()
    assert (
        decided["reason"]
        .str.contains(
            "since 30 Mar 2026 Meta reports 0 % of the purchases that clicks lead to expect"
        )
        .all()
    )
    # 200 clicks a day at the usual 40 in 200
    [incident] = table("results.data_incidents", BROKEN, order="all").itertuples()
    assert (incident.incident_kind, incident.is_open, incident.incident_days) == ("fell", True, 2)
    assert (incident.first_day, incident.last_day) == march(30, 31)
    assert (incident.purchases, incident.share_by_clicks) == (0, 0)


def test_once_tracking_is_mended_the_days_cost_nothing(table):
    """Decisions are those of an account that spent on 28 days only."""
    [incident] = table("results.data_incidents", MENDED, order="all").itertuples()
    assert (incident.first_day, incident.last_day) == march(28, 30)
    assert not incident.is_open
    inputs = table("allocation.decision_inputs", MENDED, "is_decided")
    # of the last seven days four count: 25 to 27 and the 31st
    assert inputs["spend_7d"].tolist() == [200] * 4
    assert inputs["spending_days_7d"].tolist() == [4] * 4
    untroubled = table("allocation.decision_inputs", UNTROUBLED, "is_decided")
    # its latest days, of which late purchases are expected still, are fewer: the same for all
    ratio = inputs["projected_roas"] / untroubled["projected_roas"]
    assert ratio.tolist() == pytest.approx([ratio.mean()] * 4, rel=0.002)
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    for account in (MENDED, UNTROUBLED):
        decided = table("results.budget_allocations", account)
        assert "review_tracking" not in set(decided["action"])


def test_the_published_days_are_as_the_files_have_them(table):
    daily = table("results.adset_daily", MENDED, "date_day = '2026-03-29'", "adset_id")
    assert daily["spend"].tolist() == [50] * 4
    two_days = "adset_id = '21' and date_day in ('2026-03-27', '2026-03-29')"
    features = table("features.adset_features", MENDED, two_days, "date_day")
    assert features["purchases"].tolist() == [12, 0]
    assert features["purchases_1d"].isna().tolist() == [False, True]


def test_a_sale_has_its_own_total_and_what_is_excluded_has_no_part_in_it(table):
    decided = table("results.budget_allocations", IN_A_SALE)
    budgets = decided["recommended_budget"].astype(float).tolist()
    assert budgets[2] == 50
    assert decided["binding_limit"][2] == "excluded"
    # 600 less the 50 that stay: within four times 50 each
    assert sum(budgets) == 600
    assert max(budgets) <= 200
    assert decided["reason"][0].count("spring is on") == 1
    # a sale of one account is none of another
    assert table("results.budget_allocations", UNTROUBLED)["recommended_budget"].sum() == 200


def test_a_sale_by_name_leaves_the_windows_of_those_it_names(table):
    last_day = "date_day = '2026-03-31'"
    spent = table("features.adset_features", IN_A_SALE, last_day, "adset_id")
    assert spent["spend_14d"].tolist() == [700, 650, 700, 700]
    assert spent["spend_28d"].tolist() == [1400, 1350, 1400, 1400]
