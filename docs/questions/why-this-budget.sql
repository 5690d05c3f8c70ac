-- How did the budget that moves most come about, step by step?
with moved_most as (
    select
        decision_date,
        budget_entity_id
    from results.budget_allocations
    order by abs(recommended_budget - current_budget) desc
    limit 1
)

select
    step_number,
    step,
    before,
    after,
    factor,
    note,
    parameters_used
from results.decision_trace
inner join moved_most using (decision_date, budget_entity_id)
order by step_number;
