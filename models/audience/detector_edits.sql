{#- What the last weeks' edits did to every ad set: restarts of learning, on and off, cuts after a change. -#}
with

as_of as (

    select
        *,
        cast(data_through - {{ parameter('audience.evidence_days', 'integer') }} + 1 as date) as first_day
    from {{ ref('int_as_of') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

activities as (

    select activities.*
    from {{ ref('stg_meta__activities') }} as activities
    cross join as_of
    where activities.changed_on < as_of.as_of

),

accounts_with_history as (

    select distinct account_id
    from activities

),

budgets as (

    select
        entity_id as holder_id,
        date_day,
        daily_budget,
        lag(daily_budget) over (partition by entity_level, entity_id order by date_day) as budget_before
    from {{ ref('int_entity_budgets') }}
    where budget_source <> 'estimated'

),

steps as (

    select
        budgets.holder_id,
        budgets.date_day,
        budgets.daily_budget / budgets.budget_before - 1 as step,
        lag(budgets.date_day) over (partition by budgets.holder_id order by budgets.date_day) as previous_step_on
    from budgets
    cross join as_of
    where budgets.daily_budget > 0
        and budgets.budget_before > 0
        and abs(budgets.daily_budget - budgets.budget_before) >= 0.005
        and budgets.date_day >= as_of.first_day - 7

),

restart_days as (

    select
        setups.adset_id,
        steps.date_day as edited_on
    from steps
    inner join setups on steps.holder_id = setups.holder_id
    where abs(steps.step) > {{ parameter('safety_rules.significant_budget_step', 'double') }} + 1e-6

    union

    select
        entity_id as adset_id,
        edited_on
    from {{ ref('int_significant_edits') }}
    where entity_level = 'adset'

),

restarts as (

    select
        restart_days.adset_id,
        restart_days.edited_on,
        count(*) over (
            partition by restart_days.adset_id order by restart_days.edited_on
            range between interval 6 days preceding and current row
        ) as restarts_in_7_days
    from restart_days
    cross join as_of
    where restart_days.edited_on between as_of.first_day - 6 and as_of.data_through

),

most_restarts as (

    select
        restarts.adset_id,
        max(restarts.restarts_in_7_days) as restarts_in_7_days,
        count(*) as restart_days
    from restarts
    cross join as_of
    where restarts.edited_on >= as_of.first_day
    group by restarts.adset_id

),

hasty_cuts as (

    select
        steps.holder_id,
        max(-steps.step) as hasty_cut,
        max_by(steps.date_day, -steps.step) as hasty_cut_on,
        max_by(steps.date_day - steps.previous_step_on, -steps.step) as hasty_cut_after_days
    from steps
    cross join as_of
    where steps.step < 0
        and steps.date_day >= as_of.first_day
        and steps.date_day - steps.previous_step_on <= {{ parameter('detectors.learning.immature_days', 'integer') }}
    group by steps.holder_id

),

flips as (

    select
        activities.entity_id as adset_id,
        count(distinct activities.changed_at) as status_flips_14d
    from activities
    cross join as_of
    where activities.entity_level = 'adset'
        and activities.change_type = 'status'
        and activities.new_value in ('active', 'paused')
        and activities.changed_on > as_of.data_through - 14
    group by activities.entity_id

),

with_budget as (

    select
        budgets.holder_id,
        count(*) as days
    from budgets
    cross join as_of
    where budgets.date_day >= as_of.first_day
    group by budgets.holder_id

)

select
    setups.adset_id,
    case
        when accounts_with_history.account_id is not null or with_budget.days > 1
            then coalesce(most_restarts.restarts_in_7_days, 0)
    end as restarts_in_7_days,
    most_restarts.restart_days,
    case
        when accounts_with_history.account_id is not null or with_budget.days > 1
            then coalesce(hasty_cuts.hasty_cut, 0)
    end as hasty_cut,
    hasty_cuts.hasty_cut_on,
    hasty_cuts.hasty_cut_after_days,
    case when accounts_with_history.account_id is not null then coalesce(flips.status_flips_14d, 0) end
        as status_flips_14d
from setups
left join accounts_with_history on setups.account_id = accounts_with_history.account_id
left join most_restarts on setups.adset_id = most_restarts.adset_id
left join hasty_cuts on setups.holder_id = hasty_cuts.holder_id
left join flips on setups.adset_id = flips.adset_id
left join with_budget on setups.holder_id = with_budget.holder_id
