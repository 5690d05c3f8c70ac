select
    outcomes.account_id,
    outcomes.decision_date,
    count(outcomes.budget_entity_id) as budgets,
    count(*) filter (where outcomes.outcome in ('applied', 'partly')) as carried_out,
    count(*) filter (where outcomes.is_matured) as matured,
    count(*) filter (where outcomes.is_within_interval) as within_interval,
    sum(outcomes.expected_7d_revenue) filter (where outcomes.is_matured) as expected_7d_revenue,
    sum(outcomes.actual_7d_revenue) filter (where outcomes.is_matured) as actual_7d_revenue
from results.recommendation_outcomes as outcomes
group by outcomes.account_id, outcomes.decision_date
order by outcomes.account_id, outcomes.decision_date desc
