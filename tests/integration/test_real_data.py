"""Builds of real accounts' files against a few lines of pandas over the same files."""

import json
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import BUDGETS, ad_day, frame, rows, value


@pytest.fixture(scope="module")
def fashion_us(project, shared_data):
    return project.build("fashion_us", shared_data / "fashion_us")


def test_fashion_us_days_are_the_exports(fashion_us, shared_data):
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_daily_2026.csv")
    export["value"] = export["Purchase ROAS (return on ad spend)"] * export["Amount spent (USD)"]
    by_day = export.groupby("Reporting starts").agg(
        spend=("Amount spent (USD)", "sum"),
        impressions=("Impressions", "sum"),
        purchases=("Purchases", "sum"),
        value=("value", "sum"),
    )
    assert (len(export), by_day.index.min(), by_day.index.max()) == (
        14504,
        "2026-01-01",
        "2026-03-15",
    )
    for table, key in {
        "account_daily": [],
        "campaign_daily": ["Campaign name"],
        "adset_daily": ["Campaign name", "Ad set name"],
    }.items():
        found = frame(
            fashion_us,
            "select strftime(date_day, '%Y-%m-%d') as day, sum(spend)::double as spend, "
            "sum(impressions)::bigint as impressions, coalesce(sum(purchases), 0) as purchases, "
            "coalesce(sum(purchase_value), 0)::double as value, count(*) as entities "
            f"from results.{table} where spend is not null group by all order by all",
        ).set_index("day")
        entities = export.groupby("Reporting starts")[key].apply(
            lambda df: len(df.drop_duplicates())
        )
        assert list(found["entities"]) == (list(entities) if key else [1] * len(by_day))
        # to the cent for each entity that was rounded
        tolerance = 0.005 * found["entities"].max() + 1e-6
        pd.testing.assert_frame_equal(
            found[["spend", "impressions", "purchases", "value"]],
            by_day,
            check_names=False,
            check_dtype=False,
            rtol=0,
            atol=tolerance,
        )


def test_fashion_us_campaigns_hold_the_budget(fashion_us, shared_data):
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_daily_2026.csv", dtype=str)
    uses = (
        export["Ad set budget"].eq("Using campaign budget").groupby(export["Campaign name"]).any()
    )
    held = dict(
        rows(
            fashion_us,
            "select campaign_name, budget_level from intermediate.int_entities "
            "where entity_level = 'campaign'",
        )
    )
    assert {name for name, level in held.items() if level == "campaign"} == set(uses[uses].index)


def test_fashion_us_keeps_what_is_not_bought_on_purchases(fashion_us, shared_data):
    """By the last result indicator of each campaign in the export."""
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_daily_2026.csv")
    results = export.dropna(subset=["Result indicator"]).sort_values("Reporting starts")
    last = results.groupby("Campaign name")["Result indicator"].last()
    decided = frame(
        fashion_us, "select campaign_name, action, rule_id, reason from results.budget_allocations"
    ).set_index("campaign_name")
    on_purchases = last[decided.index].str.contains("purchase")
    assert on_purchases.sum() >= 2
    assert (~on_purchases).sum() >= 3
    kept = decided[~on_purchases]
    assert set(kept["action"]) == {"hold"}
    assert set(kept["rule_id"]) == {"goal_without_value"}
    assert kept["reason"].str.contains("buys (?:profile visits|adds to cart)").all()
    assert "goal_without_value" not in set(decided.loc[on_purchases, "rule_id"])


@pytest.mark.long
def test_fashion_us_with_values_judges_by_the_exports_results(project, shared_data):
    built = project.build(
        "fashion_us_with_values",
        shared_data / "fashion_us",
        settings="targets: {value_per_result: {profile_visits: 2, adds_to_cart: 20}}",
        arguments=(*BUDGETS, *WITHOUT_COLUMN_TESTS),
    )
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_daily_2026.csv")
    judged = {
        "profile_visit_view": 2,
        "actions:visit_instagram_profile": 2,
        "actions:offsite_conversion.fb_pixel_add_to_cart": 20,
    }
    export = export[export["Result indicator"].isin(judged)]
    export["value"] = export["Results"] * export["Result indicator"].map(judged)
    expected = export.groupby("Campaign name")[["Results", "value"]].sum()
    found = frame(
        built,
        'select campaign_name, sum(purchases) as "Results", sum(purchase_value) as value '
        "from features.adset_features "
        "join intermediate.int_entities using (adset_id, campaign_name) "
        "where entity_level = 'adset' and value_per_result is not null "
        "group by all order by all",
    ).set_index("campaign_name")
    assert len(expected) >= 3
    pd.testing.assert_frame_equal(found, expected, check_names=False, check_dtype=False)
    rules = rows(built, "select distinct rule_id from results.budget_allocations")
    assert ("goal_without_value",) not in rules


