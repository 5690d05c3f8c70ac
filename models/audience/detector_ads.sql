{#- How the ads of every ad set share its delivery and its purchases. -#}
with

as_of as (

    select
        *,
        {{ parameter('audience.evidence_days', 'integer') }} as evidence_days
    from {{ ref('int_as_of') }}

),

left_out as (

    select left_out.*
    from {{ ref('int_left_out_days') }} as left_out
    cross join as_of
    where left_out.entity_level = 'adset' and left_out.known_on <= as_of.data_through

),

ad_days as (

    select
        days.entity_id as ad_id,
        sum(days.spend) as spend,
        sum(days.impressions) as impressions,
        sum(days.link_clicks) as link_clicks,
        sum(days.purchases) as purchases,
        count(distinct days.date_day) filter (where days.spend > 0) as spending_days
    from {{ ref('int_level_days') }} as days
    cross join as_of
    left join left_out on days.adset_id = left_out.entity_id and days.date_day = left_out.date_day
    where days.entity_level = 'ad'
        and days.date_day between as_of.data_through - as_of.evidence_days + 1 and as_of.data_through
        and left_out.date_day is null
    group by days.entity_id

),

running as (

    select
        ads.adset_id,
        ads.ad_id,
        coalesce(ads.ad_name, ads.ad_id) as ad_name,
        ads.creative_type,
        as_of.as_of - ads.created_on as age_days,
        coalesce(ad_days.spend, 0) as spend,
        coalesce(ad_days.impressions, 0) as impressions,
        ad_days.link_clicks,
        coalesce(ad_days.purchases, 0) as purchases,
        7 * coalesce(ad_days.spend, 0) / greatest(ad_days.spending_days, 7) as spend_a_week
    from {{ ref('ad_setups') }} as ads
    cross join as_of
    left join ad_days on ads.ad_id = ad_days.ad_id
    -- an ad whose ad set no file names is judged as an ad alone
    where ads.is_active and ads.adset_id is not null

),

ranked as (

    select
        *,
        row_number() over (partition by adset_id order by impressions desc, ad_id) as place
    from running

),

shares as (

    select
        adset_id,
        count(*) as running_ads,
        bool_and(creative_type = 'catalog') as is_catalog_only,
        min(age_days) as newest_ad_age_days,
        median(spend_a_week) as median_ad_spend_a_week,
        max(ad_name) filter (where place = 1) as top_ad_name,
        max(spend) filter (where place = 1) as top_ad_spend,
        max(impressions) filter (where place = 1) as top_ad_impressions,
        max(impressions) filter (where place = 2) as second_ad_impressions,
        sum(impressions) as ads_impressions,
        -- half a purchase to each side, so that none is not nothing
        max(purchases) filter (where place = 1) + 0.5 as top_purchases,
        coalesce(sum(purchases) filter (where place > 1), 0) + 0.5 as other_purchases,
        max(link_clicks) filter (where place = 1) as top_clicks,
        sum(link_clicks) filter (where place > 1) as other_clicks
    from ranked
    group by adset_id

)

select
    shares.adset_id,
    shares.running_ads,
    cast(shares.is_catalog_only as integer) as is_catalog_only,
    shares.newest_ad_age_days,
    shares.median_ad_spend_a_week,
    shares.top_ad_name,
    shares.top_ad_spend * 30 / as_of.evidence_days as top_ad_spend_30d,
    shares.top_ad_impressions / nullif(shares.ads_impressions, 0) as top_ad_impression_share,
    shares.top_ad_impressions / nullif(shares.second_ad_impressions, 0) as top_ad_impression_ratio,
    (shares.top_purchases - 0.5) / nullif(shares.top_purchases + shares.other_purchases - 1, 0)
        as top_ad_purchase_share,
    shares.top_purchases / shares.other_purchases as top_ad_purchase_odds,
    sqrt(1 / shares.top_purchases + 1 / shares.other_purchases) as top_ad_purchase_log_error,
    (shares.other_purchases / nullif(shares.other_clicks, 0)) / (shares.top_purchases / nullif(shares.top_clicks, 0))
        as others_conversion_ratio,
    shares.top_purchases + shares.other_purchases - 1 as ads_purchases
from shares
cross join as_of
