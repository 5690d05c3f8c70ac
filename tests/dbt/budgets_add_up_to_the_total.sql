{#-
    The budgets of an account add up to its total for the day, to what the currency counts in. Where limits do not
    let them, the gap is told, and every holder is at the limit that is in the way.
-#}
with

accounts as (

    select
        allocations.decision_date,
        allocations.account_id,
        sum(allocations.recommended_budget) as recommended,
        sum(allocations.upper_limit) as most,
        sum(allocations.lower_limit) as least,
        max(allocations.unplaced_budget) as unplaced,
        min(allocations.unplaced_budget) as unplaced_least,
        max(decisions.account_budget_target) as total,
        0.51 / max(coalesce(currencies.minor_unit_offset, 100)) as tolerance,
        bool_or(allocations.binding_limit = 'plan_not_better') as keeps_todays
    from {{ ref('budget_allocations') }} as allocations
    inner join {{ ref('decisions') }} as decisions
        on allocations.decision_date = decisions.decision_date
            and allocations.budget_level = decisions.budget_level
            and allocations.budget_entity_id = decisions.budget_entity_id
    left join {{ ref('currencies') }} as currencies on allocations.currency = currencies.currency
    group by allocations.decision_date, allocations.account_id

)

select *
from accounts
where unplaced <> unplaced_least
    or abs(recommended + unplaced - total) > tolerance
    or (unplaced > 0 and recommended <> most and not coalesce(keeps_todays, false))
    or (unplaced < 0 and recommended <> least and not coalesce(keeps_todays, false))