def test_fashion_us_ad_sets_begin_with_their_delivery_and_end_with_their_last_ad(
    fashion_us, shared_data
):
    """The export has rows of zeros before an ad set began, and the state of ads alone."""
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_daily_2026.csv")
    key = ["Campaign name", "Ad set name"]
    expected = pd.DataFrame(
        {
            "first": export[export["Impressions"] > 0].groupby(key)["Reporting starts"].min(),
            "is_on": export["Ad delivery"].eq("active").groupby([export[k] for k in key]).any(),
        }
    )
    found = frame(
        fashion_us,
        "select campaign_name, adset_name, strftime(first_delivery_on, '%Y-%m-%d') as first, "
        "is_active as is_on from audience.adset_setups",
    ).set_index(["campaign_name", "adset_name"])
    assert expected["is_on"].sum() >= 10
    assert (expected["first"] > "2026-01-01").sum() >= 3
    pd.testing.assert_frame_equal(
        found.fillna("").sort_index(),
        expected.fillna("").sort_index(),
        check_names=False,
        check_dtype=False,
    )


def test_fashion_us_totals_of_years_are_set_aside(fashion_us, shared_data):
    totals = pd.read_csv(shared_data / "fashion_us" / "meta_by_ad_2023_2026.csv")
    [(read, message)] = rows(
        fashion_us,
        "select rows_read, message from results.input_files "
        "where file_path = 'meta_by_ad_2023_2026.csv'",
    )
    assert read == len(totals)
    assert f"{read} rows are totals of several days" in message


def test_fashion_us_breakdown_is_kept_apart(fashion_us, shared_data):
    export = pd.read_csv(shared_data / "fashion_us" / "meta_ad_age_gender_2024.csv")
    [(parts, first, last, spend)] = rows(
        fashion_us,
        "select count(*), min(date_day), max(date_day), sum(spend) "
        "from staging.stg_meta__breakdowns",
    )
    key = ["Day", "Campaign name", "Ad set name", "Ad name", "Gender", "Age"]
    assert parts == len(export[key].drop_duplicates())
    assert (str(first), str(last)) == (export["Day"].min(), export["Day"].max())
    assert float(spend) == pytest.approx(export["Amount spent (USD)"].sum())
    assert value(fashion_us, "select min(date_day) from results.adset_daily") == date(2026, 1, 1)


def test_fashion_us_orders_are_the_exports(fashion_us, shared_data):
    lines = pd.read_csv(shared_data / "fashion_us" / "shopify_orders.csv", low_memory=False)
    orders = lines.dropna(subset=["Total"])
    dropped = orders["Cancelled at"].notna() | orders["Financial Status"].isin(
        ["voided", "expired"]
    )
    kept = orders[~dropped]
    by_day = (kept["Total"] - kept["Refunded Amount"].fillna(0)).groupby(
        kept["Created at"].str[:10]
    )
    assert (len(lines), len(orders)) == (7921, 4936)
    assert value(fashion_us, "select count(*) from staging.stg_shopify__orders") == len(orders)
    assert value(fashion_us, "select sum(line_items) from staging.stg_shopify__orders") == len(
        lines
    )
    found = frame(
        fashion_us,
        "select strftime(date_day, '%Y-%m-%d') as day, shopify_orders, "
        "shopify_revenue::double as revenue from results.account_daily "
        "where shopify_orders > 0 order by 1",
    ).set_index("day")
    assert list(found.index) == sorted(by_day.groups)
    assert list(found["shopify_orders"]) == list(by_day.size())
    assert list(found["revenue"]) == pytest.approx(list(by_day.sum()), abs=0.006)


