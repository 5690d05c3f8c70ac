-- Will the month's budget last?
select
    account_name,
    month,
    monthly_budget,
    spent_so_far,
    days_left,
    target_total_per_day,
    projected_month_end_spend,
    projected_month_end_spend_low,
    projected_month_end_spend_high,
    note
from results.monthly_budget_pacing;
