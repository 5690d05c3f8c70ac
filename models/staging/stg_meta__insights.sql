{%- set sums = [
    'spend', 'impressions', 'clicks_all', 'link_clicks', 'landing_page_views', 'add_to_carts', 'checkouts',
    'purchases', 'purchases_1d_click', 'purchases_7d_click',
    'purchase_value', 'purchase_value_1d_click', 'purchase_value_7d_click'
] -%}
with

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

files as (

    select * from {{ ref('landing_file_rows') }}

),

insight_rows as (

    select * from {{ ref('stg_meta__insight_entities') }} where is_daily

),

-- inside one file: rows with an id are unique or identical and count once; rows of equal names, or the parts
-- of a breakdown, add up
per_file as (

    select
        file_id,
        level,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        coalesce(ad_id, adset_id, campaign_id, account_id) as entity_id,
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
        max(purchase_type) as purchase_type,
        max(purchase_value_source) as purchase_value_source,
        -- people reached do not add up over rows
        case when count(*) = 1 or (has_id and not has_breakdown) then max(reach) end as reach,
        {%- for column in sums %}
        case when has_id and not has_breakdown then max({{ column }}) else sum({{ column }}) end as {{ column }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from insight_rows
    group by
        file_id, level, account_id, campaign_id, adset_id, ad_id, date_day, has_id, has_breakdown

),

-- where rows with ids cover an account's day, rows whose names match none of them would count it twice
days_with_ids as (

    select distinct
        account_id,
        level,
        date_day
    from per_file
    where id_source <> 'derived'

),

-- overlapping files: the later extract wins
latest as (

    select per_file.*
    from per_file
    inner join files on per_file.file_id = files.file_id
    left join days_with_ids
        on per_file.id_source = 'derived'
            and per_file.account_id = days_with_ids.account_id
            and per_file.level = days_with_ids.level
            and per_file.date_day = days_with_ids.date_day
    where days_with_ids.date_day is null
    qualify row_number() over (
        partition by per_file.level, per_file.entity_id, per_file.date_day order by files.extract_rank
    ) = 1

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
        latest.attribution_setting,
        latest.objective,
        latest.optimization_goal,
        latest.totals_source,
        latest.purchase_type,
        latest.purchase_value_source,
        latest.file_id,
        latest.spend,
        latest.impressions,
        latest.reach,
        latest.clicks_all,
        latest.link_clicks,
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