def test_fashion_us_buyers_are_new_once(fashion_us, shared_data):
    lines = pd.read_csv(shared_data / "fashion_us" / "shopify_orders.csv", low_memory=False)
    orders = lines.dropna(subset=["Total"])
    emails = lines.dropna(subset=["Email"]).groupby("Name")["Email"].first()
    orders = orders.assign(
        buyer=orders["Name"].map(emails).str.strip().str.lower(),
        day=pd.to_datetime(orders["Created at"].str[:10]),
    )
    dropped = orders["Cancelled at"].notna() | orders["Financial Status"].isin(
        ["voided", "expired"]
    )
    kept = orders[~dropped].dropna(subset=["buyer"])
    first = kept.groupby("buyer")["day"].transform("min")
    is_known = kept["day"] >= orders["day"].min() + pd.DateOffset(months=12)
    new, returning = (
        (is_known & (kept["day"] == first)).sum(),
        (is_known & (kept["day"] > first)).sum(),
    )
    assert rows(
        fashion_us,
        "select count(*) filter (where is_new_buyer), count(*) filter (where not is_new_buyer) "
        "from intermediate.int_shopify__orders where excluded_because is null",
    ) == [(new, returning)]


@pytest.fixture(scope="module")
def cod_lines(shared_data):
    files = sorted((shared_data / "cod_shop_utm").glob("*.csv"))
    return pd.concat([pd.read_csv(file, dtype=str) for file in files], ignore_index=True)


@pytest.fixture(scope="module")
def cod_orders(cod_lines):
    """One row per order with the ids that its note attributes name."""
    orders = cod_lines.dropna(subset=["Total"]).drop_duplicates("Id")
    notes = orders["Note Attributes"]
    return orders.assign(
        campaign=notes.str.extract(r"UTM campaign: (\d{10,})")[0],
        ad_set=notes.str.extract(r"UTM term: (\d{10,})")[0],
        ad=notes.str.extract(r"UTM content: (\d{10,})")[0],
    )


@pytest.fixture(scope="module")
def cod_shop_utm(project, shared_data, cod_orders):
    """The shops' orders beside ad rows, made here, of every second ad set that the orders name."""
    named = cod_orders.dropna(subset=["campaign", "ad_set", "ad"]).drop_duplicates("ad_set")[::2]
    ads = [
        ad_day("2026-04-05", row.ad, spend=5, campaign_id=row.campaign, adset_id=row.ad_set)
        | {"account_currency": "BDT"}
        for row in named.itertuples()
    ]
    files = {file.name: file for file in (shared_data / "cod_shop_utm").glob("*.csv")}
    return project.build("cod_shop_utm", {**files, "ads.json": ads}), {ad["adset_id"] for ad in ads}


@pytest.mark.long
def test_cod_orders_of_several_files_count_once_and_pending_ones_are_sales(
    cod_shop_utm, cod_lines, cod_orders
):
    built, _ = cod_shop_utm
    kept = cod_orders[
        cod_orders["Cancelled at"].isna() & (cod_orders["Financial Status"] != "voided")
    ]
    assert (len(cod_lines), len(cod_orders)) == (524, 496)
    assert value(built, "select count(*) from staging.stg_shopify__orders") == len(cod_orders)
    revenue = kept["Total"].astype(float) - kept["Refunded Amount"].astype(float).fillna(0)
    [(orders, found, first, last)] = rows(
        built,
        "select sum(shopify_orders), sum(shopify_revenue), min(date_day), max(date_day) "
        "from results.account_daily where shopify_orders > 0",
    )
    assert orders == len(kept)
    assert float(found) == pytest.approx(revenue.sum())
    days_as_written = kept["Created at"].str[:10]
    assert (str(first), str(last)) == (days_as_written.min(), days_as_written.max())
    unpaid = "select count(*) from intermediate.int_shopify__orders where is_unpaid"
    assert (
        value(built, f"{unpaid} and excluded_because is null")
        == kept["Financial Status"].eq("pending").sum()
    )


@pytest.mark.long
def test_cod_orders_are_joined_to_the_ad_sets_that_their_notes_name(cod_shop_utm, cod_orders):
    built, ad_sets = cod_shop_utm
    expected = cod_orders[cod_orders["ad_set"].isin(ad_sets)].groupby("ad_set").size()
    found = dict(
        rows(
            built,
            "select adset_id, count(*) from intermediate.int_shopify__orders "
            "where match_method = 'utm_id' and adset_id is not null group by adset_id",
        )
    )
    assert expected.sum() > 50
    assert found == expected.to_dict()


@pytest.fixture(scope="module")
def of_2019(project, shared_data):
    """Objects of two agencies: one has totals of a period inside them, one a day of insights."""
    folders = (shared_data / "targeting_specs_br", shared_data / "api_envelopes_it")
    files = {file.name: file for folder in folders for file in folder.glob("*.json")}
    return project.build("of_2019", files, arguments=(*BUDGETS, *WITHOUT_COLUMN_TESTS))


