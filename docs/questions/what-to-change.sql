-- What do I change this morning, and what would it earn?
select
    budget_entity_name,
    current_budget,
    recommended_budget,
    expected_7d_revenue - hold_7d_revenue as gain_7d,
    currency,
    prob_beats_hold,
    reason
from results.budget_allocations
where action <> 'hold'
order by abs(recommended_budget - current_budget) desc;
