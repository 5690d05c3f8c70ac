-- ad sets on their last complete day, those with spend in its week
select
    features.account_id,
    features.adset_id,
    coalesce(features.adset_name, features.adset_id) as adset_name,
    features.campaign_name,
    features.spend_7d,
    features.frequency_7d_low,
    features.frequency_7d_high,
    features.ctr_7d,
    features.ctr_against_first_weeks,
    features.age_days
from features.adset_features as features
inner join results.monthly_budget_pacing as pacing
    on features.account_id = pacing.account_id and features.date_day = pacing.data_through
where features.spend_7d > 0
order by features.account_id, features.ctr_against_first_weeks nulls last, features.adset_id
