with

level_days as (

    select * from {{ ref('int_level_days') }} where entity_level = 'account'

),

shopify_days as (

    select * from {{ ref('int_shopify__entity_days') }} where entity_level = 'account'

),

shopify_coverage as (

    select
        account_id,
        min(date_day) as first_day,
        max(date_day) as last_day
    from shopify_days
    group by account_id

),

-- days that no order is at hand of
report_days as (

    select * from {{ ref('int_shopify__sales_days') }}

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

entities as (

    select * from {{ ref('int_entities') }} where entity_level = 'account'

),

-- days with orders and no delivery are days of the account, too
account_days as (

    select
        account_id,
        date_day
    from level_days

    union

    select
        account_id,
        date_day
    from shopify_days

    union

    select
        account_id,
        date_day
    from report_days

),

joined as (

    select
        account_days.date_day,
        account_days.account_id,
        accounts.account_name,
        coalesce(entities.currency, accounts.currency) as currency,
        entities.attribution_setting,
        level_days.spend,
        level_days.impressions,
        level_days.reach,
        level_days.clicks_all,
        level_days.link_clicks,
        level_days.purchases,
        level_days.purchase_value,
        level_days.rows_from,
        case
            when report_days.date_day is not null then 'sales report'
            when account_days.date_day between shopify_coverage.first_day and shopify_coverage.last_day then 'orders'
        end as shopify_from,
        case
            when report_days.date_day is not null then report_days.shopify_orders
            when account_days.date_day between shopify_coverage.first_day and shopify_coverage.last_day
                then coalesce(shopify_days.shopify_orders, 0)
        end as shopify_orders,
        case
            when report_days.date_day is not null then report_days.shopify_revenue
            when shopify_days.shopify_orders is not null then shopify_days.shopify_revenue
            when account_days.date_day between shopify_coverage.first_day and shopify_coverage.last_day then 0
        end as shopify_revenue,
        case
            when report_days.date_day is null
                and account_days.date_day between shopify_coverage.first_day and shopify_coverage.last_day
                then coalesce(shopify_days.unpaid_orders, 0)
        end as shopify_unpaid_orders,
        -- unknown where the orders do not reach back far enough to tell
        case when shopify_days.known_buyer_orders > 0 then shopify_days.new_buyer_orders end as new_customer_orders
    from account_days
    left join accounts on account_days.account_id = accounts.account_id
    left join entities on account_days.account_id = entities.entity_id
    left join level_days
        on account_days.account_id = level_days.account_id and account_days.date_day = level_days.date_day
    left join shopify_days
        on account_days.account_id = shopify_days.account_id and account_days.date_day = shopify_days.date_day
    left join report_days
        on account_days.account_id = report_days.account_id and account_days.date_day = report_days.date_day
    left join shopify_coverage on account_days.account_id = shopify_coverage.account_id

),

final as (

    select
        joined.date_day,
        joined.account_id,
        joined.account_name,
        joined.currency,
        joined.attribution_setting,
        cast(joined.spend as decimal(18, 2)) as spend,
        cast(joined.impressions as bigint) as impressions,
        joined.reach,
        cast(joined.clicks_all as bigint) as clicks_all,
        cast(joined.link_clicks as bigint) as link_clicks,
        joined.purchases,
        cast(joined.purchase_value as decimal(18, 2)) as purchase_value,
        joined.rows_from,
        joined.shopify_from,
        joined.shopify_orders,
        cast(joined.shopify_revenue as decimal(18, 2)) as shopify_revenue,
        joined.shopify_unpaid_orders,
        joined.new_customer_orders,
        joined.shopify_revenue / nullif(joined.spend, 0) as mer,
        joined.spend / nullif(joined.new_customer_orders, 0) as ncac,
        {{ parameter('shopify.revenue_basis', 'varchar') }} as revenue_basis,
        as_of.run_id
    from joined
    cross join {{ ref('int_as_of') }} as as_of

)

select * from final
