{#- Per level, account and day that one file alone covers: spend, impressions, purchases and value of the file's rows,
    less the rejected ones and exact repetitions, are staging's. Days of several files are the later extract's and
    do not add up to all of them. -#}
with

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

file_rows as (

    select
        insights.* exclude (file_row),
        -- rows without ids are different entities of one name, so each of them counts
        case
            when case insights.level
                when 'ad' then insights.ad_id
                when 'adset' then insights.adset_id
                when 'campaign' then insights.campaign_id
                else insights.account_id
            end is null then insights.file_row
        end as row_if_unnamed
    from {{ ref('landing_insight_values') }} as insights
    left join rejected_rows
        on insights.file_id = rejected_rows.file_id and insights.file_row = rejected_rows.file_row
    where insights.is_daily
        and not insights.has_breakdown
        and rejected_rows.file_id is null

),

distinct_rows as (

    select distinct
        level,
        account_id,
        date_day,
        file_id,
        row_if_unnamed,
        campaign_id,
        adset_id,
        ad_id,
        spend,
        impressions,
        purchases,
        purchase_value
    from file_rows

),

days_in_files as (

    select
        level,
        account_id,
        date_day,
        sum(spend) as spend,
        sum(impressions) as impressions,
        round(sum(purchases), 3) as purchases,
        round(sum(purchase_value), 3) as purchase_value
    from distinct_rows
    group by level, account_id, date_day
    having count(distinct file_id) = 1

),

days_in_staging as (

    select
        staging.level,
        staging.account_id,
        staging.date_day,
        sum(staging.spend) as spend,
        sum(staging.impressions) as impressions,
        round(sum(staging.purchases), 3) as purchases,
        round(sum(staging.purchase_value), 3) as purchase_value
    from {{ ref('stg_meta__insights') }} as staging
    where staging.totals_source = 'own'
    group by staging.level, staging.account_id, staging.date_day

)

select
    level,
    account_id,
    date_day,
    days_in_files.spend as spend_in_files,
    days_in_staging.spend as spend_in_staging
from days_in_files
full join days_in_staging using (level, account_id, date_day)
where days_in_staging.spend is null
    or (
        days_in_files.spend is not null
        and (
            days_in_files.spend <> days_in_staging.spend
            or days_in_files.impressions <> days_in_staging.impressions
            or days_in_files.purchases is distinct from days_in_staging.purchases
            or days_in_files.purchase_value is distinct from days_in_staging.purchase_value
        )
    )
