-- past mornings of the log
select
    decisions.account_id,
    decisions.decision_date,
    count(decisions.budget_entity_id) as budgets,
    count(*) filter (where decisions.recommended_budget <> decisions.current_budget) as changes,
    sum(decisions.recommended_budget) as recommended_total,
    sum(decisions.expected_7d_revenue) as expected_7d_revenue
from results.decision_log as decisions
inner join results.runs as runs on decisions.run_id = runs.run_id
group by decisions.account_id, decisions.decision_date, decisions.run_id, runs.published_at
qualify row_number() over (
    partition by decisions.account_id, decisions.decision_date order by runs.published_at desc
) = 1
order by decisions.account_id, decisions.decision_date desc
