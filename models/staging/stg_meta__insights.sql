{%- set sums = [
    'spend', 'impressions', 'clicks_all', 'link_clicks', 'landing_page_views', 'add_to_carts', 'checkouts',
    'purchases', 'purchases_1d_click', 'purchases_7d_click',
    'purchase_value', 'purchase_value_1d_click', 'purchase_value_7d_click'
] -%}
-- depends_on: {{ ref('stg_meta__changed_from') }}
with

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

files as (

    select * from {{ ref('landing_file_rows') }}

),

-- DuckDB would copy what is read more than once, with all of its columns
insight_rows as not materialized (

    select * from {{ ref('stg_meta__insight_entities') }} where is_daily and date_day >= {{ changed_from() }}

),

-- rows with an id are unique in their file, or identical
rows_with_ids as (

    select
        file_id,
        file_row,
        level,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        date_day,
        id_source,
        'own' as totals_source,
        campaign_name,
        adset_name,
        ad_name,
        currency,
        attribution_setting,
        objective,
        optimization_goal,
        buying_type,
        result_type,
        purchase_type,
        purchase_value_source,
        goal_results,
        reach,
        {{ sums | join(',\n        ') }}
    from insight_rows
    where has_id and not has_breakdown

),

-- rows of equal names, and the parts of a breakdown, add up
rows_added_up as (

    select
        file_id,
        min(file_row) as file_row,
        level,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        date_day,
        min(id_source) as id_source,
        case when has_breakdown then 'breakdown' else 'own' end as totals_source,
        max(campaign_name) as campaign_name,
        max(adset_name) as adset_name,
        max(ad_name) as ad_name,
        max(currency) as currency,
        max(nullif(attribution_setting, '-')) as attribution_setting,
        max(objective) as objective,
        max(optimization_goal) as optimization_goal,
        max(buying_type) as buying_type,
        max(result_type) as result_type,
        max(purchase_type) as purchase_type,
        max(purchase_value_source) as purchase_value_source,
        flatten(list(goal_results) filter (where goal_results is not null)) as goal_results,
        -- people reached do not add up over rows
        case when count(*) = 1 then max(reach) end as reach,
        {%- for column in sums %}
        sum({{ column }}) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from insight_rows
    where not has_id or has_breakdown
    group by file_id, level, account_id, campaign_id, adset_id, ad_id, date_day, has_breakdown

),

-- where rows with ids cover an account's day, rows whose names match none of them would count it twice
days_with_ids as (

    select distinct
        account_id,
        level,
        date_day
    from insight_rows
    where id_source <> 'derived'

),

once as not materialized (

    select * from rows_with_ids

    union all

    select rows_added_up.*
    from rows_added_up
    left join days_with_ids
        on rows_added_up.id_source = 'derived'
            and rows_added_up.account_id = days_with_ids.account_id
            and rows_added_up.level = days_with_ids.level
            and rows_added_up.date_day = days_with_ids.date_day
    where days_with_ids.date_day is null

),

ranked as (

    select
        once.file_id,
        once.file_row,
        once.level,
        once.account_id,
        coalesce(once.ad_id, once.adset_id, once.campaign_id, once.account_id) as entity_id,
        once.date_day,
        once.id_source,
        once.spend,
        once.impressions,
        files.extract_rank
    from once
    inner join files on once.file_id = files.file_id

),

named_days as (

    select
        file_id,
        extract_rank,
        level,
        account_id,
        entity_id,
        date_day,
        spend,
        impressions
    from ranked
    where id_source = 'derived'

),

-- what a later extract shows of the same days with the same delivery, under a name that the earlier does not have,
-- is what has been renamed since; on three days two ads do not agree in both by chance
renamed as (

    select
        earlier.level,
        earlier.entity_id,
        later.entity_id as new_entity_id
    from named_days as earlier
    inner join named_days as later
        on earlier.level = later.level
            and earlier.account_id = later.account_id
            and earlier.date_day = later.date_day
            and earlier.spend = later.spend
            and earlier.impressions = later.impressions
            and earlier.extract_rank > later.extract_rank
            and earlier.entity_id <> later.entity_id
    left join named_days as old_name
        on later.file_id = old_name.file_id
            and later.date_day = old_name.date_day
            and earlier.level = old_name.level
            and earlier.entity_id = old_name.entity_id
    left join named_days as new_name
        on earlier.file_id = new_name.file_id
            and earlier.date_day = new_name.date_day
            and later.level = new_name.level
            and later.entity_id = new_name.entity_id
    where earlier.spend > 0 and old_name.file_id is null and new_name.file_id is null
    group by earlier.level, earlier.entity_id, later.entity_id
    having count(distinct earlier.date_day) >= 3

),

shown_under_new_names as (

    select
        renamed.level,
        renamed.entity_id,
        named_days.date_day,
        min(named_days.extract_rank) as extract_rank
    from renamed
    inner join named_days
        on renamed.level = named_days.level and renamed.new_entity_id = named_days.entity_id
    group by renamed.level, renamed.entity_id, named_days.date_day

),

-- overlapping files: the later extract wins; found by keys alone, for to sort whole rows takes most of the time
latest_rows as (

    select
        ranked.file_id,
        ranked.file_row
    from ranked
    left join shown_under_new_names
        on ranked.level = shown_under_new_names.level
            and ranked.entity_id = shown_under_new_names.entity_id
            and ranked.date_day = shown_under_new_names.date_day
            and ranked.extract_rank > shown_under_new_names.extract_rank
    where shown_under_new_names.entity_id is null
    qualify row_number() over (
        partition by ranked.level, ranked.entity_id, ranked.date_day order by ranked.extract_rank, ranked.file_row
    ) = 1

),

latest as (

    select
        once.*,
        coalesce(once.ad_id, once.adset_id, once.campaign_id, once.account_id) as entity_id
    from once
    inner join latest_rows
        on once.file_id = latest_rows.file_id and once.file_row = latest_rows.file_row

),

final as (

    select
        latest.level,
        latest.account_id,
        latest.campaign_id,
        latest.adset_id,
        latest.ad_id,
        latest.entity_id,
        latest.id_source,
        accounts.account_name,
        latest.campaign_name,
        latest.adset_name,
        latest.ad_name,
        coalesce(latest.currency, accounts.currency) as currency,
        nullif(latest.attribution_setting, '-') as attribution_setting,
        latest.objective,
        latest.optimization_goal,
        latest.buying_type,
        latest.result_type,
        latest.totals_source,
        latest.purchase_type,
        latest.purchase_value_source,
        latest.goal_results,
        latest.file_id,
        latest.spend,
        -- sums of counts are hugeint, which neither Arrow nor Parquet holds
        cast(latest.impressions as bigint) as impressions,
        latest.reach,
        cast(latest.clicks_all as bigint) as clicks_all,
        cast(latest.link_clicks as bigint) as link_clicks,
        latest.landing_page_views,
        latest.add_to_carts,
        latest.checkouts,
        latest.purchases,
        latest.purchases_1d_click,
        latest.purchases_7d_click,
        latest.purchase_value,
        latest.purchase_value_1d_click,
        latest.purchase_value_7d_click,
        latest.date_day
    from latest
    inner join accounts on latest.account_id = accounts.account_id

)

select * from final
