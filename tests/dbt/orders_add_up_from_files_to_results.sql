{#- Every order of the files that has an amount is one order in staging and one after matching; per account and day
    the accepted ones and their revenue are account_daily's, as the matched ones are campaign_daily's and
    adset_daily's. -#}
{%- set levels = ['account', 'campaign', 'adset'] -%}
with

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

orders_in_files as (

    select distinct
        landing_orders.order_name,
        try_cast(left(landing_orders.created_at, 10) as date) as day_as_written
    from {{ ref('landing_orders') }} as landing_orders
    left join rejected_rows
        on landing_orders.file_id = rejected_rows.file_id and landing_orders.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null
        and coalesce(landing_orders.total, landing_orders.subtotal) <> ''

),

staging_orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

matched_orders as (

    select * from {{ ref('int_shopify__orders') }}

),

order_days as (
    {% for level in levels %}
    select
        '{{ level }}' as entity_level,
        orders.{{ level }}_id as entity_id,
        orders.order_date as date_day,
        count(*) as shopify_orders,
        case when count(*) = count(orders.revenue) then cast(sum(orders.revenue) as decimal(18, 2)) end
            as shopify_revenue
    from matched_orders as orders
    {%- if level != 'account' %}
    -- ad sets and campaigns that never delivered have no rows
    semi join {{ ref('int_entities') }} as entities
        on orders.{{ level }}_id = entities.entity_id and entities.entity_level = '{{ level }}'
    {%- endif %}
    where orders.excluded_because is null and orders.order_date is not null
    group by orders.{{ level }}_id, orders.order_date
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

result_days as (
    {% for level in levels %}
    {%- set matched = '' if level == 'account' else 'matched_' %}
    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        date_day,
        shopify_{{ matched }}orders as shopify_orders,
        shopify_{{ matched }}revenue as shopify_revenue
    from {{ ref(level ~ '_daily') }}
    where shopify_{{ matched }}orders > 0
        {%- if level == 'account' %}
        -- the other days are those of a sales report
        and shopify_from = 'orders'
        {%- endif %}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

differences as (

    (
        select
            'order missing in staging' as problem,
            order_name as what,
            day_as_written as date_day
        from orders_in_files
        except
        select
            'order missing in staging' as problem,
            order_name as what,
            day_as_written as date_day
        from staging_orders
    )
    union all
    (
        select
            'order only in staging' as problem,
            order_name as what,
            day_as_written as date_day
        from staging_orders
        except
        select
            'order only in staging' as problem,
            order_name as what,
            day_as_written as date_day
        from orders_in_files
    )
    union all
    select
        'order matched to more or less than one account' as problem,
        order_id as what,
        null as date_day
    from (select order_id from staging_orders union all select order_id from matched_orders)
    group by order_id
    having count(*) <> 2
    union all
    select
        'day differs in ' || entity_level || '_daily' as problem,
        entity_id as what,
        date_day
    from (select * from order_days union all select * from result_days)
    group by entity_level, entity_id, date_day, shopify_orders, shopify_revenue
    having count(*) <> 2

)

select * from differences
