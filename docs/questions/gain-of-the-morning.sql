-- What would all changes of this morning earn together?
select
    account_name,
    currency,
    count(*) filter (where action <> 'hold') as budgets_to_change,
    sum(current_budget) as budget_now,
    sum(recommended_budget) as budget_recommended,
    sum(hold_7d_revenue) as revenue_7d_if_held,
    sum(expected_7d_revenue) as revenue_7d_expected,
    sum(expected_7d_revenue) - sum(hold_7d_revenue) as gain_7d,
    max(valid_until) as valid_until
from results.budget_allocations
group by all;
