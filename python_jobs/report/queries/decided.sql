-- every morning once, as its last run decided it
select
    decisions.budget_level,
    decisions.budget_entity_id,
    decisions.decision_date,
    max_by(decisions.recommended_budget, runs.published_at) as recommended_budget,
    max_by(decisions.projected_roas, runs.published_at) as projected_roas,
    max_by(decisions.projected_roas_low, runs.published_at) as projected_roas_low,
    max_by(decisions.projected_roas_high, runs.published_at) as projected_roas_high
from results.decision_log as decisions
inner join results.runs as runs on decisions.run_id = runs.run_id
group by decisions.budget_level, decisions.budget_entity_id, decisions.decision_date
order by decisions.budget_level, decisions.budget_entity_id, decisions.decision_date
