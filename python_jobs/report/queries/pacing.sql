select
    pacing.account_id,
    pacing.decision_date,
    pacing.data_through,
    pacing.month,
    pacing.monthly_budget,
    pacing.spent_so_far,
    pacing.days_left,
    pacing.planned_total_per_day,
    pacing.current_total_per_day,
    pacing.target_total_per_day,
    pacing.projected_month_end_spend,
    pacing.projected_month_end_spend_low,
    pacing.projected_month_end_spend_high,
    pacing.shortfall,
    pacing.excess,
    pacing.note
from results.monthly_budget_pacing as pacing
