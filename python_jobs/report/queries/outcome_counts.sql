-- past mornings; expectations are held against what came at the money that was really spent
select
    outcomes.account_id,
    outcomes.decision_date,
    count(outcomes.budget_entity_id) as budgets,
    count(*) filter (where outcomes.outcome in ('applied', 'partly')) as carried_out,
    count(*) filter (where outcomes.is_within_interval) as within_interval,
    count(outcomes.is_within_interval) as judged,
    sum(outcomes.expected_at_spend) filter (where outcomes.is_within_interval is not null) as expected_at_spend,
    sum(outcomes.actual_7d_revenue) filter (where outcomes.is_within_interval is not null) as actual_7d_revenue
from results.recommendation_outcomes as outcomes
group by outcomes.account_id, outcomes.decision_date
order by outcomes.account_id, outcomes.decision_date desc
