-- What would the account earn with less or with more money?
select distinct
    account_name,
    total_share,
    account_budget,
    account_7d_spend,
    account_7d_revenue,
    account_7d_revenue_low,
    account_7d_revenue_high,
    account_marginal_roas
from results.budget_scenarios
order by account_name, total_share;
