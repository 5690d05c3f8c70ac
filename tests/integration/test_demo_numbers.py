"""Features of one ad set of the demo on one day, worked out again from the raw files with pandas.

The ad set is the lookalike whose daily budget went from 88 to 70 dollars between the files of 4 and
11 May; the day is 20 May, whose purchases are all in by the end of the data.
"""

import json
from datetime import date
from math import log

import pandas as pd
import pytest
from conftest import DEMO
from reading import frame, rows

AD_SET = "120222130000079190"
CAMPAIGN = "120221130000015838"
DAY = pd.Timestamp("2026-05-20")
PRIOR = [0.50, 0.66, 0.75, 0.81, 0.87, 0.92, 0.96]
MATURE_AFTER = 7


def read_insights(pattern):
    """Rows of the level's pages with numbers; one action type each, the omni one where it is."""
    pages = [json.loads(file.read_text())["data"] for file in sorted(DEMO.glob(pattern))]
    table = pd.DataFrame([row for page in pages for row in page])
    table["day"] = pd.to_datetime(table["date_start"])
    for column in ("spend", "impressions", "reach", "clicks", "inline_link_clicks"):
        table[column] = table[column].astype(float)

    def actions(list_name, action_type, window="value"):
        return [
            next((float(a.get(window, 0)) for a in entries if a["action_type"] == action_type), 0)
            if isinstance(entries, list)
            else 0
            for entries in table[list_name]
        ]

    table["purchases"] = actions("actions", "omni_purchase")
    table["purchases_1d_click"] = actions("actions", "omni_purchase", "1d_click")
    table["purchases_7d_click"] = actions("actions", "omni_purchase", "7d_click")
    table["purchase_value"] = actions("action_values", "omni_purchase")
    table["add_to_carts"] = actions("actions", "add_to_cart")
    return table


@pytest.fixture(scope="module")
def ad_sets():
    return read_insights("insights_adset_page_*.json")


@pytest.fixture(scope="module")
def campaigns():
    return read_insights("insights_campaign*.json")


@pytest.fixture(scope="module")
def accounts():
    return read_insights("insights_account*.json")


@pytest.fixture(scope="module")
def features(demo_warehouse):
    table = frame(
        demo_warehouse,
        f"select * from features.adset_features where adset_id = '{AD_SET}' "
        f"and date_day = '{DAY.date()}'",
    )
    assert len(table) == 1
    return table.iloc[0]


def last_days(table, days, ends=DAY):
    return table[(table["day"] <= ends) & (table["day"] > ends - pd.Timedelta(days=days))]


@pytest.mark.parametrize("days", [1, 3, 7, 14, 28])
def test_windows(features, ad_sets, days):
    own = last_days(ad_sets[ad_sets["adset_id"] == AD_SET], days)
    assert len(own) == days
    spend, impressions, clicks = (
        own[c].sum() for c in ("spend", "impressions", "inline_link_clicks")
    )
    purchases, revenue = own["purchases"].sum(), own["purchase_value"].sum()
    expected = {
        "spend": spend,
        "impressions": impressions,
        "link_clicks": clicks,
        "purchases": purchases,
        "purchase_value": revenue,
        "ctr": clicks / impressions,
        "cpm": spend * 1000 / impressions,
        "cpc": spend / clicks,
        "cvr": purchases / clicks,
        "cpa": spend / purchases if purchases else float("nan"),
        "aov": revenue / purchases if purchases else float("nan"),
        "roas": revenue / spend,
        "roas_matured": revenue / spend,
    }
    found = {name: features[f"{name}_{days}d"] for name in expected}
    assert found == pytest.approx(expected, nan_ok=True)


def test_the_day_itself(features, ad_sets):
    [day] = ad_sets[(ad_sets["adset_id"] == AD_SET) & (ad_sets["day"] == DAY)].to_dict("records")
    for feature, column in {
        "spend": "spend",
        "impressions": "impressions",
        "reach": "reach",
        "clicks_all": "clicks",
        "link_clicks": "inline_link_clicks",
        "purchases": "purchases",
        "purchase_value": "purchase_value",
        "add_to_carts": "add_to_carts",
    }.items():
        assert features[feature] == pytest.approx(day[column]), feature
    # 20 May 2026 is a Wednesday
    assert (features["weekday"], features["is_weekend"], features["month"]) == (3, False, 5)
    assert (features["quarter"], features["northern_season"]) == (2, "spring")


