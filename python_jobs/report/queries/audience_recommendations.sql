select
    advice.account_id,
    advice.rank,
    advice.recommendation_type,
    advice.name,
    advice.campaign_name,
    advice.daily_budget,
    advice.expected_roas,
    advice.expected_roas_low,
    advice.expected_roas_high,
    advice.gain_30d,
    advice.gain_30d_low,
    advice.gain_30d_high,
    advice.confidence,
    advice.reason,
    advice.setup_steps,
    advice.falsified_by
from results.audience_recommendations as advice
order by advice.account_id, advice.rank
