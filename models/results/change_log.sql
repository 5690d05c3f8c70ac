with

as_of as (

    select * from {{ ref('int_as_of') }}

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

-- an earlier morning than the data allow knows nothing of its own day
recorded as (

    select activities.*
    from {{ ref('stg_meta__activities') }} as activities
    cross join as_of
    where activities.changed_on < as_of.as_of or as_of.is_newest

),

looks as (

    select
        looks.*,
        lag(looks.daily_budget) over holder as budget_before,
        lag(looks.seen_on) over holder as seen_before
    from {{ ref('int_budget_looks') }} as looks
    cross join as_of
    where looks.seen_on <= as_of.as_of
    window holder as (partition by looks.entity_level, looks.entity_id order by looks.seen_on)

),

-- a change between two looks that the activity history explains is told by it alone
explained as (

    select distinct
        looks.entity_level,
        looks.entity_id,
        looks.seen_on
    from looks
    inner join recorded
        on looks.entity_level = recorded.entity_level
            and looks.entity_id = recorded.entity_id
            and recorded.change_type = 'budget'
            and recorded.changed_on >= looks.seen_before
            and recorded.changed_on <= looks.seen_on

),

inferred as (

    select
        entities.account_id,
        looks.entity_level,
        looks.entity_id,
        entities.entity_name,
        looks.seen_on,
        looks.seen_before,
        cast(looks.budget_before as decimal(18, 2)) as old_budget,
        cast(looks.daily_budget as decimal(18, 2)) as new_budget
    from looks
    inner join {{ ref('int_entities') }} as entities
        on looks.entity_level = entities.entity_level and looks.entity_id = entities.entity_id
    left join explained
        on looks.entity_level = explained.entity_level
            and looks.entity_id = explained.entity_id
            and looks.seen_on = explained.seen_on
    where looks.daily_budget <> looks.budget_before
        and explained.seen_on is null

),

changes as (

    select
        account_id,
        entity_level,
        entity_id,
        entity_name,
        change_type,
        cast(timezone('UTC', changed_at) as timestamp) as changed_at,
        changed_on,
        cast(null as date) as changed_after,
        old_value,
        new_value,
        budget_period,
        cast(old_budget as decimal(18, 2)) as old_budget,
        cast(new_budget as decimal(18, 2)) as new_budget,
        'activity export' as source
    from recorded

    union all

    select
        account_id,
        entity_level,
        entity_id,
        entity_name,
        'budget' as change_type,
        null as changed_at,
        seen_on as changed_on,
        seen_before as changed_after,
        cast(old_budget as varchar) as old_value,
        cast(new_budget as varchar) as new_value,
        'daily' as budget_period,
        old_budget,
        new_budget,
        'inferred' as source
    from inferred

),

final as (

    select
        changes.account_id,
        accounts.account_name,
        changes.entity_level,
        changes.entity_id,
        changes.entity_name,
        changes.change_type,
        changes.changed_at,
        changes.changed_on,
        changes.changed_after,
        changes.old_value,
        changes.new_value,
        changes.budget_period,
        changes.old_budget,
        changes.new_budget,
        cast(100 * (changes.new_budget - changes.old_budget) as double) / nullif(changes.old_budget, 0)
            as budget_change_pct,
        accounts.currency,
        changes.source,
        as_of.run_id
    from changes
    cross join as_of
    left join accounts on changes.account_id = accounts.account_id

)

select * from final
