-- the last two weeks: purchases that the files hold, and those still to come by the maturity curve
select
    features.account_id,
    features.date_day,
    sum(features.purchases) as purchases,
    sum(features.purchases_matured) as purchases_matured,
    min(features.share_visible) as share_visible
from features.adset_features as features
inner join results.monthly_budget_pacing as pacing on features.account_id = pacing.account_id
where features.date_day between pacing.data_through - 13 and pacing.data_through
group by features.account_id, features.date_day
order by features.account_id, features.date_day
