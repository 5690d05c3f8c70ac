with

level_days as (

    select * from {{ ref('int_level_days') }} where entity_level = 'campaign'

),

entities as (

    select * from {{ ref('int_entities') }} where entity_level = 'campaign'

),

shopify_days as (

    select * from {{ ref('int_shopify__entity_days') }}

),

-- without a single matched order an account's orders say nothing about its campaigns
accounts_with_matches as (

    select distinct account_id from shopify_days where entity_level <> 'account'

),

final as (

    select
        level_days.date_day,
        entities.account_id,
        entities.account_name,
        entities.entity_id as campaign_id,
        entities.entity_name as campaign_name,
        entities.currency,
        entities.attribution_setting,
        entities.id_source,
        cast(level_days.spend as decimal(18, 2)) as spend,
        cast(level_days.impressions as bigint) as impressions,
        level_days.reach,
        cast(level_days.clicks_all as bigint) as clicks_all,
        cast(level_days.link_clicks as bigint) as link_clicks,
        level_days.purchases,
        cast(level_days.purchase_value as decimal(18, 2)) as purchase_value,
        level_days.rows_from,
        case when accounts_with_matches.account_id is not null then coalesce(shopify_days.shopify_orders, 0) end
            as shopify_matched_orders,
        cast(
            case
                when accounts_with_matches.account_id is null then null
                when shopify_days.shopify_orders is null then 0
                else shopify_days.shopify_revenue
            end as decimal(18, 2)
        ) as shopify_matched_revenue,
        as_of.run_id
    from level_days
    inner join entities on level_days.entity_id = entities.entity_id
    left join shopify_days
        on level_days.entity_level = shopify_days.entity_level
            and level_days.entity_id = shopify_days.entity_id
            and level_days.date_day = shopify_days.date_day
    left join accounts_with_matches on entities.account_id = accounts_with_matches.account_id
    cross join {{ ref('int_as_of') }} as as_of

)

select * from final
