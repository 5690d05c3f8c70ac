with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- made by the morning of the decision; of today's only the newest build knows
edits as (

    select
        activities.*,
        cast(least(activities.changed_on, as_of.as_of - 1) as date) as known_from
    from {{ ref('stg_meta__activities') }} as activities
    cross join as_of
    where activities.entity_id is not null
        and activities.entity_level in ('adset', 'campaign')
        and (activities.changed_on < as_of.as_of or (activities.changed_on = as_of.as_of and as_of.is_newest))

),

with_pause as (

    select
        *,
        max(case when change_type = 'status' and new_value = 'paused' then changed_on end) over (
            partition by entity_level, entity_id order by changed_at
            rows between unbounded preceding and 1 preceding
        ) as paused_on
    from edits

),

significant as (

    select *
    from with_pause
    where change_type in ('bid', 'targeting', 'optimization')
        -- half a cent: a step of just the limit may be rounded up
        or (
            change_type = 'budget'
            and abs(new_budget - old_budget)
            > {{ parameter('safety_rules.significant_budget_step', 'double') }} * old_budget + 0.005
        )
        -- a pause that began before the history counts as long
        or (
            change_type = 'status'
            and old_value = 'paused'
            and new_value = 'active'
            and (
                paused_on is null
                or changed_on - paused_on >= {{ parameter('safety_rules.significant_pause_days', 'integer') }}
            )
        )

),

-- what a campaign goes through its ad sets do
with_ad_sets as (

    select
        entity_level,
        entity_id,
        changed_on,
        known_from
    from significant

    union all

    select
        entities.entity_level,
        entities.entity_id,
        significant.changed_on,
        significant.known_from
    from significant
    inner join {{ ref('int_entities') }} as entities
        on significant.entity_level = 'campaign'
            and entities.entity_level = 'adset'
            and significant.entity_id = entities.campaign_id

),

edit_days as (

    select
        entity_level,
        entity_id,
        known_from,
        max(changed_on) as edited_on
    from with_ad_sets
    group by entity_level, entity_id, known_from

)

select
    *,
    lead(known_from) over (partition by entity_level, entity_id order by known_from) as next_known_from
from edit_days
