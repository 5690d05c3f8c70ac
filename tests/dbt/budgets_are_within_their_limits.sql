{#- Where a plan would earn less than today's budgets these stay, whatever limits would allow. -#}
select *
from {{ ref('budget_allocations') }}
where recommended_budget not between lower_limit and upper_limit
    and binding_limit is distinct from 'plan_not_better'
