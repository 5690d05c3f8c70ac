{#- Sums over the last N days ending with each day, from a dense spine, without days that are no evidence. -#}
{%- set sums = [
    'spend', 'impressions', 'link_clicks', 'purchases', 'purchase_value', 'purchases_matured',
    'purchase_value_matured', 'shopify_revenue'
] -%}
{%- set counts = ['shopify_orders'] -%}
{%- set long_counts = [
    'reach', 'clicks_all', 'add_to_carts', 'checkouts', 'known_buyer_orders', 'new_buyer_orders'
] -%}
{%- set trend_sums = ['spend', 'impressions', 'link_clicks', 'purchase_value_matured'] -%}
{%- set counted = sums + counts + long_counts + ['has_spend'] -%}
with

counted_days as (

    select
        entity_days.* replace (
            {%- for column in counted %}
            case when left_out.date_day is null then entity_days.{{ column }} end as {{ column }}
            {{- "," if not loop.last }}
            {%- endfor %}
        )
    from {{ ref('int_entity_days') }} as entity_days
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
            -- what shows only later did not on this day's own morning
            and left_out.known_on = left_out.date_day

),

entity_days as (

    select
        *,
        case when spend > 0 then purchase_value_matured / spend end as daily_roas,
        case when spend > 0 then spend end as spend_if_any,
        first_value(date_day) over (partition by entity_level, entity_id order by date_day) as first_day,
        min(case when shopify_orders is not null then date_day end) over (
            partition by entity_level, entity_id
        ) as first_order_day
    from counted_days

),

-- spend since orders are known; exact, since differences of it may be nothing
since_orders as (

    select
        *,
        sum(case when date_day >= first_order_day then cast(spend as decimal(18, 4)) end) over (
            partition by entity_level, entity_id order by date_day
            rows between unbounded preceding and current row
        ) as spend_to_date
    from entity_days

),

-- the same up to the last day with orders: what comes after it, orders may not cover
covered as (

    select
        *,
        max(case when shopify_orders is not null then spend_to_date end) over (
            partition by entity_level, entity_id order by date_day
            rows between unbounded preceding and current row
        ) as covered_to_date
    from since_orders

),

-- click-through of an entity's first two weeks, against which it wears out
first_weeks as (

    select
        entity_level,
        entity_id,
        sum(link_clicks) / nullif(cast(sum(impressions) as double), 0) as ctr_first_14d
    from entity_days
    where date_day < first_day + 14
    group by entity_level, entity_id

),

summed as (

    select
        entity_level,
        entity_id,
        account_id,
        campaign_id,
        adset_id,
        date_day,
        is_followed,
        date_day - first_day + 1 as days_observed,
        {%- for days in [3, 7, 14, 28] %}
        {%- for column in sums %}
        sum({{ column }}) over last_{{ days }} as {{ column }}_{{ days }}d,
        {%- endfor %}
        {%- for column in counts %}
        cast(sum({{ column }}) over last_{{ days }} as bigint) as {{ column }}_{{ days }}d,
        {%- endfor %}
        cast(sum(cast(has_spend as integer)) over last_{{ days }} as integer) as spending_days_{{ days }}d,
        {%- endfor %}
        {%- for days in [7, 28] %}
        {%- for column in long_counts %}
        cast(sum({{ column }}) over last_{{ days }} as bigint) as {{ column }}_{{ days }}d,
        {%- endfor %}
        max(reach) over last_{{ days }} as max_reach_{{ days }}d,
        sum(case when reach is not null then impressions end) over last_{{ days }}
            as impressions_with_reach_{{ days }}d,
        {%- endfor %}
        {%- for column in trend_sums %}
        sum({{ column }}) over last_21 as {{ column }}_21d,
        {%- endfor %}
        {%- for days in [1, 3, 7, 14, 28] %}
        cast(greatest(
            covered_to_date - coalesce(lag(spend_to_date, {{ days }}) over (
                partition by entity_level, entity_id order by date_day
            ), 0), 0
        ) as double) as covered_spend_{{ days }}d,
        {%- endfor %}
        stddev_samp(daily_roas) over last_14 as roas_stddev_14d,
        avg(daily_roas) over last_14 as roas_mean_14d,
        stddev_samp(spend_if_any) over last_14 as spend_stddev_14d,
        avg(spend_if_any) over last_14 as spend_mean_14d,
        {%- for column in sums + counts %}
        {{ column }} as {{ column }}_1d{{ "," if not loop.last }}
        {%- endfor %}
    from covered
    window
        {%- for days in [3, 7, 14, 21, 28] %}
        last_{{ days }} as (
            partition by entity_level, entity_id order by date_day
            rows between {{ days - 1 }} preceding and current row
        ){{ "," if not loop.last }}
        {%- endfor %}

)

select
    summed.* exclude (is_followed),
    first_weeks.ctr_first_14d
from summed
left join first_weeks
    on summed.entity_level = first_weeks.entity_level
        and summed.entity_id = first_weeks.entity_id
        and summed.days_observed >= 21
where summed.is_followed
