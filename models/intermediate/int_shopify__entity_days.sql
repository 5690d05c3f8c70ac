{#- Net orders per day: matched ones for ad set and campaign, all of them for the account. -#}
with

orders as (

    select * from {{ ref('int_shopify__orders') }} where excluded_because is null

),

per_level as (
    {% for level in ['adset', 'campaign', 'account'] %}
    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        account_id,
        {{ 'cast(null as varchar)' if level == 'account' else 'campaign_id' }} as campaign_id,
        {{ 'adset_id' if level == 'adset' else 'cast(null as varchar)' }} as adset_id,
        order_date as date_day,
        revenue,
        is_unpaid,
        is_new_buyer
    from orders
    where {{ level }}_id is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select
    entity_level,
    entity_id,
    account_id,
    campaign_id,
    adset_id,
    date_day,
    count(*) as shopify_orders,
    -- unknown where an order's currency has no rate
    case when count(*) = count(revenue) then cast(sum(revenue) as double) end as shopify_revenue,
    count(*) filter (where is_unpaid) as unpaid_orders,
    count(is_new_buyer) as known_buyer_orders,
    count(*) filter (where is_new_buyer) as new_buyer_orders
from per_level
where date_day is not null
group by entity_level, entity_id, account_id, campaign_id, adset_id, date_day
