-- Which budgets stay as they are, and what holds them?
select
    coalesce(binding_limit, rule_id) as held_by,
    count(*) as budgets,
    sum(current_budget) as budget,
    list(budget_entity_name order by current_budget desc) as holders
from results.budget_allocations
where action = 'hold'
group by held_by
order by budget desc;
