select distinct
    scenarios.account_id,
    scenarios.total_share,
    scenarios.account_budget,
    scenarios.account_7d_spend,
    scenarios.account_7d_revenue,
    scenarios.account_7d_revenue_low,
    scenarios.account_7d_revenue_high,
    scenarios.account_marginal_roas,
    scenarios.account_marginal_roas_low,
    scenarios.account_marginal_roas_high,
    scenarios.unplaced_budget
from results.budget_scenarios as scenarios
order by scenarios.account_id, scenarios.total_share
