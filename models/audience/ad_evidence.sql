{#- What an ad's days say of it. -#}
with

as_of as (

    select
        *,
        {{ parameter('audience.long_days', 'integer') }} as long_days
    from {{ ref('int_as_of') }}

),

-- late purchases are as late in an ad as in the account
visible as (

    select
        account_id,
        date_day,
        share_visible
    from {{ ref('int_entity_days') }}
    where entity_level = 'account'

),

-- days that are no evidence leave the sums, as they leave the ad set's
days as (

    select
        level_days.*,
        level_days.purchases / visible.share_visible as purchases_matured,
        level_days.purchase_value / visible.share_visible as value_matured,
        level_days.date_day > as_of.data_through - 7 as is_last_week
    from {{ ref('int_level_days') }} as level_days
    cross join as_of
    inner join visible
        on level_days.account_id = visible.account_id and level_days.date_day = visible.date_day
    left join {{ ref('int_left_out_days') }} as left_out
        on left_out.entity_level = 'adset'
            and level_days.adset_id = left_out.entity_id
            and level_days.date_day = left_out.date_day
            and left_out.known_on <= as_of.data_through
    where level_days.entity_level = 'ad'
        and level_days.date_day > as_of.data_through - as_of.long_days
        and level_days.date_day <= as_of.data_through
        and left_out.date_day is null

),

summed as (

    select
        entity_id as ad_id,
        count(*) filter (where spend > 0) as spending_days,
        sum(spend) as spend,
        sum(spend) filter (where is_last_week) as spend_7d,
        sum(impressions) as impressions,
        sum(link_clicks) as link_clicks,
        sum(purchases) as purchases_reported,
        sum(purchases_matured) as purchases_matured,
        sum(value_matured) as value_matured
    from days
    group by entity_id

)

select
    ads.account_id,
    ads.campaign_id,
    ads.adset_id,
    ads.ad_id,
    ads.creative_type,
    coalesce(adsets.audience_type, 'unknown') as audience_type,
    coalesce(adsets.goal, 'purchases') = 'purchases' as is_for_purchases,
    cast(as_of.data_through - as_of.long_days + 1 as date) as first_day,
    as_of.data_through as last_day,
    coalesce(summed.spending_days, 0) as spending_days,
    coalesce(summed.spend, 0) as spend,
    coalesce(summed.spend_7d, 0) as spend_7d,
    cast(coalesce(summed.impressions, 0) as bigint) as impressions,
    cast(summed.link_clicks as bigint) as link_clicks,
    cast(summed.purchases_reported as double) as purchases_reported,
    summed.purchases_matured,
    summed.value_matured
from {{ ref('ad_setups') }} as ads
cross join as_of
left join {{ ref('adset_setups') }} as adsets on ads.adset_id = adsets.adset_id
left join summed on ads.ad_id = summed.ad_id
