{#- Meta's claim beside Shopify's last clicks, and what buyers whom a segment brought were worth. -#}
{%- set sums = [
    'spend', 'purchases_reported', 'purchases_matured', 'value_reported', 'value_matured', 'purchases_compared',
    'value_compared', 'orders_compared', 'revenue_compared', 'matched_orders', 'matched_revenue',
    'known_buyer_orders', 'new_buyer_orders', 'all_orders', 'all_revenue'
] -%}
{%- set keys = ['account_id', 'level', 'entity_id'] -%}
with

as_of as (

    select
        *,
        cast(data_through - {{ parameter('audience.long_days', 'integer') }} + 1 as date) as first_day,
        {{ parameter('audience.buyer_value_days', 'integer') }} as buyer_value_days,
        {{ parameter('audience.first_order_days', 'integer') }} as first_order_days
    from {{ ref('int_as_of') }}

),

settings as (

    select * from {{ ref('evidence_settings') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

-- of an account without orders nothing can be said
shops as (

    select distinct days.account_id
    from {{ ref('int_entity_days') }} as days
    cross join as_of
    where days.entity_level = 'account'
        and days.shopify_orders is not null
        and days.date_day between as_of.first_day and as_of.data_through

),

-- days on which Meta's pixel did not work say nothing of what it claims
incident_days as (

    select distinct
        left_out.entity_level,
        left_out.entity_id,
        left_out.date_day
    from {{ ref('int_left_out_days') }} as left_out
    cross join as_of
    where left_out.is_incident and left_out.known_on <= as_of.data_through

),

entity_days as (

    select
        days.account_id,
        days.entity_level,
        days.entity_id,
        days.campaign_id,
        days.date_day,
        days.spend,
        days.purchases_reported,
        days.purchases_reported / days.share_visible as purchases_matured,
        days.purchase_value_reported as value_reported,
        days.purchase_value_reported / days.share_visible as value_matured,
        days.shopify_orders,
        days.shopify_revenue,
        days.known_buyer_orders,
        days.new_buyer_orders,
        -- a campaign without a single matched order carries no utm fields: it is no witness
        days.shopify_orders is not null
        and days.purchases_reported is not null
        and incident_days.date_day is null
        and max(coalesce(days.shopify_orders, 0)) over (partition by days.campaign_id) > 0 as is_compared
    from {{ ref('int_entity_days') }} as days
    cross join as_of
    inner join shops on days.account_id = shops.account_id
    left join incident_days
        on days.entity_level = incident_days.entity_level
            and days.entity_id = incident_days.entity_id
            and days.date_day = incident_days.date_day
    where days.date_day between as_of.first_day and as_of.data_through

),

measured as (

    select
        * exclude (shopify_orders, shopify_revenue),
        case when is_compared then purchases_matured end as purchases_compared,
        case when is_compared then value_matured end as value_compared,
        case when is_compared then shopify_orders end as orders_compared,
        case when is_compared then shopify_revenue end as revenue_compared,
        shopify_orders as matched_orders,
        shopify_revenue as matched_revenue,
        cast(null as bigint) as all_orders,
        cast(null as double) as all_revenue
    from entity_days
    where entity_level in ('adset', 'campaign')

),

account_days as (

    select
        account_id,
        date_day,
        spend,
        purchases_reported,
        purchases_matured,
        value_reported,
        value_matured,
        known_buyer_orders,
        new_buyer_orders,
        shopify_orders as all_orders,
        shopify_revenue as all_revenue
    from entity_days
    where entity_level = 'account'

),

-- what campaigns matched is what the account matched
matched_days as (

    select
        account_id,
        date_day,
        sum(purchases_compared) as purchases_compared,
        sum(value_compared) as value_compared,
        sum(orders_compared) as orders_compared,
        sum(revenue_compared) as revenue_compared,
        sum(matched_orders) as matched_orders,
        sum(matched_revenue) as matched_revenue
    from measured
    where entity_level = 'campaign'
    group by account_id, date_day

),

level_days as (

    select
        account_days.account_id,
        'account' as level,
        account_days.account_id as entity_id,
        account_days.* exclude (account_id),
        matched_days.* exclude (account_id, date_day)
    from account_days
    left join matched_days
        on account_days.account_id = matched_days.account_id and account_days.date_day = matched_days.date_day

    union all by name

    select
        entity_level as level,
        * exclude (entity_level, campaign_id, is_compared)
    from measured

    union all by name

    select
        measured.account_id,
        'audience_type' as level,
        setups.audience_type as entity_id,
        measured.* exclude (account_id, entity_level, entity_id, campaign_id, is_compared)
    from measured
    inner join setups on measured.entity_level = 'adset' and measured.entity_id = setups.adset_id

),

by_period as (

    select
        {{ keys | join(', ') }},
        'day' as period,
        date_day as first_day,
        date_day as last_day,
        {%- for column in sums %}
        sum({{ column }}) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from level_days
    group by {{ keys | join(', ') }}, date_day

    union all

    select
        level_days.account_id,
        level_days.level,
        level_days.entity_id,
        'window' as period,
        any_value(as_of.first_day) as first_day,
        any_value(as_of.data_through) as last_day,
        {%- for column in sums %}
        sum(level_days.{{ column }}) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from level_days
    cross join as_of
    group by level_days.account_id, level_days.level, level_days.entity_id

),

-- ---- buyers by what brought their first order
orders as (

    select orders.*
    from {{ ref('int_shopify__orders') }} as orders
    cross join as_of
    where orders.excluded_because is null
        and orders.customer_hash is not null
        and orders.order_date <= as_of.data_through

),

reach as (

    select
        min(order_date) as first_day,
        max(order_date) as last_day
    from {{ ref('int_shopify__orders') }}

),

-- who is first seen when the files begin may have bought before; who came lately has not had the time to come again
first_orders as (

    select first_of_buyer.*
    from (
        select *
        from orders
        qualify row_number() over (partition by customer_hash order by order_date, ordered_at, order_id) = 1
    ) as first_of_buyer
    cross join as_of
    cross join reach
    where first_of_buyer.order_date >= reach.first_day + as_of.first_order_days
        and first_of_buyer.order_date + as_of.buyer_value_days <= least(reach.last_day, as_of.data_through)

),

buyers as (

    select
        first_orders.customer_hash,
        any_value(first_orders.account_id) as account_id,
        any_value(first_orders.campaign_id) as campaign_id,
        any_value(first_orders.adset_id) as adset_id,
        count(*) - 1 as repeat_orders,
        case when count(*) = count(orders.revenue) then sum(orders.revenue) end as value
    from first_orders
    cross join as_of
    inner join orders
        on first_orders.customer_hash = orders.customer_hash
            and orders.order_date between first_orders.order_date and first_orders.order_date + as_of.buyer_value_days
    group by first_orders.customer_hash

),

buyers_of as (

    select
        'account' as level,
        account_id as entity_id,
        buyers.*
    from buyers

    union all

    select
        'no ad' as level,
        account_id as entity_id,
        buyers.*
    from buyers
    where campaign_id is null

    union all

    select
        'campaign' as level,
        campaign_id as entity_id,
        buyers.*
    from buyers
    where campaign_id is not null

    union all

    select
        'adset' as level,
        adset_id as entity_id,
        buyers.*
    from buyers
    where adset_id is not null

    union all

    select
        'audience_type' as level,
        setups.audience_type as entity_id,
        buyers.*
    from buyers
    inner join setups on buyers.adset_id = setups.adset_id

),

buyer_values as (

    select
        {{ keys | join(', ') }},
        count(*) as buyers_followed,
        count(*) filter (where repeat_orders > 0) as repeat_buyers,
        sum(repeat_orders) as repeat_orders,
        avg(value) as value_per_buyer
    from buyers_of
    group by {{ keys | join(', ') }}

),

-- orders that no ad explains
unexplained as (

    select
        by_period.account_id,
        'no ad' as level,
        by_period.account_id as entity_id,
        by_period.period,
        by_period.first_day,
        by_period.last_day,
        by_period.all_orders - coalesce(by_period.matched_orders, 0) as all_orders,
        by_period.all_revenue - coalesce(by_period.matched_revenue, 0) as all_revenue
    from by_period
    where by_period.level = 'account' and by_period.all_orders is not null

),

rows_together as (

    select * from by_period
    union all by name
    select * from unexplained

),

account_ratios as (

    select
        account_id,
        orders_compared / nullif(purchases_compared, 0) as orders_per_purchase
    from by_period
    where level = 'account' and period = 'window'

),

compared as (

    select
        together.*,
        together.purchases_compared * account_ratios.orders_per_purchase as expected_orders,
        case
            when together.period = 'window'
                and together.level <> 'account'
                and together.purchases_compared > 0
                and account_ratios.orders_per_purchase > 0
                then (together.orders_compared + settings.shopify_prior_orders)
                    / (expected_orders + settings.shopify_prior_orders)
        end as order_index,
        -- both are counts
        sqrt(
            1 / (together.orders_compared + settings.shopify_prior_orders)
            + 1 / (together.purchases_compared + settings.shopify_prior_orders)
        ) as index_log_error
    from rows_together as together
    cross join settings
    left join account_ratios on together.account_id = account_ratios.account_id

),

intervals as (

    select
        *,
        -- 80 of 100 in a lognormal lie within 1.2816 standard deviations
        order_index * exp(-1.2816 * index_log_error) as order_index_low,
        order_index * exp(1.2816 * index_log_error) as order_index_high
    from compared

),

final as (

    select
        intervals.account_id,
        accounts.entity_name as account_name,
        intervals.level,
        intervals.entity_id,
        case
            when intervals.level in ('adset', 'campaign', 'account') then entities.entity_name
            when intervals.level = 'no ad' then 'no ad'
            else intervals.entity_id
        end as entity_name,
        entities.campaign_name,
        coalesce(setups.audience_type, case when intervals.level = 'audience_type' then intervals.entity_id end)
            as audience_type,
        intervals.period,
        intervals.first_day,
        intervals.last_day,
        accounts.currency,
        cast(intervals.spend as decimal(18, 2)) as spend,
        cast(intervals.purchases_reported as double) as purchases_reported,
        intervals.purchases_matured,
        cast(intervals.value_reported as decimal(18, 2)) as value_reported,
        cast(intervals.value_matured as decimal(18, 2)) as value_matured,
        cast(intervals.matched_orders as bigint) as shopify_matched_orders,
        cast(intervals.matched_revenue as decimal(18, 2)) as shopify_matched_revenue,
        cast(intervals.all_orders as bigint) as shopify_orders,
        cast(intervals.all_revenue as decimal(18, 2)) as shopify_revenue,
        intervals.purchases_compared,
        cast(intervals.value_compared as decimal(18, 2)) as value_compared,
        intervals.revenue_compared / nullif(intervals.value_compared, 0) as shopify_to_meta,
        cast(intervals.value_compared - intervals.revenue_compared as decimal(18, 2)) as value_without_order,
        intervals.expected_orders,
        intervals.order_index,
        intervals.order_index_low,
        intervals.order_index_high,
        cast(intervals.value_compared * (1 - intervals.order_index) as decimal(18, 2)) as over_credit,
        cast(intervals.value_compared * (1 - intervals.order_index_high) as decimal(18, 2)) as over_credit_low,
        cast(intervals.value_compared * (1 - intervals.order_index_low) as decimal(18, 2)) as over_credit_high,
        case
            when intervals.period = 'day' or intervals.level in ('account', 'no ad') then null
            when intervals.order_index is null then 'not known'
            when intervals.order_index_high < 1 then 'over-credited'
            when intervals.order_index_low > 1 then 'under-credited'
            else 'as the account'
        end as verdict,
        intervals.new_buyer_orders / nullif(cast(intervals.known_buyer_orders as double), 0) as new_buyer_share,
        case when intervals.period = 'window' then buyer_values.buyers_followed end as buyers_followed,
        case when intervals.period = 'window' then buyer_values.repeat_buyers end as repeat_buyers,
        case when intervals.period = 'window' then cast(buyer_values.repeat_orders as bigint) end as repeat_orders,
        case when intervals.period = 'window' then cast(buyer_values.value_per_buyer as decimal(18, 2)) end
            as value_per_buyer,
        as_of.run_id
    from intervals
    cross join as_of
    left join entities
        on intervals.level = entities.entity_level and intervals.entity_id = entities.entity_id
    left join entities as accounts
        on intervals.account_id = accounts.entity_id and accounts.entity_level = 'account'
    left join setups on intervals.level = 'adset' and intervals.entity_id = setups.adset_id
    left join buyer_values
        on intervals.account_id = buyer_values.account_id
            and intervals.level = buyer_values.level
            and intervals.entity_id = buyer_values.entity_id

)

select * from final
