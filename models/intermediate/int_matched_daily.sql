{#- What the published daily tables of ad sets and campaigns have in common. -#}
with

level_days as (

    select * from {{ ref('int_level_days') }} where entity_level in ('adset', 'campaign')

),

matched_days as (

    select * from {{ ref('int_shopify__entity_days') }} where entity_level in ('adset', 'campaign')

),

-- days with a matched order and no delivery are days of the ad set or campaign, too
entity_days as (

    select
        entity_level,
        entity_id,
        date_day
    from level_days

    union

    select
        entity_level,
        entity_id,
        date_day
    from matched_days

),

entities as (

    select * from {{ ref('int_entities') }} where entity_level in ('adset', 'campaign')

),

-- orders say nothing about days outside them, nor, without a single match, about what brought them
shopify_coverage as (

    select
        account_id,
        min(date_day) as first_day,
        max(date_day) as last_day
    from {{ ref('int_shopify__entity_days') }}
    group by account_id
    having max(case when entity_level <> 'account' then 1 else 0 end) = 1

),

final as (

    select
        entities.entity_level,
        entities.entity_id,
        entities.entity_name,
        entity_days.date_day,
        entities.account_id,
        entities.account_name,
        entities.campaign_id,
        entities.campaign_name,
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
        case when shopify_coverage.account_id is not null then coalesce(matched_days.shopify_orders, 0) end
            as shopify_matched_orders,
        cast(
            case
                when matched_days.shopify_orders is not null then matched_days.shopify_revenue
                when shopify_coverage.account_id is not null then 0
            end as decimal(18, 2)
        ) as shopify_matched_revenue,
        as_of.run_id
    from entity_days
    inner join entities
        on entity_days.entity_level = entities.entity_level and entity_days.entity_id = entities.entity_id
    left join level_days
        on entity_days.entity_level = level_days.entity_level
            and entity_days.entity_id = level_days.entity_id
            and entity_days.date_day = level_days.date_day
    left join matched_days
        on entity_days.entity_level = matched_days.entity_level
            and entity_days.entity_id = matched_days.entity_id
            and entity_days.date_day = matched_days.date_day
    left join shopify_coverage
        on entities.account_id = shopify_coverage.account_id
            and entity_days.date_day between shopify_coverage.first_day and shopify_coverage.last_day
    cross join {{ ref('int_as_of') }} as as_of

)

select * from final
