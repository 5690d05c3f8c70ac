{#- Where the shop's orders go, beside what ads spend there. -#}
with

orders as (

    select
        orders.account_id,
        staged.shipping_country as country,
        orders.revenue
    from {{ ref('int_shopify__orders') }} as orders
    inner join {{ ref('stg_shopify__orders') }} as staged on orders.order_id = staged.order_id
    cross join {{ ref('int_as_of') }} as as_of
    where orders.excluded_because is null
        and staged.shipping_country is not null
        and orders.order_date between as_of.data_through - {{ parameter('audience.long_days', 'integer') }} + 1
        and as_of.data_through

)

select
    account_id,
    country,
    count(*) as orders,
    cast(sum(revenue) as double) as revenue,
    cast(count(*) as double) / sum(count(*)) over (partition by account_id) as orders_share
from orders
group by account_id, country
