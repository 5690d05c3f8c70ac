with

as_of as (

    select * from {{ ref('int_as_of') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

seen as (

    select
        entity_level,
        entity_id,
        seen_on,
        daily_budget,
        false as is_current
    from {{ ref('stg_meta__budgets_seen') }}

    union all

    select
        entity_level,
        entity_id,
        seen_on,
        daily_budget,
        false as is_current
    from {{ source('history', 'budgets_seen') }}

    union all

    select
        entities.entity_level,
        entities.entity_id,
        as_of.as_of as seen_on,
        entities.current_daily_budget as daily_budget,
        true as is_current
    from entities
    cross join as_of
    where entities.current_daily_budget is not null
        and as_of.is_newest

),

once as (

    select
        entity_level,
        entity_id,
        seen_on,
        -- an earlier build of this morning may have seen another budget than today's settings say by now
        cast(coalesce(max(daily_budget) filter (where is_current), max(daily_budget)) as double) as daily_budget,
        bool_or(is_current) as is_current
    from seen
    group by entity_level, entity_id, seen_on

)

select * from once
