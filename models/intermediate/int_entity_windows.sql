{#- Sums over the last N days ending with each day, from a dense spine. -#}
{%- set sums = [
    'spend', 'impressions', 'link_clicks', 'purchases', 'purchase_value', 'purchases_matured',
    'purchase_value_matured', 'shopify_orders', 'shopify_revenue'
] -%}
{%- set long_sums = ['reach', 'clicks_all', 'add_to_carts', 'checkouts', 'known_buyer_orders', 'new_buyer_orders'] -%}
{%- set trend_sums = ['spend', 'impressions', 'link_clicks', 'purchase_value_matured'] -%}
with

entity_days as (

    select
        *,
        case when spend > 0 then purchase_value_matured / spend end as daily_roas,
        case when spend > 0 then spend end as spend_if_any,
        first_value(date_day) over (partition by entity_level, entity_id order by date_day) as first_day
    from {{ ref('int_entity_days') }}

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
        sum(cast(has_spend as integer)) over last_{{ days }} as spending_days_{{ days }}d,
        {%- endfor %}
        {%- for days in [7, 28] %}
        {%- for column in long_sums %}
        sum({{ column }}) over last_{{ days }} as {{ column }}_{{ days }}d,
        {%- endfor %}
        max(reach) over last_{{ days }} as max_reach_{{ days }}d,
        sum(case when reach is not null then impressions end) over last_{{ days }}
            as impressions_with_reach_{{ days }}d,
        {%- endfor %}
        {%- for column in trend_sums %}
        sum({{ column }}) over last_21 as {{ column }}_21d,
        {%- endfor %}
        stddev_samp(daily_roas) over last_14 as roas_stddev_14d,
        avg(daily_roas) over last_14 as roas_mean_14d,
        stddev_samp(spend_if_any) over last_14 as spend_stddev_14d,
        avg(spend_if_any) over last_14 as spend_mean_14d,
        {%- for column in sums %}
        {{ column }} as {{ column }}_1d{{ "," if not loop.last }}
        {%- endfor %}
    from entity_days
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
