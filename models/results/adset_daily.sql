with

daily as (

    select * from {{ ref('int_matched_daily') }} where entity_level = 'adset'

),

final as (

    select
        date_day,
        account_id,
        account_name,
        campaign_id,
        campaign_name,
        entity_id as adset_id,
        entity_name as adset_name,
        currency,
        attribution_setting,
        id_source,
        spend,
        impressions,
        reach,
        clicks_all,
        link_clicks,
        purchases,
        purchase_value,
        rows_from,
        shopify_matched_orders,
        shopify_matched_revenue,
        run_id
    from daily

)

select * from final
