{#- Every order of the files that has an amount is one order in staging and one after matching; per account and day
    the accepted ones and their revenue are account_daily's. -#}
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

    select
        account_id,
        order_date as date_day,
        count(*) as shopify_orders,
        case when count(*) = count(revenue) then cast(sum(revenue) as decimal(18, 2)) end as shopify_revenue
    from matched_orders
    where excluded_because is null and order_date is not null
    group by account_id, order_date

),

result_days as (

    select
        account_id,
        date_day,
        shopify_orders,
        shopify_revenue
    from {{ ref('account_daily') }}
    where shopify_orders > 0

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
        'day differs in account_daily' as problem,
        account_id as what,
        date_day
    from (select * from order_days union all select * from result_days)
    group by account_id, date_day, shopify_orders, shopify_revenue
    having count(*) <> 2

)

select * from differences
