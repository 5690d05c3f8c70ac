{#- The budget in force on each day, as far as it was seen by the next morning. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

entity_days as (

    select
        entity_level,
        entity_id,
        date_day,
        spend
    from {{ ref('int_entity_days') }}
    where entity_level <> 'account'

),

entities as (

    select * from {{ ref('int_entities') }}

),

-- edits of the activity history that were made by the morning of the decision; today's are in force on it
edits as (

    select
        activities.account_id,
        activities.entity_level,
        activities.entity_id,
        activities.changed_at,
        activities.changed_on,
        cast(least(activities.changed_on + 1, as_of.as_of) as date) as seen_on,
        cast(activities.old_budget as double) as old_budget,
        cast(activities.new_budget as double) as new_budget,
        min(activities.changed_on) over (partition by activities.account_id) as covered_from
    from {{ ref('stg_meta__activities') }} as activities
    cross join as_of
    where activities.change_type = 'budget'
        and activities.budget_period = 'daily'
        and activities.entity_id is not null
        and (activities.changed_on < as_of.as_of or (activities.changed_on = as_of.as_of and as_of.is_newest))

),

edit_days as (

    select
        entity_level,
        entity_id,
        seen_on,
        max(changed_on) as changed_on,
        min(covered_from) as covered_from,
        min_by(old_budget, changed_at) as old_budget,
        max_by(new_budget, changed_at) as new_budget
    from edits
    group by entity_level, entity_id, seen_on

),

-- what a morning shows of a budget: the current settings before all, then the edit of the day before it, then what
-- the next edit found, then a look
shown as (

    select
        entity_level,
        entity_id,
        seen_on,
        daily_budget,
        seen_on as in_force_since,
        case when is_current then 1 else 4 end as preference
    from {{ ref('int_budget_looks') }}

    union all

    select
        entity_level,
        entity_id,
        seen_on,
        new_budget as daily_budget,
        changed_on as in_force_since,
        2 as preference
    from edit_days
    where new_budget is not null

    union all

    select
        entity_level,
        entity_id,
        cast(seen_on - 1 as date) as seen_on,
        old_budget as daily_budget,
        cast(seen_on - 1 as date) as in_force_since,
        3 as preference
    from edit_days
    where old_budget is not null

    union all

    -- back to where the activity history begins, the budget was what the first edit found
    select
        entity_level,
        entity_id,
        min(covered_from) as seen_on,
        min_by(old_budget, seen_on) as daily_budget,
        min(covered_from) as in_force_since,
        3 as preference
    from edit_days
    where old_budget is not null
    group by entity_level, entity_id

),

preferred as (

    select
        *,
        first_value(daily_budget) over (
            partition by entity_level, entity_id, seen_on order by preference, daily_budget desc
        ) as shown_budget
    from shown

),

shown_once as (

    select
        entity_level,
        entity_id,
        seen_on,
        shown_budget as daily_budget,
        min(in_force_since) filter (where daily_budget = shown_budget) as in_force_since,
        min(preference) in (2, 3) as from_activity
    from preferred
    group by entity_level, entity_id, seen_on, shown_budget

),

looks as (

    select
        *,
        lag(daily_budget) over holder as budget_before,
        lag(seen_on) over holder as seen_before
    from shown_once
    window holder as (partition by entity_level, entity_id order by seen_on)

),

-- the look shows the very budget that was recommended after the one before: it was carried out on that day
carried_out as (

    select
        looks.entity_level,
        looks.entity_id,
        looks.seen_on,
        looks.daily_budget,
        max(log.decision_date) as carried_out_on
    from looks
    inner join {{ source('history', 'decision_log') }} as log
        on looks.entity_level = log.budget_level
            and looks.entity_id = log.budget_entity_id
            and log.decision_date >= looks.seen_before
            and log.decision_date < looks.seen_on
            and abs(log.recommended_budget - looks.daily_budget) < 0.005
    where looks.daily_budget <> looks.budget_before
        and not looks.from_activity
    group by looks.entity_level, looks.entity_id, looks.seen_on, looks.daily_budget

),

with_carried_out as (

    select
        looks.entity_level,
        looks.entity_id,
        looks.seen_on,
        looks.daily_budget,
        looks.from_activity,
        true as is_look,
        looks.seen_on as looked_on,
        least(carried_out.carried_out_on, looks.in_force_since) as in_force_since
    from looks
    left join carried_out
        on looks.entity_level = carried_out.entity_level
            and looks.entity_id = carried_out.entity_id
            and looks.seen_on = carried_out.seen_on

    union all

    select
        entity_level,
        entity_id,
        cast(carried_out_on + 1 as date) as seen_on,
        daily_budget,
        false as from_activity,
        false as is_look,
        seen_on as looked_on,
        carried_out_on as in_force_since
    from carried_out
    where carried_out_on + 1 < seen_on

),

with_previous as (

    select
        *,
        lag(daily_budget) over (partition by entity_level, entity_id order by seen_on) as previous_budget
    from with_carried_out

),

changes as (

    select
        *,
        -- else the change fell somewhere between two looks; the later one is when it was surely there
        max(case when daily_budget <> previous_budget then in_force_since end) over (
            partition by entity_level, entity_id order by seen_on
            rows between unbounded preceding and current row
        ) as changed_on,
        max(case when daily_budget <> previous_budget then seen_on end) over (
            partition by entity_level, entity_id order by seen_on
            rows between unbounded preceding and current row
        ) as change_seen_on,
        lead(seen_on) over (partition by entity_level, entity_id order by seen_on) as next_seen_on,
        lead(daily_budget) over (partition by entity_level, entity_id order by seen_on) as next_budget,
        lead(looked_on) over (partition by entity_level, entity_id order by seen_on) as next_looked_on,
        lead(in_force_since) over (partition by entity_level, entity_id order by seen_on) as next_in_force_since
    from with_previous

),

change_sizes as (

    select
        changes.*,
        change.daily_budget / nullif(change.previous_budget, 0) - 1 as change_ratio
    from changes
    left join with_previous as change
        on changes.entity_level = change.entity_level
            and changes.entity_id = change.entity_id
            and changes.change_seen_on = change.seen_on

),

-- without a budget seen: what was spent on the last seven days with spend
spending_days as (

    select
        entity_level,
        entity_id,
        date_day,
        median(spend) over (
            partition by entity_level, entity_id order by date_day
            rows between 6 preceding and current row
        ) as estimated_budget,
        lead(date_day) over (partition by entity_level, entity_id order by date_day) as next_spending_day
    from entity_days
    where spend > 0

),

budgets as (

    select
        entity_days.entity_level,
        entity_days.entity_id,
        entity_days.date_day,
        entity_days.spend,
        coalesce(change_sizes.daily_budget, spending_days.estimated_budget) as daily_budget,
        case
            when change_sizes.from_activity then 'activity'
            when change_sizes.daily_budget is not null and change_sizes.seen_on = as_of.as_of
                then coalesce(entities.current_budget_source, 'seen')
            when change_sizes.daily_budget is not null then 'seen'
            when spending_days.estimated_budget is not null then 'estimated'
        end as budget_source,
        change_sizes.looked_on as budget_seen_on,
        -- between two looks it may have been either, unless the day of the change is known
        case
            when change_sizes.from_activity and entity_days.date_day + 1 = change_sizes.seen_on
                then least(change_sizes.daily_budget, change_sizes.previous_budget)
            when change_sizes.is_look and entity_days.date_day + 1 = change_sizes.seen_on
                then change_sizes.daily_budget
            when change_sizes.next_in_force_since < change_sizes.next_seen_on then change_sizes.daily_budget
            when change_sizes.next_seen_on is not null
                then least(change_sizes.daily_budget, change_sizes.next_budget)
        end as lowest_budget,
        case
            when change_sizes.is_look and entity_days.date_day + 1 = change_sizes.seen_on then change_sizes.seen_on
            else change_sizes.next_looked_on
        end as lowest_budget_known_on,
        case when change_sizes.changed_on is not null then entity_days.date_day + 1 - change_sizes.changed_on end
            as days_since_budget_change,
        change_sizes.change_ratio as budget_change_ratio,
        case
            when change_sizes.daily_budget is null then 'not seen'
            when change_sizes.changed_on is null then 'no change seen'
            else 'seen'
        end as budget_change_source
    from entity_days
    cross join as_of
    left join entities
        on entity_days.entity_level = entities.entity_level and entity_days.entity_id = entities.entity_id
    left join change_sizes
        on entity_days.entity_level = change_sizes.entity_level
            and entity_days.entity_id = change_sizes.entity_id
            and entity_days.date_day + 1 >= change_sizes.seen_on
            and (change_sizes.next_seen_on is null or entity_days.date_day + 1 < change_sizes.next_seen_on)
    left join spending_days
        on entity_days.entity_level = spending_days.entity_level
            and entity_days.entity_id = spending_days.entity_id
            and entity_days.date_day >= spending_days.date_day
            and (spending_days.next_spending_day is null or entity_days.date_day < spending_days.next_spending_day)

),

final as (

    select
        * exclude (spend),
        sum(spend) over last_7 / nullif(sum(daily_budget) over last_7, 0) as budget_utilization_7d
    from budgets
    window last_7 as (
        partition by entity_level, entity_id order by date_day
        rows between 6 preceding and current row
    )

)

select * from final
