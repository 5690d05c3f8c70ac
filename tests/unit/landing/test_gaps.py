"""What the files do not hold: nothing where all is there, and each thing that is taken away."""

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from python_jobs.landing.columns import ACTIVITIES, INSIGHTS, OBJECTS, ORDERS
from python_jobs.landing.gaps import GAPS, PAGE, find_gaps, missing_rows

# 180 days up to yesterday, orders of two years, and a row of each breakdown
COMPLETE = """
    insert into landing.landing_insights by name
    select
        level, 'act' as account_id, 'c1' as campaign_id, 'Sales' as campaign_name,
        case when level <> 'campaign' then 's1' end as adset_id,
        case when level = 'ad' then 'a1' end as ad_id,
        (current_date - 1 - day::int)::varchar as date_start, date_start as date_stop,
        '10' as spend, '50' as reach, '7d_click' as attribution_setting,
        'actions:omni_purchase' as result_indicator,
        [{'action_type': 'omni_purchase', 'value': '1'}] as actions,
        [{'action_type': 'omni_purchase', 'value': '30'}] as action_values
    from range(180) as days (day), (values ('ad'), ('adset'), ('campaign')) as levels (level);

    insert into landing.landing_insights by name
    select 'adset' as level, '2026-03-15' as date_start, '2026-03-15' as date_stop, breakdown.*
    from (values
        ('18-24', 'female', null, null), (null, null, 'JP', null), (null, null, null, 'facebook')
    ) as breakdown (age, gender, country, publisher_platform);

    insert into landing.landing_objects by name
    select * from (values
        ('account', 'act', '{"timezone_name": "Asia/Tokyo"}'),
        ('adset', 's1', '{"name": "Broad", "learning_stage_info": {"status": "SUCCESS"}}')
    ) as objects (object_type, object_id, object);

    insert into landing.landing_activities by name select 'update_ad_set_budget' as event_type;

    insert into landing.landing_orders by name
    select
        (current_date - 1 - day::int)::varchar || ' 10:00:00 +0900' as created_at,
        's1' as utm_term
    from range(730) as days (day);
"""
FIRST_ORDER = date.today() - timedelta(730)
ROWS = "landing.landing_insights"
ORDER_ROWS = "landing.landing_orders"
OBJECT_ROWS = "landing.landing_objects"
OF_ADSETS = f"update {OBJECT_ROWS} set object = '{{}}' where object_type = 'adset'"
# what is taken away, and what is then said to be missing
TAKEN = {
    "days": (
        f"update {ROWS} set date_stop = '2026-12-31'",
        ["Insights by day"],
    ),
    "ads": (f"delete from {ROWS} where level = 'ad'", ["Rows by ad"]),
    "ads and ad sets": (
        f"delete from {ROWS} where level <> 'campaign' and age is null and gender is null "
        "and country is null and publisher_platform is null",
        ["Rows by ad set or ad", "Rows by ad"],
    ),
    "reach": (f"update {ROWS} set reach = null", ["Reach above the ad"]),
    "ids": (
        f"update {ROWS} set ad_id = null, campaign_id = null",
        ["Ids of campaigns, ads"],
    ),
    "purchases": (
        f"update {ROWS} set actions = [], result_indicator = null",
        ["Purchases"],
    ),
    "values": (f"update {ROWS} set action_values = null", ["The value of purchases"]),
    # a third of all days' rows bought leads
    "worth": (
        f"update {ROWS} set result_indicator = 'actions:lead' where level = 'ad'",
        ["What a result is worth that is no purchase: 33.3 % of spend is for lead"],
    ),
    "attribution": (f"update {ROWS} set attribution_setting = '-'", ["Attribution settings"]),
    "learning": (OF_ADSETS, ["The learning phase"]),
    "ad sets": (
        f"delete from {OBJECT_ROWS} where object_type = 'adset'",
        ["Budgets", "The learning phase", "Ad sets of the Marketing API"],
    ),
    "activities": ("delete from landing.landing_activities", ["The account's activity history"]),
    "breakdowns": (
        f"delete from {ROWS} where country is not null or age is not null",
        ["Breakdowns by age and gender, country"],
    ),
    "orders": (f"delete from {ORDER_ROWS}", ["Shopify orders"]),
    "UTM": (
        f"update {ORDER_ROWS} set utm_term = null",
        ["Orders that name their ad: none has UTM parameters"],
    ),
    "UTM of ads": (
        f"update {ORDER_ROWS} set utm_term = 'newsletter'",
        [
            "Orders that name their ad: the UTM parameters are of no campaign, ad set or ad in "
            "these files"
        ],
    ),
    # nobody says what the account has, then it has another one
    "no currency": (f"update {ORDER_ROWS} set currency = 'EUR'", []),
    "currency": (
        f"update {ORDER_ROWS} set currency = 'EUR'; update {ROWS} set account_currency = 'usd'",
        [f"Rates of orders in other currencies: EUR to USD from {FIRST_ORDER} on"],
    ),
    "later rates": (
        f"update {ORDER_ROWS} set currency = 'EUR'; update {ROWS} set account_currency = 'usd'; "
        f"insert into landing.exchange_rates values (date '{FIRST_ORDER}' + 1, 'EUR', 'USD', 1.1)",
        [f"Rates of orders in other currencies: EUR to USD from {FIRST_ORDER} on"],
    ),
    "no order without a rate": (
        f"update {ORDER_ROWS} set currency = 'EUR'; update {ROWS} set account_currency = 'usd'; "
        f"insert into landing.exchange_rates values ('{FIRST_ORDER}', 'EUR', 'USD', 1.1)",
        [],
    ),
    "time zone": (
        f"delete from {OBJECT_ROWS} where object_type = 'account'",
        ["The account's time zone"],
    ),
}


