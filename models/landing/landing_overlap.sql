{% set breakdowns = [
    'age', 'gender', 'country', 'region', 'publisher_platform', 'platform_position', 'device', 'other_breakdown'
] %}
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

keyed as (

    select
        insights.file_id,
        files.extract_rank,
        hash(
            insights.level,
            insights.account_id,
            coalesce(
                case insights.level
                    when 'ad' then insights.ad_id
                    when 'adset' then insights.adset_id
                    when 'campaign' then insights.campaign_id
                    else insights.account_id
                end,
                concat_ws(chr(31), insights.campaign_name, insights.adset_name, insights.ad_name)
            ),
            insights.date_day,
            insights.{{ breakdowns | join(', insights.') }}
        ) as entity_day,
        hash(insights.spend, insights.impressions, insights.purchases, insights.purchase_value) as measures
    from {{ ref('landing_insight_values') }} as insights
    inner join files on insights.file_id = files.file_id
    left join rejected_rows
        on insights.file_id = rejected_rows.file_id and insights.file_row = rejected_rows.file_row
    where insights.is_daily and rejected_rows.file_id is null

),

-- rows of one key in one file are repetitions, or of equal names
per_file as (

    select
        file_id,
        extract_rank,
        entity_day,
        count(*) as row_count,
        bit_xor(measures) as measures
    from keyed
    group by file_id, extract_rank, entity_day

),

latest as (

    select
        entity_day,
        min(extract_rank) as latest_rank,
        arg_min(measures, extract_rank) as latest_measures,
        count(*) as file_count
    from per_file
    group by entity_day

),

final as (

    select
        per_file.file_id,
        cast(coalesce(sum(per_file.row_count) filter (where extract_rank = latest_rank), 0) as bigint) as rows_used,
        cast(coalesce(sum(per_file.row_count) filter (
            where extract_rank > latest_rank and measures <> latest_measures
        ), 0) as bigint) as rows_replaced,
        cast(coalesce(sum(per_file.row_count) filter (
            where extract_rank > latest_rank and measures = latest_measures
        ), 0) as bigint) as rows_identical,
        count(*) filter (where file_count = 1) as entity_days_only_here
    from per_file
    inner join latest on per_file.entity_day = latest.entity_day
    group by per_file.file_id

)

select * from final
