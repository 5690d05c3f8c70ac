{#- Ad set by ad set, both ways: what adset_features holds on its last day is the sum of the level days that its
    windows name, less days that are no evidence, where results are not what counts. -#}
{%- set windows = [1, 3, 7, 14, 28] -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

summed as (

    select
        level_days.entity_id as adset_id
        {%- for days in windows %},
        coalesce(round(sum(level_days.spend) filter (
            where level_days.date_day > as_of.data_through - {{ days }}
        ), 3), 0) as spend_{{ days }}d,
        coalesce(round(sum(level_days.purchases) filter (
            where level_days.date_day > as_of.data_through - {{ days }}
        ), 3), 0) as purchases_{{ days }}d,
        coalesce(round(sum(level_days.purchase_value) filter (
            where level_days.date_day > as_of.data_through - {{ days }}
        ), 3), 0) as purchase_value_{{ days }}d
        {%- endfor %}
    from {{ ref('int_level_days') }} as level_days
    cross join as_of
    inner join {{ ref('int_entities') }} as entities
        on level_days.entity_level = entities.entity_level
            and level_days.entity_id = entities.entity_id
            and entities.value_per_result is null
    left join {{ ref('int_left_out_days') }} as left_out
        on level_days.entity_level = left_out.entity_level
            and level_days.entity_id = left_out.entity_id
            and level_days.date_day = left_out.date_day
            and left_out.known_on = left_out.date_day
    where left_out.date_day is null
        and level_days.entity_level = 'adset'
        and level_days.date_day <= as_of.data_through
    group by level_days.entity_id

),

features as (

    select
        features.adset_id
        {%- for days in windows %},
        coalesce(round(features.spend_{{ days }}d, 3), 0) as spend_{{ days }}d,
        coalesce(round(features.purchases_{{ days }}d, 3), 0) as purchases_{{ days }}d,
        coalesce(round(features.purchase_value_{{ days }}d, 3), 0) as purchase_value_{{ days }}d
        {%- endfor %}
    from {{ ref('adset_features') }} as features
    inner join as_of on features.date_day = as_of.data_through
    inner join {{ ref('int_entities') }} as entities
        on features.adset_id = entities.entity_id
            and entities.entity_level = 'adset'
            and entities.value_per_result is null

),

-- ad sets that ended more than four weeks ago have no row any more, and nothing in any window
missing as (

    select * from summed where spend_28d > 0
    except
    select * from features

),

added as (

    select * from features
    except
    select * from summed

),

differences as (

    select
        'missing in features' as problem,
        *
    from missing
    union all
    select
        'only in features' as problem,
        *
    from added

)

select * from differences