def test_trends(features, ad_sets):
    own = ad_sets[ad_sets["adset_id"] == AD_SET]
    weeks = [last_days(own, 7, DAY - pd.Timedelta(weeks=n)) for n in range(3)]
    measures = {
        "spend": [w["spend"].sum() for w in weeks],
        "ctr": [w["inline_link_clicks"].sum() / w["impressions"].sum() for w in weeks],
        "cpm": [w["spend"].sum() / w["impressions"].sum() for w in weeks],
        "roas": [w["purchase_value"].sum() / w["spend"].sum() for w in weeks],
    }
    for name, (now, before, earlier) in measures.items():
        assert features[f"{name}_trend"] == pytest.approx(now / before - 1), name
        acceleration = now / before - before / earlier
        assert features[f"{name}_acceleration"] == pytest.approx(acceleration), name
    two_weeks = last_days(own, 14)
    daily_roas = two_weeks["purchase_value"] / two_weeks["spend"]
    assert features["roas_volatility_14d"] == pytest.approx(daily_roas.std() / daily_roas.mean())
    first_weeks = own[own["day"] < own["day"].min() + pd.Timedelta(days=14)]
    first_ctr = first_weeks["inline_link_clicks"].sum() / first_weeks["impressions"].sum()
    assert features["ctr_against_first_weeks"] == pytest.approx(measures["ctr"][0] / first_ctr - 1)
    week = weeks[0]
    assert features["frequency_7d_low"] == pytest.approx(
        week["impressions"].sum() / week["reach"].sum()
    )
    assert features["frequency_7d_high"] == pytest.approx(
        week["impressions"].sum() / week["reach"].max()
    )


def test_against_campaign_and_account(features, ad_sets, campaigns, accounts):
    own = last_days(ad_sets[ad_sets["adset_id"] == AD_SET], 7)
    campaign = last_days(campaigns[campaigns["campaign_id"] == CAMPAIGN], 7)
    account = last_days(accounts, 7)
    roas = {
        name: table["purchase_value"].sum() / table["spend"].sum()
        for name, table in {"own": own, "campaign": campaign, "account": account}.items()
    }
    for parent, table in {"campaign": campaign, "account": account}.items():
        assert features[f"{parent}_spend_7d"] == pytest.approx(table["spend"].sum())
        assert features[f"{parent}_purchases_7d"] == pytest.approx(table["purchases"].sum())
        assert features[f"{parent}_roas_7d"] == pytest.approx(roas[parent])
        share = own["spend"].sum() / table["spend"].sum()
        assert features[f"{parent}_spend_share_7d"] == pytest.approx(share)
        assert features[f"roas_to_{parent}_7d"] == pytest.approx(roas["own"] / roas[parent])


def test_budget(features, ad_sets):
    seen = {}
    for file in sorted(DEMO.glob("adsets_*.json")):
        [ad_set] = [a for a in json.loads(file.read_text())["data"] if a["id"] == AD_SET]
        seen[pd.Timestamp(file.stem[-10:])] = int(ad_set["daily_budget"]) / 100
    assert list(seen.values()) == [88, 70, 70, 70, 70]
    spend = last_days(ad_sets[ad_sets["adset_id"] == AD_SET], 7)["spend"].sum()
    # read on the morning of the 21st, ten days after the file of the 11th first showed 70 dollars
    assert (features["daily_budget"], features["budget_source"]) == (70, "seen")
    assert features["days_since_budget_change"] == 10
    assert features["budget_change_ratio"] == pytest.approx(70 / 88 - 1)
    assert features["budget_utilization_7d"] == pytest.approx(spend / (7 * 70))
    assert features["budget_level"] == "adset"


def test_ads(demo_warehouse):
    ad_set = "120222130000031676"  # several of its ads delivered on that day
    [features] = frame(
        demo_warehouse,
        f"select * from features.adset_features where adset_id = '{ad_set}' "
        f"and date_day = '{DAY.date()}'",
    ).to_dict("records")
    ads = read_insights("insights_ad_page_*.json")
    ads = ads[(ads["adset_id"] == ad_set) & (ads["impressions"] > 0)]
    today = ads[ads["day"] == DAY]["ad_id"]
    weeks = last_days(ads, 7)
    by_ad = weeks[weeks["ad_id"].isin(today)].groupby("ad_id")
    spend, revenue = by_ad["spend"].sum(), by_ad["purchase_value"].sum()
    ctr = by_ad["inline_link_clicks"].sum() / by_ad["impressions"].sum()
    roas = revenue / spend
    newest = ads[ads["ad_id"].isin(today)].groupby("ad_id")["day"].min().max()
    assert features["active_ads"] == len(today) > 1
    assert features["best_ad_spend_share_7d"] == pytest.approx(spend.max() / spend.sum())
    assert features["best_ad_value_share_7d"] == pytest.approx(revenue.max() / revenue.sum())
    assert features["ad_ctr_spread_7d"] == pytest.approx(ctr.max() - ctr.min())
    assert features["ad_roas_spread_7d"] == pytest.approx(roas.max() - roas.min())
    assert features["newest_ad_age_days"] == (DAY - newest).days


