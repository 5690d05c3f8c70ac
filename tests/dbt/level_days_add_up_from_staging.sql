{#- Per level, account and day: a level's own rows are staging's, the others add up to the next finer level's. -#}
{%- set finer = {'adset': 'ad', 'campaign': 'adset', 'account': 'campaign'} -%}
with

staging_days as (

    select
        level as entity_level,
        account_id,
        date_day,
        cast(sum(spend) as double) as spend,
        cast(sum(impressions) as double) as impressions,
        sum(purchases) as purchases,
        sum(purchase_value) as purchase_value
    from {{ ref('stg_meta__insights') }}
    group by level, account_id, date_day

),

level_days as (

    select
        entity_level,
        account_id,
        date_day,
        sum(spend) as spend,
        sum(impressions) as impressions,
        sum(purchases) as purchases,
        sum(purchase_value) as purchase_value
    from {{ ref('int_level_days') }}
    group by entity_level, account_id, date_day

),

finer_days as (
    {% for level, finer_level in finer.items() %}
    select
        '{{ level }}' as entity_level,
        * exclude (entity_level)
    from level_days
    where entity_level = '{{ finer_level }}'
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

expected as (

    select * from staging_days

    union all

    select finer_days.*
    from finer_days
    anti join staging_days
        on finer_days.entity_level = staging_days.entity_level
            and finer_days.account_id = staging_days.account_id
            and finer_days.date_day = staging_days.date_day

),

rounded as (
    {% for relation in ['expected', 'level_days'] %}
    select
        '{{ relation }}' as side,
        entity_level,
        account_id,
        date_day,
        round(spend, 3) as spend,
        impressions,
        round(purchases, 3) as purchases,
        round(purchase_value, 3) as purchase_value
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

-- both sides must hold the same rows, so each row stands twice
select
    min(side) as only_in,
    * exclude (side)
from rounded
group by all
having count(*) <> 2
