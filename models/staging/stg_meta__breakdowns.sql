with

files as (

    select * from {{ ref('landing_file_rows') }}

),

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

breakdown_rows as (

    select
        insights.*,
        files.extract_rank,
        case
            when insights.level = 'account' then insights.account_id
            else coalesce(insights.ad_id, insights.adset_id, insights.campaign_id)
        end as own_id,
        coalesce(own_id, {{ derived_id([
            'insights.account_id', 'insights.campaign_name', 'insights.adset_name', 'insights.ad_name'
        ]) }}) as entity_id
    from {{ ref('landing_insight_values') }} as insights
    inner join files on insights.file_id = files.file_id
    left join rejected_rows
        on insights.file_id = rejected_rows.file_id and insights.file_row = rejected_rows.file_row
    where insights.has_breakdown
        and insights.is_daily
        and rejected_rows.file_id is null

),

latest_file as (

    select *
    from breakdown_rows
    qualify extract_rank = min(extract_rank) over (
        partition by
            level, entity_id, date_day, age, gender, country, region, publisher_platform, platform_position, device,
            other_breakdown
    )

),

-- rows with an id are unique in their file, or identical; rows of equal names add up
once as (

    select *
    from latest_file
    qualify own_id is null or row_number() over (
        partition by
            level, entity_id, date_day, age, gender, country, region, publisher_platform, platform_position, device,
            other_breakdown
        order by file_row
    ) = 1

),

final as (

    select
        level,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        entity_id,
        age,
        gender,
        country,
        region,
        publisher_platform,
        platform_position,
        device,
        other_breakdown,
        max(campaign_name) as campaign_name,
        max(adset_name) as adset_name,
        max(ad_name) as ad_name,
        sum(spend) as spend,
        cast(sum(impressions) as bigint) as impressions,
        case when count(*) = 1 then max(reach) end as reach,
        cast(sum(link_clicks) as bigint) as link_clicks,
        sum(purchases) as purchases,
        sum(purchase_value) as purchase_value,
        date_day
    from once
    group by
        level, account_id, campaign_id, adset_id, ad_id, entity_id, date_day,
        age, gender, country, region, publisher_platform, platform_position, device, other_breakdown

)

select * from final
