select
    advice.account_id,
    advice.recommendation_type,
    advice.name,
    advice.gain_30d,
    advice.gain_30d_low,
    advice.gain_30d_high,
    advice.confidence,
    advice.reason,
    advice.setup_steps,
    advice.falsified_by
from results.adset_recommendations as advice
order by advice.account_id, advice.rank
