{#-
    The budgets of an account add up to its total for the day less what is said to be left over. Where all of them share
    money and any number may change, that is no more than what budgets are rounded to, or every one is at the limit
    that is in the way, as far as that is a round budget.
-#}
with

settings as (

    select
        coalesce({{ parameter('effort.round_to', 'double') }}, 0) as unit,
        {{ parameter('effort.max_changes_per_run', 'integer') }} is not null as may_leave_out

),

accounts as (

    select
        allocations.decision_date,
        allocations.account_id,
        sum(allocations.recommended_budget) as recommended,
        sum(allocations.upper_limit) as most,
        sum(allocations.lower_limit) as least,
        max(allocations.unplaced_budget) as unplaced,
        min(allocations.unplaced_budget) as unplaced_least,
        max(inputs.account_budget_target) as total,
        0.51 / max(coalesce(currencies.minor_unit_offset, 100)) as tolerance,
        count(*) * settings.unit as rounded,
        coalesce(bool_or(allocations.binding_limit = 'plan_not_better'), false)
        or count(distinct inputs.comparison_pool) > 1
        or count(inputs.budget_group) > 0
        or settings.may_leave_out as does_not_share_all
    from {{ ref('budget_allocations') }} as allocations
    inner join {{ ref('decision_inputs') }} as inputs
        on allocations.decision_date = inputs.decision_date
            and allocations.budget_level = inputs.budget_level
            and allocations.budget_entity_id = inputs.budget_entity_id
    cross join settings
    left join {{ ref('currencies') }} as currencies on allocations.currency = currencies.currency
    group by allocations.decision_date, allocations.account_id, settings.unit, settings.may_leave_out

)

select *
from accounts
where unplaced <> unplaced_least
    or abs(recommended + unplaced - total) > tolerance
    or (unplaced > tolerance + rounded and recommended < most - rounded and not does_not_share_all)
    or (-unplaced > tolerance and recommended > least + rounded and not does_not_share_all)
