{#- Per level, entity and day, both ways: the published daily tables are the level days to the cent, and so is the day
    in adset_features, where results are not what counts. -#}
{%- set ids = {'adset': 'adset_id', 'campaign': 'campaign_id', 'account': 'account_id'} -%}
with

level_days as (

    select
        entity_level,
        entity_id,
        date_day,
        cast(spend as decimal(18, 2)) as spend,
        cast(impressions as bigint) as impressions,
        purchases,
        cast(purchase_value as decimal(18, 2)) as purchase_value
    from {{ ref('int_level_days') }}
    where entity_level <> 'ad'

),

results as (
    {% for level, id in ids.items() %}
    select
        '{{ level }}' as entity_level,
        {{ id }} as entity_id,
        date_day,
        spend,
        impressions,
        purchases,
        purchase_value
    from {{ ref(level ~ '_daily') }}
    -- days with orders alone are the account's, too
    where rows_from is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

features as (

    select
        'adset' as entity_level,
        adset_id as entity_id,
        date_day,
        cast(spend as decimal(18, 2)) as spend,
        cast(impressions as bigint) as impressions,
        purchases,
        cast(purchase_value as decimal(18, 2)) as purchase_value
    from {{ ref('adset_features') }}
    where rows_from is not null

),

lived_adset_days as (

    select level_days.*
    from level_days
    inner join {{ ref('int_as_of') }} as as_of on level_days.date_day <= as_of.data_through
    inner join {{ ref('int_entities') }} as entities
        on level_days.entity_level = entities.entity_level
            and level_days.entity_id = entities.entity_id
            and entities.value_per_result is null
    where level_days.entity_level = 'adset'

),

missing_in_results as (

    select * from level_days
    except
    select * from results

),

only_in_results as (

    select * from results
    except
    select * from level_days

),

-- in features a measure that the account shows elsewhere is 0 on a day without it
missing_in_features as (

    select * replace (coalesce(purchases, 0) as purchases, coalesce(purchase_value, 0) as purchase_value)
    from lived_adset_days
    except
    select * replace (coalesce(purchases, 0) as purchases, coalesce(purchase_value, 0) as purchase_value)
    from features

),

differences as (

    select
        'missing in results' as problem,
        *
    from missing_in_results
    union all
    select
        'only in results' as problem,
        *
    from only_in_results
    union all
    select
        'missing in adset_features' as problem,
        *
    from missing_in_features

)

select * from differences
