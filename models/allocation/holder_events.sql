{#- What the customer's events mean for each holder on the morning that is decided. -#}
with

holders as (

    select
        holders.decision_date,
        holders.data_through,
        holders.budget_level,
        holders.budget_entity_id,
        holders.current_budget,
        holders.current_budget_source,
        events.event_name,
        events.event_kind,
        events.sells_more,
        events.first_day,
        events.last_day,
        events.largest_step,
        events.daily_budget,
        holders.decision_date <= events.last_day as is_on,
        events.largest_step is not null or events.daily_budget is not null as has_own_budgets
    from {{ ref('decided_holders') }} as holders
    inner join {{ ref('int_entity_events') }} as events
        on holders.budget_level = events.entity_level
            and holders.budget_entity_id = events.entity_id
            and events.first_day <= holders.decision_date

),

-- the latest event whose budgets are in force, or may be in force still
latest_budgets as (

    select *
    from holders
    where has_own_budgets and decision_date <= last_day + 14
    qualify row_number() over (
        partition by decision_date, budget_level, budget_entity_id order by is_on desc, last_day desc, event_name
    ) = 1

),

budgets_before as (

    select
        latest.decision_date,
        latest.budget_level,
        latest.budget_entity_id,
        latest.is_on,
        case
            when latest.is_on
                then coalesce(latest.largest_step, {{ parameter('safety_rules.max_increase', 'double') }})
        end as event_largest_step,
        case
            when before.daily_budget is null then latest.current_budget
            when latest.is_on then before.daily_budget
            -- nothing has changed it since the event
            when today.days_since_budget_change >= latest.decision_date - latest.last_day then before.daily_budget
            when latest.current_budget_source = 'estimated' and latest.decision_date <= latest.last_day + 7
                then before.daily_budget
            else latest.current_budget
        end as ordinary_budget
    from latest_budgets as latest
    left join {{ ref('int_entity_budgets') }} as before
        on latest.budget_level = before.entity_level
            and latest.budget_entity_id = before.entity_id
            and latest.first_day - 1 = before.date_day
    left join {{ ref('int_entity_budgets') }} as today
        on latest.budget_level = today.entity_level
            and latest.budget_entity_id = today.entity_id
            and latest.data_through = today.date_day

),

running as (

    select
        decision_date,
        budget_level,
        budget_entity_id,
        max_by(event_name, case event_kind when 'outage' then 3 when 'stockout' then 2 else 1 end)
            filter (where is_on) as own_event,
        max_by(event_kind, case event_kind when 'outage' then 3 when 'stockout' then 2 else 1 end)
            filter (where is_on) as own_event_kind,
        min(case when is_on then 0 else decision_date - last_day end) filter (where sells_more) as days_since_promo,
        max(daily_budget) filter (where is_on) as event_daily_budget
    from holders
    group by decision_date, budget_level, budget_entity_id

)

select
    running.decision_date,
    running.budget_level,
    running.budget_entity_id,
    running.own_event,
    running.own_event_kind,
    cast(running.days_since_promo as integer) as days_since_promo,
    running.event_daily_budget,
    budgets_before.event_largest_step,
    budgets_before.ordinary_budget,
    coalesce(budgets_before.is_on, false) as has_event_budgets
from running
left join budgets_before
    on running.decision_date = budgets_before.decision_date
        and running.budget_level = budgets_before.budget_level
        and running.budget_entity_id = budgets_before.budget_entity_id
