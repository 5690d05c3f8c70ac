{#- Entity by entity and day by day, both ways: the spine holds every level day up to the last complete one with its
    numbers, and a day that it filled in holds nothing. -#}
with

level_days as (

    select
        level_days.entity_level,
        level_days.entity_id,
        level_days.date_day,
        level_days.spend,
        level_days.impressions,
        coalesce(level_days.purchases, 0) as purchases,
        coalesce(level_days.purchase_value, 0) as purchase_value
    from {{ ref('int_level_days') }} as level_days
    cross join {{ ref('int_as_of') }} as as_of
    where level_days.entity_level <> 'ad'
        and level_days.date_day <= as_of.data_through

),

entity_days as (

    select
        entity_level,
        entity_id,
        date_day,
        spend,
        impressions,
        coalesce(purchases_reported, 0) as purchases,
        coalesce(purchase_value_reported, 0) as purchase_value,
        rows_from
    from {{ ref('int_entity_days') }}

),

with_rows as (

    select * exclude (rows_from) from entity_days where rows_from is not null

),

missing as (

    select * from level_days
    except
    select * from with_rows

),

added as (

    select * from with_rows
    except
    select * from level_days

),

differences as (

    select
        'missing in the spine' as problem,
        *
    from missing
    union all
    select
        'only in the spine' as problem,
        *
    from added
    union all
    select
        'filled in, but not empty' as problem,
        * exclude (rows_from)
    from entity_days
    where rows_from is null
        and (spend <> 0 or impressions <> 0 or purchases <> 0 or purchase_value <> 0)

)

select * from differences
