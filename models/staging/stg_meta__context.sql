{#- What a day of insights is made of beside the rows of that day. -#}
with

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

insights as (

    select insights.*
    from {{ ref('landing_insight_values') }} as insights
    left join rejected_rows
        on insights.file_id = rejected_rows.file_id and insights.file_row = rejected_rows.file_row
    where insights.is_daily and rejected_rows.file_id is null

),

per_account as (

    select
        account_id,
        count(*) filter (where not has_breakdown) > 0 as has_totals,
        count(*) filter (
            where (level <> 'account' and campaign_id is null)
                or (level in ('adset', 'ad') and adset_id is null)
                or (level = 'ad' and ad_id is null)
        ) = 0 as has_ids
    from insights
    group by account_id

),

final as (

    select
        'account' as kind,
        account_id as name,
        concat_ws(', ', currency, account_name) as value
    from {{ ref('stg_meta__accounts') }}

    union all

    -- an id that is found by a name, and a breakdown that stands for totals, may come of any file
    select
        'told by other files' as kind,
        account_id as name,
        null as value
    from per_account
    where not has_totals or not has_ids

)

select * from final