def test_targeting_specs_br_days_and_settings_are_the_files(of_2019, shared_data):
    folder = shared_data / "targeting_specs_br"
    campaigns = json.loads((folder / "campaign.json").read_text())
    # the masked copy repeats one campaign's insights, so the campaign is the one they stand in
    insights = pd.DataFrame(
        [c["insights"] | {"campaign_id": c["id"]} for c in campaigns if c.get("insights")]
    )
    ad_sets = json.loads((folder / "adset.json").read_text())
    [(count, first, last, spend, impressions)] = rows(
        of_2019,
        "select count(*), min(date_day), max(date_day), sum(spend), sum(impressions) "
        "from results.campaign_daily",
    )
    assert (count, str(first), str(last)) == (
        insights["campaign_id"].nunique(),
        insights["date_start"].min(),
        insights["date_stop"].max(),
    )
    assert float(spend) == pytest.approx(insights["spend"].astype(float).sum())
    assert impressions == insights["impressions"].astype(int).sum()
    value_of = [
        {a["action_type"]: float(a["value"]) for a in values} if isinstance(values, list) else {}
        for values in insights["action_values"]
    ]
    purchase = "offsite_conversion.fb_pixel_purchase"
    expected = sum(v.get("omni_purchase", v.get(purchase, 0)) for v in value_of)
    assert float(
        value(of_2019, "select sum(purchase_value) from results.campaign_daily")
    ) == pytest.approx(expected)
    found = dict(
        rows(
            of_2019,
            "select adset_id, daily_budget from staging.stg_meta__adsets where status is not null",
        )
    )
    assert found == {
        a["id"]: Decimal(a["daily_budget"]) / 100 if int(a["daily_budget"] or 0) else None
        for a in ad_sets
    }


def test_api_envelopes_it_objects_are_read_and_period_totals_set_aside(of_2019, shared_data):
    for kind, key in (("campaign", "campaigns"), ("adset", "adsets"), ("ad", "ads")):
        envelope = json.loads(
            (shared_data / "api_envelopes_it" / f"{key}Response.json").read_text()
        )
        objects = {item["id"]: item["name"] for item in envelope[key]["data"]}
        table = f"staging.stg_meta__{key}"
        found = dict(rows(of_2019, f"select {kind}_id, {kind}_name from {table}"))
        assert objects.items() <= found.items()
        totals = sum("insights" in item for item in envelope[key]["data"])
        message = value(
            of_2019,
            f"select message from results.input_files where file_path = '{key}Response.json'",
        )
        assert f"{totals} rows are totals of several days" in message
        assert not objects.keys() & {
            entity
            for (entity,) in rows(of_2019, "select entity_id from staging.stg_meta__insights")
        }


@pytest.fixture(scope="module")
def api_pages_vn(project, shared_data):
    return project.build("api_pages_vn", shared_data / "api_pages_vn")


@pytest.mark.long
def test_api_pages_vn_objects_keep_their_accounts_and_minor_units(api_pages_vn, shared_data):
    folder = shared_data / "api_pages_vn"
    accounts = json.loads((folder / "meta_deep_insights.json").read_text())
    expected = {
        c["id"]: (account.removeprefix("act_"), int(c.get("daily_budget") or 0))
        for account, objects in accounts.items()
        for c in objects["campaigns"]
    }
    found = {
        campaign: (account, int((budget or 0) * offset))
        for campaign, account, budget, offset in rows(
            api_pages_vn,
            "select campaign_id, account_id, daily_budget, minor_unit_offset "
            "from staging.stg_meta__campaigns join staging.stg_meta__accounts using (account_id)",
        )
    }
    assert len(expected) == 125
    assert found == expected
    offsets = "select currency, account_id, minor_unit_offset from staging.stg_meta__accounts"
    assert ("VND", "1539662916447581", 1) in rows(api_pages_vn, offsets)


@pytest.mark.long
def test_api_pages_vn_days_are_the_table_exports(api_pages_vn, shared_data):
    folder = shared_data / "api_pages_vn"
    export = pd.read_csv(folder / "data" / "meta_ads_export.csv")
    other = pd.read_csv(folder / "tests" / "fixtures" / "exports" / "meta.csv")
    found = rows(
        api_pages_vn,
        "select account_id, count(*), min(date_day), max(date_day), sum(spend) "
        "from results.account_daily group by all order by all",
    )
    assert [(str(first), str(last), float(spend)) for _, _, first, last, spend in found] == [
        (table["date"].min(), table["date"].max(), pytest.approx(table["spend"].sum()))
        for table in (export, other)
    ]
