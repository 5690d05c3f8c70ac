{%- set counts = [
    'spend', 'impressions', 'clicks_all', 'link_clicks', 'landing_page_views', 'add_to_carts', 'checkouts',
    'purchases_reported', 'purchase_value_reported', 'results'
] -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- an ad set that has ended is followed for four more weeks, until its last day has left every window
spans as (

    select
        entities.entity_level,
        entities.entity_id,
        entities.account_id,
        entities.campaign_id,
        entities.adset_id,
        entities.value_per_result,
        entities.first_day,
        entities.entity_level = 'adset' and coalesce(entities.status, '') <> 'active' as may_have_ended,
        case
            when may_have_ended then least(as_of.data_through, entities.last_day + 28)
            else as_of.data_through
        end as last_day
    from {{ ref('int_entities') }} as entities
    cross join as_of

),

spine as (

    select
        spans.entity_level,
        spans.entity_id,
        spans.account_id,
        spans.campaign_id,
        spans.adset_id,
        spans.may_have_ended,
        spans.value_per_result,
        days.date_day
    from spans
    inner join {{ ref('int_dates') }} as days on days.date_day between spans.first_day and spans.last_day

),

level_days as (

    select
        level_days.*,
        level_days.purchases as purchases_reported,
        level_days.purchase_value as purchase_value_reported,
        case
            when entities.value_per_result is not null
                then list_sum(list_transform(
                        list_filter(level_days.goal_results, lambda g: g.goal = entities.judged_goal),
                        lambda g: g.results
                    ))
        end as results
    from {{ ref('int_level_days') }} as level_days
    left join {{ ref('int_entities') }} as entities
        on level_days.entity_level = entities.entity_level and level_days.entity_id = entities.entity_id

),

shopify_days as (

    select shopify_days.*
    from {{ ref('int_shopify__entity_days') }} as shopify_days
    cross join as_of
    where shopify_days.date_day < as_of.as_of

),

-- a day without delivery counts nothing; a measure is unknown, not nothing, until an account's files show it
first_shown as (

    select
        account_id,
        {%- for column in counts %}
        min(date_day) filter (where {{ column }} is not null) as first_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from level_days
    group by account_id

),

-- on a day with some orders of an account, an ad set without a matched one has none, if matches are known at all;
-- elsewhere it is unknown: what later days tell must not show in an earlier one
order_days as (

    select
        account_id,
        date_day,
        min(case when count(*) filter (where entity_level <> 'account') > 0 then date_day end)
            over (partition by account_id) as first_match
    from shopify_days
    group by account_id, date_day

),

-- the files are of the morning that is decided, or of a later one where they hold later days
curve as (

    select
        curve.account_id,
        curve.share_visible,
        greatest(as_of.as_of, as_of.newest_as_of) - 1 - curve.age_days as date_day
    from {{ ref('int_maturity_curve') }} as curve
    inner join as_of on curve.decision_date = as_of.as_of

),

joined as (

    select
        spine.*,
        level_days.rows_from,
        level_days.reach,
        coalesce(level_days.spend, 0) > 0 as has_spend,
        {%- for column in counts %}
        case when spine.date_day >= first_shown.first_{{ column }} then coalesce(level_days.{{ column }}, 0) end
            as {{ column }},
        {%- endfor %}
        cast(as_of.data_through - spine.date_day as integer) as days_ago,
        coalesce(curve.share_visible, 1) as share_visible,
        case
            when order_days.date_day is not null
                and (spine.entity_level = 'account' or order_days.first_match <= spine.date_day)
                then coalesce(shopify_days.shopify_orders, 0)
        end as shopify_orders,
        case when shopify_days.shopify_orders is null then 0 else shopify_days.shopify_revenue end as revenue_or_zero,
        coalesce(shopify_days.known_buyer_orders, 0) as known_buyer_orders,
        coalesce(shopify_days.new_buyer_orders, 0) as new_buyer_orders
    from spine
    cross join as_of
    left join level_days
        on spine.entity_level = level_days.entity_level
            and spine.entity_id = level_days.entity_id
            and spine.date_day = level_days.date_day
    left join shopify_days
        on spine.entity_level = shopify_days.entity_level
            and spine.entity_id = shopify_days.entity_id
            and spine.date_day = shopify_days.date_day
    left join first_shown on spine.account_id = first_shown.account_id
    left join order_days on spine.account_id = order_days.account_id and spine.date_day = order_days.date_day
    left join curve
        on spine.account_id = curve.account_id and spine.date_day = curve.date_day

),

-- what has a goal with a value is judged by its results as others are by purchases
judged as (

    select
        * exclude (value_per_result, results),
        case when value_per_result is not null then results end as results,
        case when value_per_result is null then purchases_reported else results end as purchases,
        case when value_per_result is null then purchase_value_reported else results * value_per_result end
            as purchase_value
    from joined

)

select
    * exclude (revenue_or_zero, may_have_ended),
    -- that it starts again after a longer pause was not known in the pause
    not may_have_ended or date_day - max(case when rows_from is not null then date_day end) over (
        partition by entity_level, entity_id order by date_day
    ) <= 28 as is_followed,
    case when shopify_orders is not null then revenue_or_zero end as shopify_revenue,
    purchases / share_visible as purchases_matured,
    purchase_value / share_visible as purchase_value_matured
from judged
