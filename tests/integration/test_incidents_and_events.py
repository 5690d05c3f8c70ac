"""Broken tracking, a sale and groups of budgets, through real builds of accounts made by hand."""

from datetime import date

import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import ad_day, days, frame, rows

SOLD = {"111": 12, "121": 8, "131": 10, "141": 10}
"""purchases a day of four ad sets, each spending 50"""


def account(last: int, without: tuple[int, ...] = ()) -> dict[str, object]:
    """March until `last`; on days `without` Meta sees no purchase."""
    return {
        "insights.json": [
            ad_day(day, ad, 50, 0 if int(day[-2:]) in without else sold, 10.0 * sold)
            for day in days(1, last)
            for ad, sold in SOLD.items()
        ]
    }


@pytest.fixture(scope="module")
def broken(project):
    return project.build(
        "pixel_broke", account(30, without=(29, 30)), arguments=WITHOUT_COLUMN_TESTS
    )


@pytest.fixture(scope="module")
def mended(project):
    return project.build(
        "pixel_mended", account(31, without=(28, 29, 30)), arguments=WITHOUT_COLUMN_TESTS
    )


@pytest.fixture(scope="module")
def in_a_sale(project):
    """A sale on the morning of 31 March and one on the 20th; Ad set 13 is none of our business."""
    return project.build(
        "in_a_sale",
        account(30),
        arguments=WITHOUT_COLUMN_TESTS,
        settings="""
events:
  spring:
    {from: 2026-03-31, to: 2026-04-02, kind: peak, largest_step: 3, daily_budget: 600}
  first: {from: 2026-03-20, to: 2026-03-20, kind: promo, scope: "AD SET 12*"}
groups:
  not ours: {match: ["ad set 13"], excluded: true}
""",
    )


def test_everything_is_held_while_purchases_are_missing(broken):
    decided = frame(broken, "select * from results.budget_allocations")
    assert set(decided["action"]) == {"review_tracking"}
    assert (decided["recommended_budget"] == decided["current_budget"]).all()
    assert (
        decided["reason"]
        .str.contains(
            "since 29 Mar 2026 Meta reports 0 % of the purchases that clicks lead to expect"
        )
        .all()
    )
    # 200 clicks a day at the usual 40 in 200
    [incident] = rows(
        broken,
        "select incident_kind, first_day, last_day, incident_days, is_open, purchases, "
        "share_by_clicks from results.data_incidents",
    )
    assert incident == ("fell", date(2026, 3, 29), date(2026, 3, 30), 2, True, 0, 0)


def test_once_tracking_is_mended_the_days_cost_nothing(mended, project):
    """Decisions are those of an account that spent on 28 days only."""
    [incident] = rows(mended, "select first_day, last_day, is_open from results.data_incidents")
    assert incident == (date(2026, 3, 28), date(2026, 3, 30), False)
    found = frame(
        mended,
        "select budget_entity_id, projected_roas, spend_7d, purchases_7d, roas_matured_7d, "
        "spending_days_7d from allocation.decision_inputs where is_decided order by all",
    )
    # of the last seven days four count: 25 to 27 and the 31st
    assert found["spend_7d"].tolist() == [200] * 4
    assert found["spending_days_7d"].tolist() == [4] * 4
    usual = project.build("pixel_never_broke", account(31), arguments=WITHOUT_COLUMN_TESTS)
    untroubled = frame(
        usual,
        "select projected_roas from allocation.decision_inputs where is_decided "
        "order by budget_entity_id",
    )
    # its latest days, of which late purchases are expected still, are fewer: the same for all
    ratio = found["projected_roas"] / untroubled["projected_roas"]
    assert ratio.tolist() == pytest.approx([ratio.mean()] * 4, rel=0.002)
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    assert set(frame(mended, "select action from results.budget_allocations")["action"]) != {
        "review_tracking"
    }


def test_the_published_days_are_as_the_files_have_them(mended):
    daily = frame(mended, "select * from results.adset_daily where date_day = '2026-03-29'")
    assert daily["spend"].sum() == 200
    features = frame(
        mended,
        "select date_day, purchases, purchases_1d from features.adset_features "
        "where adset_id = '11' and date_day in ('2026-03-27', '2026-03-29') order by all",
    )
    assert features["purchases"].tolist() == [12, 0]
    assert features["purchases_1d"].isna().tolist() == [False, True]


def test_a_sale_has_its_own_total_and_what_is_excluded_has_no_part_in_it(in_a_sale):
    decided = frame(in_a_sale, "select * from results.budget_allocations order by budget_entity_id")
    budgets = decided["recommended_budget"].astype(float).tolist()
    assert budgets[2] == 50
    assert decided["binding_limit"][2] == "excluded"
    # 600 less the 50 that stay: within four times 50 each
    assert sum(budgets) == 600
    assert max(budgets) <= 200
    assert decided["reason"][0].count("spring is on") == 1


def test_a_sale_by_name_leaves_the_windows_of_those_it_names(in_a_sale):
    spent = frame(
        in_a_sale,
        "select adset_id, spend_14d, spend_28d from features.adset_features "
        "where date_day = '2026-03-30' order by adset_id",
    )
    assert spent["spend_14d"].tolist() == [700, 650, 700, 700]
    assert spent["spend_28d"].tolist() == [1400, 1350, 1400, 1400]
