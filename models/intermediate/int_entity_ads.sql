{#- The ads that delivered in an ad set or campaign on a day, judged by their own last seven days. -#}
-- depends_on: {{ ref('stg_meta__changed_from') }}
with

ad_days as (

    select * from {{ ref('int_level_days') }} where entity_level = 'ad' and impressions > 0

),

first_days as (

    select
        entity_id,
        min(date_day) as first_day
    from ad_days
    group by entity_id

),

-- with the days before them that their windows reach
changed_days as (

    select * from ad_days where date_day >= {{ changed_from() }} - 6

),

ad_windows as (

    select
        entity_id,
        campaign_id,
        adset_id,
        date_day,
        sum(spend) over last_7 as spend_7d,
        sum(impressions) over last_7 as impressions_7d,
        sum(link_clicks) over last_7 as link_clicks_7d,
        sum(purchase_value) over last_7 as purchase_value_7d
    from changed_days
    window last_7 as (
        partition by entity_id order by date_day
        range between interval 6 days preceding and current row
    )

),

with_first_day as (

    select
        ad_windows.*,
        first_days.first_day
    from ad_windows
    inner join first_days on ad_windows.entity_id = first_days.entity_id
    where ad_windows.date_day >= {{ changed_from() }}

),

{%- for level in ['adset', 'campaign'] %}

per_{{ level }} as (

    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        date_day,
        count(*) as active_ads,
        max(spend_7d) / nullif(sum(spend_7d), 0) as best_ad_spend_share_7d,
        max(purchase_value_7d) / nullif(sum(purchase_value_7d), 0) as best_ad_value_share_7d,
        max(link_clicks_7d / nullif(cast(impressions_7d as double), 0))
        - min(link_clicks_7d / nullif(cast(impressions_7d as double), 0)) as ad_ctr_spread_7d,
        max(purchase_value_7d / nullif(spend_7d, 0)) - min(purchase_value_7d / nullif(spend_7d, 0))
            as ad_roas_spread_7d,
        date_day - max(first_day) as newest_ad_age_days
    from with_first_day
    group by {{ level }}_id, date_day

),
{%- endfor %}

both_levels as (

    select * from per_adset
    union all
    select * from per_campaign

)

select * from both_levels
