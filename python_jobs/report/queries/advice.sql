select
    advice.campaign_id,
    coalesce(advice.adset_name, advice.adset_id) as adset_name,
    advice.current_spend,
    advice.spend_share,
    advice.projected_roas,
    advice.projected_roas_low,
    advice.projected_roas_high,
    advice.marginal_index,
    advice.advice,
    advice.reason
from results.cbo_adset_advice as advice
order by advice.campaign_id, advice.current_spend desc, advice.adset_id
