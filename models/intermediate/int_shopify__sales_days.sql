{#- Days that only a sales report knows of, of the account that the shop belongs to. -#}
with

shop_account as (

    {{ shop_account() }}

),

-- whatever became of them: with any order of a day at hand the orders tell more
days_with_orders as (

    select distinct order_date as date_day from {{ ref('int_shopify__orders') }}

)

select
    coalesce(shop_account.account_id, 'unknown') as account_id,
    sales_days.sales_day as date_day,
    sales_days.orders as shopify_orders,
    sales_days.revenue as shopify_revenue
from {{ ref('stg_shopify__sales_days') }} as sales_days
left join shop_account on true
left join days_with_orders on sales_days.sales_day = days_with_orders.date_day
where days_with_orders.date_day is null
