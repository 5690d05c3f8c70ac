-- of each account: how much changes this morning, and what the changes are expected to earn together
select
    budgets.account_id,
    coalesce(any_value(budgets.account_name), budgets.account_id) as account_name,
    any_value(budgets.currency) as currency,
    any_value(budgets.decision_date) as decision_date,
    any_value(budgets.valid_until) as valid_until,
    count(*) filter (where budgets.budget_entity_id is not null) as budgets,
    count(*) filter (where budgets.recommended_budget <> budgets.current_budget) as changes,
    count(*) filter (where budgets.recommended_budget > budgets.current_budget) as raises,
    count(*) filter (where budgets.recommended_budget < budgets.current_budget) as cuts,
    sum(budgets.current_budget) as current_total,
    sum(budgets.recommended_budget) as recommended_total,
    sum(greatest(budgets.recommended_budget - budgets.current_budget, 0)) as raised,
    sum(greatest(budgets.current_budget - budgets.recommended_budget, 0)) as cut,
    sum(budgets.expected_7d_revenue) as expected_7d_revenue,
    sum(budgets.hold_7d_revenue) as hold_7d_revenue,
    sum(budgets.expected_7d_revenue - budgets.hold_7d_revenue) as gain_7d
from results.budget_allocations as budgets
group by budgets.account_id
