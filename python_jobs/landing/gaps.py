"""What the files at hand do not hold, which outputs stay empty without it, and how to get it."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from python_jobs.decisions.relations import typed
from python_jobs.landing.columns import BREAKDOWNS

PAGE = "docs/getting-the-data.md"


@dataclass(frozen=True)
class Gap:
    """Something that is missing in a customer's files."""

    missing: str
    """What is missing, as a reader would call it"""
    without: str
    """Tables and columns that are empty or guessed, or what is not decided"""
    remedy: str
    """A sentence that says how to get it"""
    section: str
    """Of the page that tells how to get the data; blank where it is no matter of data"""
    query: str
    """SQL over the landing tables that gives no row where nothing is missing, else one: its text
    takes the place of `{}` in `missing`"""
    is_of_today: bool = False
    """whether it is asked against the clock; what is published is the same whenever it is built"""


# what the queries of orders and days have in common; DuckDB would copy what is read more than once
_COMMON = f"""
    with insights as not materialized (
        select * from landing.landing_insights where problem is null
    ),
    daily as not materialized (
        select *, try_cast(date_start as date) as day from insights
        where date_start = date_stop and coalesce({", ".join(BREAKDOWNS)}) is null
    ),
    days as (
        select distinct day from daily where day is not null
    ),
    orders as not materialized (
        select *, try_cast(left(created_at, 10) as date) as day
        from landing.landing_orders where problem is null
    ),
    settings as (
        select
            max(value) filter (where parameter = 'evidence.history_days')::int as history_days,
            max(value) filter (where parameter = 'evidence.shopify_min_days')::int as shopify_days,
            max(value) filter (where parameter = 'shopify.new_buyer_lookback_months')::int
                as lookback_months,
            coalesce(
                max(value) filter (where parameter = 'targets.value_per_result'), '{{}}'
            ) as value_per_result
        from landing.landing_parameters
    ),
    adsets as (
        select object from landing.landing_objects
        where object_type = 'adset' and problem is null
    )
"""
# an id or a name as utm fields carry it
_FOLDED = "lower(trim(regexp_replace({}, '(\\s|\\+|%20|_)+', ' ', 'g')))"


def _lacks(condition: str, of: str = "insights") -> str:
    """Write a query that gives a row where no row of `of` meets the condition."""
    return f"select '' where not exists (from {of} where {condition})"


