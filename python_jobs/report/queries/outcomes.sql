select
    outcomes.account_id,
    outcomes.decision_date,
    coalesce(outcomes.budget_entity_name, outcomes.budget_entity_id) as budget_entity_name,
    outcomes.budget_before,
    outcomes.recommended_budget,
    outcomes.next_budget,
    outcomes.outcome,
    outcomes.is_matured,
    outcomes.matured_on,
    outcomes.expected_at_spend,
    outcomes.expected_at_spend_low,
    outcomes.expected_at_spend_high,
    outcomes.actual_7d_revenue,
    outcomes.is_within_interval
from results.recommendation_outcomes as outcomes
order by
    outcomes.is_within_interval is null,
    outcomes.decision_date desc,
    abs(outcomes.recommended_budget - outcomes.budget_before) desc,
    outcomes.budget_entity_id