@pytest.fixture
def landed():
    connection = duckdb.connect()
    connection.execute("create schema landing")
    for name, columns in (
        ("insights", INSIGHTS),
        ("objects", OBJECTS),
        ("orders", ORDERS),
        ("activities", ACTIVITIES),
    ):
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create table landing.landing_{name} ({declared})")
    connection.execute("""
        create table landing.landing_parameters as
        from (values
            ('evidence.history_days', '140'), ('evidence.shopify_min_days', '14'),
            ('shopify.new_buyer_lookback_months', '12'), ('targets.value_per_result', '{}'),
            ('account.time_zone', 'null')
        ) as parameters (parameter, value)""")
    connection.execute("""
        create table landing.exchange_rates
            (rate_date date, from_currency varchar, to_currency varchar, rate double)""")
    connection.execute(COMPLETE)
    return connection


def missing(landed):
    return [missing for missing, _ in find_gaps(landed)]


def test_nothing_is_missing_where_all_is_there(landed):
    assert missing(landed) == []


@pytest.mark.parametrize("taken", TAKEN)
def test_what_is_taken_away_is_named_and_nothing_else(landed, taken):
    change, expected = TAKEN[taken]
    landed.execute(change)
    assert missing(landed) == expected


def test_a_name_in_an_order_names_its_ad_as_well(landed):
    landed.execute(f"update {ORDER_ROWS} set utm_term = null, utm_campaign = '+sales%20'")
    assert missing(landed) == []


def test_settings_stand_in_for_files(landed):
    landed.execute(f"delete from {OBJECT_ROWS} where object_type = 'account'")
    landed.execute(f"update {ROWS} set result_indicator = 'actions:lead'")
    landed.execute("""
        update landing.landing_parameters set value = case parameter
            when 'account.time_zone' then '"Asia/Tokyo"'
            when 'targets.value_per_result' then '{"leads": 20}'
            else value
        end""")
    assert missing(landed) == []


def test_days_that_do_not_reach(landed):
    # 100 days up to the 51st before today, and the orders of two days alone
    landed.execute(f"delete from {ROWS} where date_start > (current_date - 51)::varchar")
    landed.execute(
        f"delete from {ROWS} where date_start < (current_date - 150)::varchar and age is null "
        "and country is null and publisher_platform is null"
    )
    landed.execute(f"delete from {ORDER_ROWS} where created_at < (current_date - 2)::varchar")
    today = date.today()
    first, last, orders, yesterday = (today - timedelta(days) for days in (150, 51, 2, 1))
    known = orders.replace(year=orders.year + 1)
    assert missing(landed) == [
        f"More days: 100 from {first} to {last}, of 140 that budgets are judged on",
        f"Newer days: the last one is {last}, 51 days ago",
        f"Orders and insights of the same days: none, orders are of {orders} to {yesterday}, "
        f"insights of {first} to {last}",
        f"Orders further back: the first is of {orders}, so that new buyers are known from "
        f"{known} on",
    ]
    # how old the days are is no matter of the files, and what is published holds on any day
    assert missing_rows(landed).df()["missing"].str.partition(":")[0].tolist() == [
        "More days",
        "Orders and insights of the same days",
        "Orders further back",
    ]


def test_each_gap_leads_to_a_heading_of_the_page():
    text = (Path(__file__).parents[3] / PAGE).read_text("utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert {gap.section for gap in GAPS} - {""} <= anchors