GAPS = (
    Gap(
        "Insights by day",
        "every daily table, every feature and every budget",
        "Export with the breakdown Day, or with time_increment=1.",
        "ads-manager",
        """
        select '' where not exists (from insights where date_start = date_stop)
        """,
    ),
    Gap(
        "Rows by ad set or ad",
        "adset_daily, adset_features, and every budget of an ad set",
        "Export on the tab Ads or Ad sets, or with level=ad.",
        "ads-manager",
        _lacks("level in ('ad', 'adset')", "daily"),
    ),
    Gap(
        "Rows by ad",
        "in adset_features active_ads, newest_ad_age_days, best_ad_spend_share_7d and the like",
        "Export on the tab Ads, or with level=ad.",
        "ads-manager",
        _lacks("level = 'ad'", "daily"),
    ),
    Gap(
        "Reach above the ad",
        "reach in adset_daily, campaign_daily and account_daily, frequency_7d_low and the like",
        "Export on the tab Ad sets as well, with the column Reach, or with level=adset.",
        "ads-manager",
        _lacks("level in ('adset', 'campaign', 'account') and reach is not null", "daily"),
    ),
    Gap(
        "Ids of {}",
        "what is renamed becomes a new one; rows of one name add up; orders match by name alone",
        "Tick the columns Campaign ID, Ad set ID and Ad ID.",
        "the-columns",
        """
        select string_agg(name, ', ' order by place) from (
            select distinct
                case level when 'ad' then 3 when 'adset' then 2 else 1 end as place,
                case level when 'ad' then 'ads' when 'adset' then 'ad sets' else 'campaigns' end
                    as name
            from daily
            where level <> 'account'
                and case level when 'ad' then ad_id when 'adset' then adset_id else campaign_id end
                    is null
        ) having count(*) > 0
        """,
    ),
    Gap(
        "More days: {}",
        "estimates of what more budget returns lean on priors; windows of 28 days are short",
        "Export the last 180 days once.",
        "getting-the-data",
        """
        select
            count(*) || ' from ' || min(day) || ' to ' || max(day) || ', of '
            || any_value(history_days) || ' that budgets are judged on'
        from days cross join settings
        having count(*) between 1 and any_value(history_days) - 1
        """,
    ),
    Gap(
        "Newer days: the last one is {}",
        "budgets are for the morning after it, by what was known then",
        "Export the last 28 days, up to yesterday.",
        "getting-the-data",
        """
        select max(day) || ', ' || current_date - max(day) || ' days ago' from days
        having current_date - max(day) > 3
        """,
        is_of_today=True,
    ),
    Gap(
        "Purchases",
        "purchases, purchase_value, cpa_*, roas_*; budgets that buy purchases are held",
        "Tick the columns Purchases and Purchases conversion value.",
        "the-columns",
        _lacks(
            "result_indicator ilike '%purchase%' or len(list_filter("
            "actions, lambda a: contains(a.action_type, 'purchase'))) > 0",
            "daily",
        ),
    ),
    Gap(
        "The value of purchases",
        "purchase_value and roas_*; no budget is raised or cut for what it earns",
        "Tick the column Purchases conversion value, and let the pixel send values.",
        "the-columns",
        _lacks("len(action_values) > 0 or purchase_roas is not null", "daily"),
    ),
    Gap(
        "What a result is worth that is no purchase: {}",
        "their budgets are kept as they are (goal_without_value)",
        "Set targets.value_per_result in rules.yaml.",
        "",
        """
        select
            round(100 * sum(spent) / any_value(total), 1) || ' % of spend is for '
            || array_to_string(list(result order by spent desc)[:3], ', ')
            || case when count(*) > 3 then ' and ' || count(*) - 3 || ' more' else '' end
        from (
            select
                lower(replace(result_indicator, 'actions:', '')) as result,
                sum(try_cast(spend as double)) as spent,
                sum(sum(try_cast(spend as double))) over () as total
            from daily
            group by result
        )
        cross join settings
        where value_per_result = '{}' and result not like '%purchase%' and spent > 0
        having count(*) > 0
        """,
    ),
    Gap(
        "Attribution settings",
        "ad sets that count purchases differently are compared with each other",
        "Tick the column Attribution setting, or ask for the field attribution_setting.",
        "the-columns",
        """
        select '' where not exists (
            from insights where nullif(attribution_setting, '-') is not null
        ) and not exists (from adsets where json_exists(object, '$.attribution_spec'))
        """,
    ),
    Gap(
        "Budgets",
        "current_budget is estimated from spend",
        "Tick the columns Campaign budget and Ad set budget, or take campaigns and ad sets from "
        "the Marketing API.",
        "the-columns",
        """
        select '' where not exists (
            from insights where coalesce(campaign_budget, adset_budget) is not null
        ) and not exists (
            from landing.landing_objects where object_type in ('adset', 'campaign')
        )
        """,
    ),
    Gap(
        "The learning phase",
        "learning_status is guessed from age and purchases; an edit that restarted it goes unseen",
        "Tick the column Last significant edit, or take ad sets from the Marketing API.",
        "marketing-api",
        """
        select '' where not exists (from adsets where json_exists(object, '$.learning_stage_info'))
            and not exists (from insights where last_significant_edit is not null)
        """,
    ),
    Gap(
        "Ad sets of the Marketing API",
        "audience types are guessed from names; bids, schedules and status of what holds a budget",
        "Ask for act_.../adsets and campaigns.",
        "marketing-api",
        _lacks("true", "adsets"),
    ),
    Gap(
        "The account's activity history",
        "change_log, the budget of past days, rest after an edit",
        "Export it from Ads Manager, or ask for act_.../activities.",
        "activity-history",
        _lacks("event_type is not null", "landing.landing_activities"),
    ),
    Gap(
        "Breakdowns by {}",
        "rows of that kind in stg_meta__breakdowns; no budget depends on them",
        "Ask for them one by one; never in place of whole rows.",
        "marketing-api",
        """
        select string_agg(name, ', ' order by name) from (
            select 'age and gender' as name
            where not exists (from insights where age is not null and gender is not null)
            union all
            select 'country' where not exists (from insights where country is not null)
            union all
            select 'placement' where not exists (from insights where publisher_platform is not null)
        ) having count(*) > 0
        """,
    ),
    Gap(
        "Shopify orders",
        "shopify_orders, shopify_revenue, mer, ncac, new buyers; Meta's claim is taken as it is",
        "Export them from Orders > Export.",
        "shopify-orders",
        _lacks("true", "orders"),
    ),
    Gap(
        "Orders and insights of the same days: {}",
        "mer of the other days; Meta's claim is not set against the shop's last click",
        "Export both for the same months.",
        "shopify-orders",
        """
        select
            coalesce(nullif(count(distinct days.day), 0)::varchar, 'none')
            || ', orders are of ' || min(orders.day) || ' to ' || max(orders.day)
            || ', insights of ' || (select min(day) || ' to ' || max(day) from days)
        from orders left join days using (day) cross join settings
        having count(*) > 0 and count(distinct days.day) < any_value(shopify_days)
            and exists (from days)
        """,
    ),
    Gap(
        "Orders further back: the first is of {}",
        "new_customer_orders and ncac before that",
        "Export the last 18 months once.",
        "shopify-orders",
        """
        select
            min(day) || ', so that new buyers are known from '
            || (min(day) + to_months(any_value(lookback_months)))::date || ' on'
        from orders cross join settings
        having min(day) + to_months(any_value(lookback_months))
            > coalesce((select min(day) from days), max(day))
        """,
    ),
    Gap(
        "Orders that name their ad: {}",
        "shopify_matched_orders, shopify_matched_revenue, matched ROAS of ad sets and campaigns",
        "Put UTM parameters with ids on the ads, and see that they reach the orders.",
        "shopify-orders",
        f"""
        , mentions as (
            select unnest([utm_campaign, utm_content, utm_term]) as mention from orders
        ),
        names as (
            select unnest([campaign_id, adset_id, ad_id, campaign_name, adset_name, ad_name])
                as name
            from insights
            union
            select unnest([object_id, json_extract_string(object, '$.name')])
            from landing.landing_objects where problem is null
        )
        select
            case
                when (select count(mention) from mentions) = 0 then 'none has UTM parameters'
                else 'the UTM parameters are of no campaign, ad set or ad in these files'
            end
        where exists (from orders) and not exists (
            from mentions inner join names
                on {_FOLDED.format("mention")} = {_FOLDED.format("name")}
        )
        """,
    ),
    Gap(
        "Rates of orders in other currencies: {}",
        "shopify_revenue and mer of every day with such an order",
        "Write them into exchange_rates.csv in the customer's config folder.",
        "shopify-orders",
        """
        , said as (
            select
                max(value ->> '$') filter (where parameter = 'shopify.account_id') as account_id,
                max(value ->> '$') filter (where parameter = 'account.currency') as currency
            from landing.landing_parameters
        ),
        -- orders that no ad explains belong to this account
        account as (
            select coalesce(
                (select account_id from said),
                (
                    select account_id from daily
                    group by account_id order by sum(try_cast(spend as double)) desc nulls last
                    limit 1
                )
            ) as account_id
        ),
        shop as (
            select coalesce(
                (
                    select max(upper(object ->> '$.currency')) from landing.landing_objects
                    where object_type = 'account' and object_id = account.account_id
                ),
                (
                    select max(upper(account_currency)) from insights
                    where insights.account_id is not distinct from account.account_id
                ),
                said.currency
            ) as currency
            from said cross join account
        )
        select string_agg(wanted, ', ' order by wanted)
        from (
            select
                upper(orders.currency) || ' to ' || shop.currency || ' from ' || min(orders.day)
                || ' on' as wanted
            from orders cross join shop
            where upper(orders.currency) <> shop.currency and not exists (
                from landing.exchange_rates as rates
                where rates.from_currency = upper(orders.currency)
                    and rates.to_currency = shop.currency and rates.rate_date <= orders.day
            )
            group by upper(orders.currency), shop.currency
        )
        having count(*) > 0
        """,
    ),
    Gap(
        "The account's time zone",
        "a day of orders ends at the shop's midnight, which need not be that of Meta's days",
        "Set account.time_zone in inputs.yaml, or ask the Marketing API for act_... itself.",
        "marketing-api",
        """
        select '' where exists (from orders)
            and not exists (
                from landing.landing_objects
                where object_type = 'account' and json_exists(object, '$.timezone_name')
            )
            and not exists (
                from landing.landing_parameters
                where parameter = 'account.time_zone' and value <> 'null'
            )
        """,
    ),
)


def find_gaps(landed: duckdb.DuckDBPyConnection) -> Sequence[tuple[str, Gap]]:
    """List what is missing, each with its sentence; `landed` has the schema `landing`.

    Where the first of `GAPS`, insights by day, is missing, the others are no matter yet.
    """
    found = []
    for gap in GAPS:
        separator = "" if gap.query.lstrip().startswith(",") else " "
        rows = landed.execute(_COMMON + separator + gap.query).fetchall()
        if rows:
            found.append((gap.missing.format(rows[0][0]), gap))
        if rows and gap is GAPS[0]:
            break
    return found


MISSING = {
    "place": "integer",
    "missing": "varchar",
    "without": "varchar",
    "remedy": "varchar",
    "section": "varchar",
}


def missing_rows(landed: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Lay out what is missing, whatever the day: columns as in `MISSING`."""
    lasting = [pair for pair in find_gaps(landed) if not pair[1].is_of_today]
    rows = [
        (place, missing, gap.without, gap.remedy, gap.section)
        for place, (missing, gap) in enumerate(lasting, start=1)
    ]
    return typed(landed, pd.DataFrame(rows, columns=list(MISSING)), MISSING)
