"""What customers have in their folders, against a few lines of pandas over the same rows."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from conftest import WITHOUT_COLUMN_TESTS
from reading import BUDGETS, WITHOUT_UNIT_TESTS, ad_day, csv_text, days, frame, rows, value

TYPED_WHEN_EMPTY = {
    ("staging", "stg_shopify__orders", "total"): "DECIMAL(18,4)",
    ("staging", "stg_shopify__orders", "ordered_at"): "TIMESTAMP WITH TIME ZONE",
    ("staging", "stg_shopify__orders", "is_recurring"): "BOOLEAN",
    ("intermediate", "int_shopify__orders", "order_date"): "DATE",
    ("staging", "stg_meta__insights", "spend"): "DECIMAL",
    ("staging", "stg_meta__insights", "date_day"): "DATE",
    ("staging", "stg_meta__adsets", "daily_budget"): "DECIMAL(18,4)",
    ("staging", "stg_meta__breakdowns", "impressions"): "BIGINT",
    ("staging", "stg_meta__activities", "changed_at"): "TIMESTAMP WITH TIME ZONE",
    ("staging", "stg_meta__activities", "new_budget"): "DECIMAL(18,4)",
    ("results", "change_log", "changed_on"): "DATE",
    ("features", "adset_features", "date_day"): "DATE",
    ("features", "holder_features", "roas_7d"): "DOUBLE",
    ("results", "account_daily", "shopify_revenue"): "DECIMAL(18,2)",
    ("allocation", "decisions", "desired_budget"): "DOUBLE",
    ("allocation", "rule_evaluations_made", "fired"): "BOOLEAN",
    ("results", "budget_allocations", "recommended_budget"): "DECIMAL(18,2)",
    ("results", "budget_allocations", "decision_date"): "DATE",
    ("results", "budget_scenarios", "scenario_budget"): "DECIMAL(18,2)",
}


def span(file, table):
    return rows(file, f"select count(*), min(date_day), max(date_day) from {table}")[0]


def assert_typed(file):
    types = {
        tuple(row[:3]): row[3]
        for row in rows(
            file, "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        )
    }
    for column, kind in TYPED_WHEN_EMPTY.items():
        assert types[column].startswith(kind), column


# ---- ad rows of the API and nothing else: no other level, no settings, no orders

AD_ROWS = [
    ad_day(day, ad, spend=10 + n + int(ad[1:]), purchases=n % 3, value=25.5 * (n % 3))
    for n, day in enumerate(days(1, 12))
    for ad in ("111", "112", "121")
    if (ad, day) != ("121", "2026-03-05")
]


@pytest.fixture(scope="module")
def ads_only(project):
    return project.build(
        "ads_only",
        {"ads.json": {"data": AD_ROWS[:20]}, "more.json": AD_ROWS[20:]},
        arguments=(*BUDGETS, *WITHOUT_COLUMN_TESTS),
    )


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("adset_daily", ["adset_id", "date_start"]),
        ("campaign_daily", ["campaign_id", "date_start"]),
        ("account_daily", ["account_id", "date_start"]),
    ],
)
def test_coarser_levels_roll_up_from_ads(ads_only, table, key):
    ads = pd.DataFrame(AD_ROWS).assign(
        spend=lambda df: df["spend"].astype(float),
        purchases=lambda df: [
            float(a[0]["value"]) if isinstance(a, list) else 0 for a in df["actions"]
        ],
        value=lambda df: [
            float(a[0]["value"]) if isinstance(a, list) else 0 for a in df["action_values"]
        ],
    )
    expected = ads.groupby(key)[["spend", "purchases", "value"]].sum()
    found = frame(
        ads_only,
        f"select {key[0]}, strftime(date_day, '%Y-%m-%d') as date_start, spend, "
        f"coalesce(purchases, 0) as purchases, coalesce(purchase_value, 0) as value "
        f"from results.{table}",
    )
    found = found.astype({"spend": float, "value": float}).set_index(key).sort_index()
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert span(ads_only, f"results.{table}")[1:] == (date(2026, 3, 1), date(2026, 3, 12))
    assert rows(ads_only, f"select distinct reach, rows_from from results.{table}") == [
        (None, "rolled up")
    ]


def test_without_orders_their_figures_are_unknown(ads_only):
    for table in ("staging.stg_shopify__orders", "intermediate.int_shopify__orders"):
        assert value(ads_only, f"select count(*) from {table}") == 0
    for table, column in (
        ("results.account_daily", "shopify_orders"),
        ("results.account_daily", "shopify_revenue"),
        ("results.account_daily", "mer"),
        ("features.adset_features", "shopify_revenue_7d"),
        ("features.adset_features", "account_shopify_revenue"),
    ):
        assert value(ads_only, f"select count({column}) from {table}") == 0


def test_without_settings_ad_sets_hold_estimated_budgets(ads_only):
    holders = rows(
        ads_only,
        "select budget_level, budget_entity_id, budget_source, count(*), min(decision_date), "
        "max(decision_date) from features.holder_features group by all order by all",
    )
    first, last = date(2026, 3, 2), date(2026, 3, 13)
    assert holders == [("adset", ad_set, "estimated", 12, first, last) for ad_set in ("11", "12")]


def test_a_day_without_a_row_is_a_day_of_nothing(ads_only):
    ad_set_12 = "from features.adset_features where adset_id = '12' and date_day = '2026-03-05'"
    assert rows(ads_only, f"select spend, impressions, purchases, rows_from {ad_set_12}") == [
        (0, 0, 0, None)
    ]
    # 31, 32, 33, 34 on the days before, none today
    assert value(ads_only, f"select spend_7d {ad_set_12}") == 31 + 32 + 33 + 34


# ---- names without ids: an Ads Manager export, beside exports that hold a header alone

NAMED_ROWS = [
    {
        "Reporting starts": day,
        "Reporting ends": day,
        "Campaign name": campaign,
        "Ad set name": "Women",
        "Ad name": ad,
        "Amount spent (EUR)": spend,
        "Impressions": 100,
        "Reach": 80,
        "Purchases": 2,
        "Purchase ROAS (return on ad spend)": 1.5,
        "Ad set budget": budget,
        "Ad set budget type": "Daily",
        "Attribution setting": "7-day click or 1-day view",
    }
    for day in days(1, 3)
    for campaign, ad, spend, budget in [
        ("Spring", "Video", 10.25, 40),
        ("Spring", "Video", 10.25, 40),  # another ad of that name, which spent the same
        ("Spring", "Image", 5, 40),
        ("Brand", "Video", 7.5, "Using campaign budget"),
    ]
]
NO_ORDERS = (
    "Name,Financial Status,Currency,Subtotal,Total,Created at,Refunded Amount,Id,Note Attributes\n"
)


@pytest.fixture(scope="module")
def names_only(project):
    export = csv_text(NAMED_ROWS)
    header = export.splitlines()[0] + "\n"
    return project.build(
        "names_only",
        {"ads.csv": export, "other_ads.csv": header, "shopify_orders.csv": NO_ORDERS},
        arguments=(*BUDGETS, *WITHOUT_UNIT_TESTS),
    )


def test_equal_names_add_up_and_names_give_stable_ids(names_only):
    expected = (
        pd.DataFrame(NAMED_ROWS)
        .assign(value=lambda df: df["Amount spent (EUR)"] * 1.5)
        .groupby(["Campaign name", "Reporting starts"])[
            ["Amount spent (EUR)", "Purchases", "value"]
        ]
        .sum()
    )
    found = rows(
        names_only,
        "select campaign_name, strftime(date_day, '%Y-%m-%d'), spend, purchases, purchase_value, "
        "adset_name, currency, id_source, left(adset_id, 1) from results.adset_daily order by 1, 2",
    )
    assert [row[:2] for row in found] == list(expected.index)
    assert [tuple(map(float, row[2:5])) for row in found] == [
        pytest.approx(tuple(row), abs=0.005) for row in expected.to_numpy()
    ]
    assert {row[5:] for row in found} == {("Women", "EUR", "derived", "n")}
    # one ad set of that name in each campaign
    assert value(names_only, "select count(distinct adset_id) from results.adset_daily") == 2


def test_an_exports_budgets_name_their_holder(names_only):
    holders = rows(
        names_only,
        "select campaign_name, budget_level, daily_budget, budget_source "
        "from features.holder_features where data_through = '2026-03-03' order by 1",
    )
    assert holders == [("Brand", "campaign", 7.5, "estimated"), ("Spring", "adset", 40, "export")]


def test_a_header_alone_is_a_file_without_rows(names_only):
    files = "select file_path, status, rows_read, rows_rejected from results.input_files order by 1"
    assert rows(names_only, files) == [
        ("ads.csv", "read", 12, 0),
        ("other_ads.csv", "read", 0, 0),
        ("shopify_orders.csv", "read", 0, 0),
    ]
    assert value(names_only, "select count(*) from staging.stg_shopify__orders") == 0


# ---- settings, and headers of everything else

CAMPAIGN = {
    "id": "1",
    "account_id": "act_1",
    "name": "Sale",
    "objective": "OUTCOME_SALES",
    "effective_status": "ACTIVE",
}
AD_SET = {
    "id": "11",
    "account_id": "act_1",
    "campaign_id": "1",
    "name": "Women",
    "daily_budget": "5000",
    "targeting": {"age_min": 18},
}
NOTHING_TO_DECIDE = {
    "ads.csv": csv_text(NAMED_ROWS[:1]).splitlines()[0] + "\n",
    "shopify_orders.csv": NO_ORDERS,
    "campaigns.json": {"data": [CAMPAIGN]},
    "adsets.json": {"data": [AD_SET]},
}


def test_without_a_row_of_insights_results_are_empty_and_typed(project):
    built = project.build("nothing_to_decide", NOTHING_TO_DECIDE, arguments=WITHOUT_COLUMN_TESTS)
    assert_typed(built)
    for table in (
        "results.account_daily",
        "results.campaign_daily",
        "results.adset_daily",
        "features.adset_features",
        "features.holder_features",
        "results.budget_allocations",
        "results.decision_trace",
        "results.rule_evaluations",
        "results.cbo_adset_advice",
        "results.budget_scenarios",
        "results.decision_log",
        "results.recommendation_outcomes",
    ):
        assert value(built, f"select count(*) from {table}") == 0
    messages = rows(built, "select message from results.input_files")
    assert all("without insights" in message for (message,) in messages)
    assert rows(built, "select adset_id, daily_budget from staging.stg_meta__adsets") == [
        ("11", 50)
    ]


# ---- two accounts, extracts that overlap, breakdowns alone, orders in several currencies

EARLY = [ad_day(day, "111", spend=10, purchases=1, value=20) for day in days(1, 5)]
LATE = [ad_day(day, "111", spend=11, purchases=2, value=50) for day in days(3, 8)]
CONTRADICTING = [ad_day("2026-03-08", "119", spend=spend) for spend in (100, 200)]
COUNTRY = [
    ad_day(day, "211", spend=spend, account_id="2", account_currency="EUR", country=country)
    for day in days(1, 8)
    for country, spend in (("IT", 20), ("FR", 5.5))
]
AGE = [  # Meta leaves out parts that are too small
    ad_day(day, "211", spend=12, account_id="2", account_currency="EUR", age="25-34")
    for day in days(1, 8)
]
ACCOUNTS = [
    {
        "id": "act_1",
        "account_id": "1",
        "name": "United States",
        "currency": "USD",
        "timezone_name": "America/New_York",
    },
    {"id": "act_2", "account_id": "2", "name": "Europe", "currency": "EUR"},
]


def order(number, created_at, total, currency, note="", status="paid", refunded=0):
    return {
        "Name": f"#{number}",
        "Financial Status": status,
        "Currency": currency,
        "Subtotal": total,
        "Total": total,
        "Created at": created_at,
        "Refunded Amount": refunded,
        "Id": number,
        "Note Attributes": note,
    }


ORDERS = [
    order(1, "2026-03-07 23:30:00 -0500", 100, "USD"),  # the 7th in New York
    order(2, "2026-03-08 23:30:00 -0400", 50, "USD"),  # the 8th; clocks went forward that day
    order(3, "2026-03-05 23:30:00 -0800", 80, "EUR"),  # 02:30 of the 6th in New York
    order(4, "2026-03-04 12:00:00 -0500", 1000, "JPY"),  # no rate
    order(5, "2026-03-04 12:00:00 -0500", 40, "USD"),
    order(6, "2026-03-03 12:00:00 -0500", 500, "USD", status="voided"),
    order(7, "2026-03-02 12:00:00 -0500", 90, "USD", status="partially_refunded", refunded=30),
    order(8, "2026-03-02 12:00:00 +0100", 60, "EUR", note="utm_source: facebook\nutm_term: 21"),
    order(9, "2026-03-10 12:00:00 -0400", 70, "USD"),  # after the last insights day
]
ORDERS.insert(
    1, ORDERS[0] | dict.fromkeys(["Financial Status", "Currency", "Subtotal", "Total", "Id"])
)
# two more shops, whose orders have the same names: one of the same moment, one without ids
OTHER_SHOP = [
    order(1, "2026-03-07 23:30:00 -0500", 25, "USD") | {"Id": 201},
    order(9, "2026-03-12 12:00:00 -0400", 35, "USD") | {"Id": 209},
]
SHOP_WITHOUT_IDS = [order(2, "2026-03-08 20:00:00 -0400", 16, "EUR")]
del SHOP_WITHOUT_IDS[0]["Id"]
SHOP_OF_A_CONNECTOR = {
    "fivetran/order.csv": "id,name,created_at,total_price,currency,_fivetran_synced\n"
    "301,#1,2026-03-09 15:00:00,50.00,USD,x\n",
    "fivetran/order_line.csv": "order_id,quantity,price\n301,1,30.00\n301,2,10.00\n",
}
SALES_REPORT = (
    "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales\n"
    "2026-03-10,9,900,0,0,900,0,0,900\n2026-03-11,3,100,0,0,100,5,0,105\n"
)
RATES = (
    "rate_date,from_currency,to_currency,rate\n2026-03-01,EUR,USD,1.10\n2026-03-06,EUR,USD,1.25\n"
)


@pytest.fixture(scope="module")
def two_accounts(project):
    return project.build(
        "two_accounts",
        {
            "accounts.json": {"data": ACCOUNTS},
            "ads_2026-03-06.json": {"data": EARLY},
            "ads_2026-03-09.json": {"data": [*LATE, LATE[-1], *CONTRADICTING]},
            "country.json": {"data": COUNTRY},
            "age.json": {"data": AGE},
            "shopify_orders.csv": csv_text(ORDERS),
            "other shop/shopify_orders.csv": csv_text(OTHER_SHOP),
            "shop without ids/shopify_orders.csv": csv_text(SHOP_WITHOUT_IDS),
            "sales over time.csv": SALES_REPORT,
            **SHOP_OF_A_CONNECTOR,
        },
        settings="shopify: {account_id: '1'}\n",
        rates=RATES,
        arguments=(*BUDGETS, "+stg_meta__breakdowns", *WITHOUT_UNIT_TESTS),
    )


def test_each_account_has_its_own_days(two_accounts):
    found = rows(
        two_accounts,
        "select account_id, currency, count(spend), min(date_day), max(date_day) "
        "from results.account_daily where spend is not null group by all order by 1",
    )
    first, last = date(2026, 3, 1), date(2026, 3, 8)
    assert found == [("1", "USD", 8, first, last), ("2", "EUR", 8, first, last)]


def test_the_later_of_two_overlapping_extracts_wins_and_repetitions_count_once(two_accounts):
    latest = {row["date_start"]: row for row in EARLY} | {row["date_start"]: row for row in LATE}
    found = rows(
        two_accounts,
        "select strftime(date_day, '%Y-%m-%d'), spend, purchases, purchase_value "
        "from results.account_daily where account_id = '1' and spend is not null order by 1",
    )
    assert found == [
        (
            day,
            Decimal(row["spend"]),
            float(row["actions"][0]["value"]),
            Decimal(row["action_values"][0]["value"]),
        )
        for day, row in latest.items()
    ]


def test_each_file_says_how_many_of_its_rows_count(two_accounts):
    """The earlier has 1 to 5 March, the later 3 to 8, its last day twice: 3 days are restated."""
    overlap = "rows_used, rows_replaced, rows_identical, entity_days_only_here"
    assert rows(
        two_accounts,
        f"select file_path, {overlap} from results.input_files where rows_used > 0 order by 1",
    ) == [
        ("ads_2026-03-06.json", 2, 3, 0, 2),
        ("ads_2026-03-09.json", 7, 0, 0, 3),
        ("age.json", 8, 0, 0, 8),
        ("country.json", 16, 0, 0, 16),
    ]


def test_rows_that_contradict_each_other_are_rejected_by_name(two_accounts):
    assert rows(
        two_accounts, "select file_path, file_row from results.rejected_rows order by 2"
    ) == [
        ("ads_2026-03-09.json", 8),
        ("ads_2026-03-09.json", 9),
    ]
    assert (
        value(two_accounts, "select count(*) from staging.stg_meta__insights where ad_id = '119'")
        == 0
    )


def test_breakdowns_alone_make_the_totals_by_the_one_that_shows_most(two_accounts):
    found = rows(
        two_accounts,
        "select date_day, spend, impressions, reach from results.adset_daily "
        "where account_id = '2' order by 1",
    )
    assert found == [(date(2026, 3, day), Decimal("25.5"), 2550, None) for day in range(1, 9)]
    assert rows(
        two_accounts,
        "select country, age, sum(spend) from staging.stg_meta__breakdowns "
        "group by all order by all",
    ) == [("FR", None, 44), ("IT", None, 160), (None, "25-34", 96)]


def test_orders_fall_on_the_accounts_day_in_its_currency(two_accounts):
    found = rows(
        two_accounts,
        "select account_id, extract(day from date_day), shopify_orders, shopify_revenue "
        "from results.account_daily where shopify_orders > 0 order by 1, 2",
    )
    assert found == [
        ("1", 2, 1, 60),  # 90 less a refund of 30
        ("1", 4, 2, None),  # 40 and yen without a rate
        ("1", 6, 1, 100),  # 80 EUR at the rate of that day, 1.25
        ("1", 7, 2, 125),  # 100 and 25 of another shop's order of that name and moment
        ("1", 8, 2, 70),  # 50 and, of a shop without ids, 16 EUR at 1.25
        ("1", 9, 1, 50),  # of a connector's tables
        ("1", 10, 1, 70),  # the order, not the sales report
        ("1", 11, 3, 105),  # the sales report, which has that day alone
        ("1", 12, 1, 35),
        ("2", 2, 1, 60),  # matched by ad set id: that account's currency, no conversion
    ]
    orders = "intermediate.int_shopify__orders"
    reasons = f"select revenue_missing_because from {orders} where currency = 'JPY'"
    assert value(two_accounts, reasons) == "no rate from JPY to USD in exchange_rates.csv"
    assert (
        value(
            two_accounts, "select line_items from staging.stg_shopify__orders where order_id = '1'"
        )
        == 2
    )
    matched = "select date_day from results.adset_daily where shopify_matched_orders = 1"
    assert rows(two_accounts, matched) == [(date(2026, 3, 2),)]