@pytest.fixture(scope="module")
def orders():
    """Net orders of the demo, one row each, with their day in New York, where the shop is, too."""
    lines = pd.read_csv(DEMO / "shopify_orders_export.csv", dtype=str, keep_default_na=False)
    orders = lines[lines["Total"] != ""]
    sold = orders["Cancelled at"].eq("") & ~orders["Financial Status"].isin(["voided", "expired"])
    orders = orders[sold & orders["Payment Method"].ne("bogus")]
    return orders.assign(
        day=pd.to_datetime(orders["Created at"].str[:10]),
        revenue=orders["Total"].astype(float) - orders["Refunded Amount"].astype(float),
        ad_set=orders["Note Attributes"].str.extract(r"utm_term: (\d+)")[0],
        recurring=orders["Tags"].str.contains("Subscription Recurring Order"),
    )


def test_orders(features, orders, ad_sets):
    matched = orders[orders["ad_set"].eq(AD_SET) & ~orders["recurring"]]
    spend = ad_sets[ad_sets["adset_id"] == AD_SET]
    for days in (1, 7, 28):
        own, spent = last_days(matched, days), last_days(spend, days)["spend"].sum()
        assert features[f"shopify_orders_{days}d"] == len(own)
        assert features[f"shopify_revenue_{days}d"] == pytest.approx(own["revenue"].sum())
        assert features[f"shopify_roas_{days}d"] == pytest.approx(own["revenue"].sum() / spent)
    assert len(last_days(matched, 28)) > 10
    claimed = last_days(spend, 28)["purchase_value"].sum()
    assert features["meta_to_shopify_ratio_28d"] == pytest.approx(
        claimed / last_days(matched, 28)["revenue"].sum()
    )


def test_account_daily(demo_warehouse, orders, accounts):
    days = orders.groupby("day").agg(orders=("revenue", "size"), revenue=("revenue", "sum"))
    spend = accounts.groupby("day")["spend"].sum()
    found = frame(demo_warehouse, "select * from results.account_daily").set_index("date_day")
    with_orders = found[found["shopify_orders"] > 0]
    assert list(with_orders["shopify_orders"].sort_index()) == list(days["orders"])
    assert list(with_orders["shopify_revenue"].sort_index().astype(float)) == pytest.approx(
        list(days["revenue"]), abs=0.006
    )
    assert list(found["spend"].dropna().sort_index().astype(float)) == pytest.approx(list(spend))


def exponent(accounts, decision):
    """How the share of purchases within a day bends the prior, by what was mature then."""
    last = decision - pd.Timedelta(days=MATURE_AFTER + 1)
    mature = last_days(accounts, 56, ends=last)
    later = mature["purchases_7d_click"].sum() - mature["purchases_1d_click"].sum()
    share = 1 - later / mature["purchases"].sum()
    return log(share) / log((PRIOR[0] + PRIOR[1]) / 2)


def test_purchases_still_to_come_and_what_a_past_morning_saw(demo_warehouse, ad_sets, accounts):
    # the 29th is two days old on the last day; on the morning of the 30th it was a few hours old
    day, as_of = pd.Timestamp("2026-05-29"), pd.Timestamp("2026-06-01")
    own = ad_sets[(ad_sets["adset_id"] == AD_SET) & (ad_sets["day"] == day)]
    completed = own["purchases"].sum() / PRIOR[2] ** exponent(accounts, as_of)
    next_morning = day + pd.Timedelta(days=1)
    seen = completed * PRIOR[0] ** exponent(accounts, next_morning)
    [(found_completed,)] = rows(
        demo_warehouse,
        "select purchases_matured_1d from features.adset_features "
        f"where adset_id = '{AD_SET}' and date_day = '{day.date()}'",
    )
    [(found_seen, found_data_through)] = rows(
        demo_warehouse,
        "select purchases_1d, data_through from features.holder_features "
        f"where budget_entity_id = '{AD_SET}' and decision_date = '{next_morning.date()}'",
    )
    assert own["purchases"].sum() > 0
    assert found_completed == pytest.approx(completed)
    assert found_seen == pytest.approx(seen)
    assert found_data_through == date(2026, 5, 29)


def test_the_campaign_with_a_budget_of_its_own_holds_it(demo_warehouse):
    campaigns = json.loads((DEMO / "campaigns_2026-06-01.json").read_text())["data"]
    holding = {c["id"]: int(c["daily_budget"]) / 100 for c in campaigns if "daily_budget" in c}
    found = rows(
        demo_warehouse,
        "select budget_entity_id, daily_budget from features.holder_features "
        "where budget_level = 'campaign' and decision_date = '2026-06-01'",
    )
    assert len(holding) == 1
    assert dict(found) == holding
    under_it = "select count(*) from features.holder_features where budget_level = 'adset' and "
    assert rows(demo_warehouse, under_it + f"campaign_id in ({', '.join(map(repr, holding))})") == [
        (0,)
    ]
