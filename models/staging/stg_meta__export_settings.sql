{#- Ads Manager exports carry today's settings on every row; the newest row of the newest extract is right. -#}
with

files as (

    select * from {{ ref('landing_file_rows') }}

),

setting_rows as (

    select
        insight_rows.*,
        files.extract_rank
    from {{ ref('stg_meta__insight_entities') }} as insight_rows
    inner join files on insight_rows.file_id = files.file_id
    where coalesce(
        insight_rows.adset_budget, insight_rows.campaign_budget, insight_rows.last_significant_edit,
        insight_rows.starts, insight_rows.ends, insight_rows.delivery
    ) is not null

),

adsets as (

    select
        'adset' as entity_level,
        adset_id as entity_id,
        campaign_id,
        adset_budget as budget,
        lower(adset_budget_type) as budget_type,
        last_significant_edit,
        starts,
        ends,
        case when level = 'adset' then delivery end as delivery
    from setting_rows
    where adset_id is not null
    qualify row_number() over (
        partition by adset_id order by extract_rank, date_day desc, file_row
    ) = 1

),

campaigns as (

    select
        'campaign' as entity_level,
        campaign_id as entity_id,
        campaign_id,
        campaign_budget as budget,
        lower(campaign_budget_type) as budget_type,
        case when level = 'campaign' then last_significant_edit end as last_significant_edit,
        case when level = 'campaign' then starts end as starts,
        case when level = 'campaign' then ends end as ends,
        case when level = 'campaign' then delivery end as delivery
    from setting_rows
    where campaign_id is not null
    qualify row_number() over (
        partition by campaign_id
        order by extract_rank, campaign_budget is not null desc, date_day desc, file_row
    ) = 1

),

ads as (

    select
        'ad' as entity_level,
        ad_id as entity_id,
        campaign_id,
        null as budget,
        null as budget_type,
        null as last_significant_edit,
        null as starts,
        null as ends,
        delivery
    from setting_rows
    where ad_id is not null and level = 'ad'
    qualify row_number() over (
        partition by ad_id order by extract_rank, date_day desc, file_row
    ) = 1

),

all_levels as (

    select * from adsets
    union all
    select * from campaigns
    union all
    select * from ads

),

final as (

    select
        entity_level,
        entity_id,
        campaign_id,
        case when coalesce(budget_type, 'daily') <> 'lifetime' then {{ number('budget', 'decimal(18, 4)') }} end
            as daily_budget,
        case when budget_type = 'lifetime' then {{ number('budget', 'decimal(18, 4)') }} end as lifetime_budget,
        coalesce(lower(budget) like 'using campaign budget%', false) as uses_campaign_budget,
        {{ meta_time('last_significant_edit') }} as last_significant_edit_at,
        {{ meta_time('starts') }} as start_at,
        {{ meta_time('ends') }} as end_at,
        delivery as status
    from all_levels

)

select * from final
